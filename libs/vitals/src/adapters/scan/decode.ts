import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Fault } from '@smartscan/kernel';
import { MAX_PIXELS } from '../../domain/limits.ts';
import { problem } from '../../domain/scan-problems.ts';
import { WHOLE_PICTURES_FD, type DecodeRequest } from './decode-request.ts';
import { commandOf, type Decoder } from './decoder.ts';
import { FrameMemory, FrameReader } from './frames.ts';
import { intoOneBuffer } from './one-buffer.ts';

/**
 * CPU seconds that a decoder may take, set as a resource limit so that it holds even when nobody is left to stop the
 * process. Ours: 30 s of 1080p HEVC take 20 s here, and a scan is cancelled long before this anyway.
 */
const MAX_CPU_SECONDS = 300;

/**
 * The decoder starts through a shell that lowers its own limits first: no core dump (it would hold frames), not a byte
 * written to any file (`-f 0`; pipes aren't files), bounded CPU. The command comes as arguments, never as shell text.
 */
const LIMITED = `ulimit -c 0; ulimit -f 0; ulimit -t ${MAX_CPU_SECONDS}; exec "$@"`;

/** What a shell answers for a program that isn't there. */
const NOT_FOUND = 127;

/** Bytes handed to the decoder's stdin at a time: a few times what a pipe holds, so that the body is never copied whole. */
const WRITE_BYTES = 1 << 18;

const feed = async (stdin: Writable, parts: readonly Uint8Array[]): Promise<void> => {
  // A decoder that has seen enough closes its stdin: not an error of ours.
  const closed = new Promise<void>((resolve) => {
    stdin.on('error', () => resolve());
    stdin.on('close', () => resolve());
  });
  for (const part of parts) {
    for (let at = 0; at < part.length && stdin.writable; at += WRITE_BYTES) {
      const drained = stdin.write(part.subarray(at, at + WRITE_BYTES));
      if (!drained) await Promise.race([once(stdin, 'drain').catch(() => undefined), closed]);
    }
  }
  stdin.end();
};

/** A decoder at work. Read its pictures to the end, or abort it; then ask how it ended. */
export interface Decoding {
  /** Every picture, or the region of each. */
  readonly pictures: FrameReader;
  /** Whole pictures now and then, where the request wants a region. */
  readonly whole: FrameReader | undefined;
  /**
   * Waits for the process to end.
   * @throws Fault vitals.corrupt where it could make nothing of the bytes; the signal's reason where it was aborted
   */
  readonly finished: () => Promise<void>;
  /** Ends the process now, and waits for it to be gone. Harmless when it is. */
  readonly stop: () => Promise<void>;
}

export interface DecodeOptions {
  readonly decoder: Decoder;
  readonly signal: AbortSignal;
  readonly memory: FrameMemory;
}

const start = (request: DecodeRequest, decoder: Decoder): ChildProcess => {
  const { file, args } = commandOf(decoder, request);
  const whole = request.part === undefined ? 'ignore' : 'pipe';
  return spawn('/bin/sh', ['-c', LIMITED, 'sh', file, ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    // What a decoder complains about may quote the file's metadata: nobody listens.
    stdio: ['pipe', 'pipe', 'ignore', whole],
  });
};

const wholeOf = ({ stdio }: ChildProcess): Readable | undefined => {
  const stream = stdio[WHOLE_PICTURES_FD] as Readable | null | undefined;
  return stream ? intoOneBuffer(stream) : undefined;
};

/** Starts a decoder process on a body in memory. */
export const decode = (parts: readonly Uint8Array[], request: DecodeRequest, options: DecodeOptions): Decoding => {
  const { decoder, signal, memory } = options;
  signal.throwIfAborted();
  const child = start(request, decoder);
  const pictureStream = intoOneBuffer(child.stdout!);
  const wholeStream = wholeOf(child);
  const kill = (): void => {
    child.kill('SIGKILL');
    for (const stream of [child.stdin, pictureStream, wholeStream]) stream?.destroy();
  };
  signal.addEventListener('abort', kill, { once: true });
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(NOT_FOUND));
    child.on('exit', (code) => resolve(code));
  });
  const fed = feed(child.stdin!, parts);
  const pictures = new FrameReader(pictureStream, memory, MAX_PIXELS);
  return {
    pictures,
    whole: wholeStream === undefined ? undefined : new FrameReader(wholeStream, new FrameMemory(), MAX_PIXELS),
    stop: async () => {
      signal.removeEventListener('abort', kill);
      kill();
      await ended;
    },
    finished: async () => {
      const code = await ended;
      await fed;
      signal.throwIfAborted();
      if (code === NOT_FOUND) throw new Fault('unavailable', 'vitals.no_decoder', 'The video decoder is gone.');
      if (code !== 0 || pictures.broken) throw problem('corrupt');
    },
  };
};
