import { Readable } from 'node:stream';
import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import { BrokenWire, bytesFrames, FrameReader, MESSAGE_MAX_BYTES, messageFrame, PULSE } from './frames.ts';

type Said = { readonly message: unknown } | { readonly bytes: Uint8Array } | 'pulse';

const framesOf = (said: Said): Buffer[] => {
  if (said === 'pulse') return [PULSE];
  return 'bytes' in said ? [...bytesFrames(said.bytes)] : [messageFrame(said.message)];
};

/** The same bytes in pieces of these sizes, over and over. */
function* pieces(whole: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < whole.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

async function heard(source: Readable): Promise<{ messages: unknown[]; bytes: Buffer }> {
  const reader = new FrameReader(source, { silenceMs: 5_000 });
  const messages: unknown[] = [];
  const parts: Buffer[] = [];
  for (let frame = await reader.next(); frame; frame = await reader.next()) {
    if (frame.kind === 'bytes') parts.push(frame.bytes);
    else messages.push(frame.message);
  }
  return { messages, bytes: Buffer.concat(parts) };
}

const problemOf = async (source: Readable, silenceMs = 5_000): Promise<string> => {
  const failure: unknown = await new FrameReader(source, { silenceMs }).next().catch((error: unknown) => error);
  return failure instanceof BrokenWire ? failure.problem : 'none';
};

const said = fc.oneof(
  fc.record({ message: fc.json().map((text) => JSON.parse(text) as unknown) }),
  fc.record({ bytes: fc.uint8Array({ maxLength: 2_000 }) }),
  fc.record({ bytes: fc.integer({ min: 65_530, max: 65_545 }).map((length) => new Uint8Array(length).fill(7)) }),
  fc.constant('pulse' as const),
);

describe('frames', () => {
  it('arrive as they were sent, in whatever pieces the network hands them on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(said, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 6 }),
        async (all, sizes) => {
          const sent = all.filter((one) => one !== 'pulse');
          const found = await heard(
            Readable.from(pieces(Buffer.concat(all.flatMap(framesOf)), sizes), { objectMode: false }),
          );
          expect(found.messages).toEqual(sent.flatMap((one) => ('message' in one ? [one.message] : [])));
          expect(found.bytes.equals(Buffer.concat(sent.flatMap((one) => ('bytes' in one ? [one.bytes] : []))))).toBe(
            true,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that end in the middle are cut, at every byte', async () => {
    const whole = messageFrame({ a: 'text' });
    for (let length = 1; length < whole.length; length += 1) {
      expect(await problemOf(Readable.from([whole.subarray(0, length)], { objectMode: false }))).toBe('cut');
    }
  });

  it('of no known kind, of nonsense and of too great a length are refused before they are waited for', async () => {
    const strange: readonly [Buffer, string][] = [
      [Buffer.from([3, 0, 0, 0, 0]), 'malformed'],
      [Buffer.from([0, 0, 0, 0, 1, 9]), 'malformed'],
      [Buffer.from([1, 0, 0, 0, 2, 123, 123]), 'malformed'],
      [Buffer.from([1, 0, 0, 0, 0]), 'malformed'],
      [Buffer.from([1, 255, 255, 255, 255]), 'too_large'],
    ];
    for (const [bytes, problem] of strange) {
      const source = new Readable({ read: () => undefined });
      source.push(bytes);
      expect(await problemOf(source)).toBe(problem);
    }
  });

  it('that come a byte at a time are silence in the end', async () => {
    const source = new Readable({ read: () => undefined });
    const drip = setInterval(() => source.push(Buffer.from([1])), 10);
    expect(await problemOf(source, 35)).toBe('silent');
    clearInterval(drip);
  });

  it('a message that is too large is not sent', () => {
    expect(() => messageFrame('x'.repeat(MESSAGE_MAX_BYTES))).toThrow(Fault);
  });
});
