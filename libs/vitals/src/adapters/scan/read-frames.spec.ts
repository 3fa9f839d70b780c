import fc from 'fast-check';
import { Fault } from '@smartscan/kernel';
import { readFrames } from './read-frames.ts';

fc.configureGlobal({ seed: 37, numRuns: 200 });

const HEAD = 'YUV4MPEG2 W4 H2 C420jpeg\n';
const PICTURE_BYTES = 4 * 2 + 2 * 2 * 1;
const picture = (time: string | number, fill = 7): Buffer =>
  Buffer.concat([Buffer.from(`FRAME XTIME=${time}\n`), Buffer.alloc(PICTURE_BYTES, fill)]);
const chunk = (...parts: (Buffer | string)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

const codeOf = (bytes: Uint8Array): string => {
  try {
    readFrames(bytes);
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return 'none';
};

describe('a chunk of crops from the wire', () => {
  it('gives the pictures as they came, in memory that threads share, and their times', () => {
    const pictures = [picture('0'), picture('0.033', 10), picture('0.0667')];
    const { head, frames, timesSeconds } = readFrames(chunk(HEAD, ...pictures));
    expect(head).toEqual({ width: 4, height: 2, fullRange: false });
    expect([...timesSeconds]).toEqual([0, 0.033, 0.0667]);
    expect(Buffer.from(frames).equals(Buffer.concat(pictures))).toBe(true);
    expect(frames.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it.each<readonly [string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a head alone', chunk(HEAD)],
    ['no head', picture(0)],
    ['another format', chunk('YUV4MPEG2 W4 H2 C444\n', picture(0))],
    ['ten bits', chunk('YUV4MPEG2 W4 H2 C420p10\n', picture(0))],
    ['a picture beyond all', chunk('YUV4MPEG2 W99999 H99999 C420\n', picture(0))],
    ['a picture larger than a crop', chunk('YUV4MPEG2 W129 H128 C420\n', picture(0))],
    ['no time', chunk(HEAD, 'FRAME\n', Buffer.alloc(PICTURE_BYTES))],
    ['a time before all', chunk(HEAD, picture('-1'))],
    ['a time beyond all', chunk(HEAD, picture('9'.repeat(400)))],
    ['half a picture', chunk(HEAD, picture(0).subarray(0, -1))],
    ['something behind', chunk(HEAD, picture(0), 'x')],
    ['an endless line', Buffer.alloc(100_000, 0x46)],
  ])('that holds %s is refused', (_, bytes) => {
    expect(codeOf(bytes)).toBe('vitals.bad_chunk');
  });

  it('is read or refused, whatever is cut off or changed', () => {
    const sound = chunk(HEAD, picture(0), picture(1));
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const bytes = cut ? sound.subarray(0, at) : Buffer.from(sound.map((byte, i) => (i === at ? value : byte)));
        expect(['none', 'vitals.bad_chunk']).toContain(codeOf(bytes));
      }),
    );
  });
});
