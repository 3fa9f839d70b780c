import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { intoOneBuffer } from './one-buffer.ts';

/** More than a pipe and the buffer hold together. */
const LINES = 200_000;
const ALL = Array.from({ length: LINES }, (_, i) => `${i + 1}\n`).join('');

const counting = (): Readable =>
  intoOneBuffer(spawn('seq', [String(LINES)], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout);

describe('intoOneBuffer', () => {
  it('gives what a child wrote, whole, in one and the same memory', async () => {
    const stream = counting();
    const memories = new Set<ArrayBufferLike>();
    let text = '';
    stream.on('data', (bytes: Uint8Array) => {
      memories.add(bytes.buffer);
      text += Buffer.from(bytes).toString('latin1');
    });
    await once(stream, 'end');
    expect(text === ALL).toBe(true);
    expect(memories.size).toBe(1);
  });

  it('leaves what it gave as it is while it is paused', async () => {
    const stream = counting();
    let text = '';
    let held: { readonly bytes: Uint8Array; readonly copy: Buffer } | undefined;
    stream.on('data', (bytes: Uint8Array) => {
      stream.pause();
      held = { bytes, copy: Buffer.from(bytes) };
      // Long enough for the child to fill the pipe again.
      setTimeout(() => {
        text += Buffer.from(bytes).toString('latin1');
        expect(held!.copy.equals(held!.bytes)).toBe(true);
        stream.resume();
      }, 2);
    });
    await once(stream, 'end');
    expect(text === ALL).toBe(true);
  });

  it('ends when it is destroyed, and the child with it', async () => {
    const child = spawn('yes', { stdio: ['ignore', 'pipe', 'ignore'] });
    const stream = intoOneBuffer(child.stdout);
    stream.once('data', () => stream.destroy());
    // It writes for ever, unless nobody can read it any more.
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).not.toBe(0);
  });

  it('leaves a stream that is no socket as it is', () => {
    const stream = Readable.from([]);
    expect(intoOneBuffer(stream)).toBe(stream);
  });
});
