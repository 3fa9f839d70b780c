import { Readable } from 'node:stream';
import fc from 'fast-check';
import { FrameMemory, FrameReader, bytesOfPicture, readStreamHead } from './frames.ts';

const MAX_PIXELS = 10_000;

const streamOf = (width: number, height: number, frames: number): Buffer => {
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip C420jpeg XCOLORRANGE=FULL\n`)];
  for (let n = 0; n < frames; n++) {
    // Newlines among the samples must not be taken for the end of a line.
    parts.push(Buffer.from('FRAME\n'), Buffer.alloc(bytesOfPicture(width, height), n % 2 === 0 ? n : 10));
  }
  return Buffer.concat(parts);
};

/** The bytes in pieces of the given lengths, over and over. */
const inPieces = (bytes: Buffer, lengths: readonly number[]): Readable =>
  Readable.from(
    (function* pieces() {
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const length = lengths[i % lengths.length]!;
        yield bytes.subarray(at, at + length);
        at += length;
      }
    })(),
    { objectMode: false },
  );

const readAll = async (reader: FrameReader, count: number): Promise<number[]> => {
  const firsts: number[] = [];
  for (;;) {
    const pictures = await reader.next(count);
    if (pictures.length === 0) return firsts;
    for (const { width, height, bytes } of pictures) {
      expect(bytes.length).toBe(bytesOfPicture(width, height));
      expect(bytes.every((sample) => sample === bytes[0])).toBe(true);
      firsts.push(bytes[0]!);
    }
  }
};

describe('FrameReader', () => {
  it('finds the same pictures however the stream is cut into pieces and the reads into batches', async () => {
    const cases = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      frames: fc.integer({ min: 0, max: 9 }),
      count: fc.integer({ min: 1, max: 4 }),
      lengths: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, frames, count, lengths }) => {
        const stream = inPieces(streamOf(width, height, frames), lengths);
        const reader = new FrameReader(stream, new FrameMemory(), MAX_PIXELS);
        const expected = Array.from({ length: frames }, (_, n) => (n % 2 === 0 ? n : 10));
        expect(await readAll(reader, count)).toEqual(expected);
        expect(reader.broken).toBe(false);
        expect(reader.head).toEqual({ width, height, fullRange: true });
      }),
    );
  });

  it('reads no further than it was asked to: the decoder waits', async () => {
    const stream = inPieces(streamOf(60, 60, 50), [500]);
    const reader = new FrameReader(stream, new FrameMemory(), MAX_PIXELS);
    await reader.next(2);
    expect(stream.isPaused()).toBe(true);
    stream.destroy();
  });

  it('leaves out a picture that breaks off', async () => {
    const whole = streamOf(8, 8, 3);
    const reader = new FrameReader(inPieces(whole.subarray(0, -5), [64]), new FrameMemory(), MAX_PIXELS);
    expect(await readAll(reader, 2)).toEqual([0, 10]);
  });

  it('gives up on what is no stream of pictures, or one of too large pictures', async () => {
    for (const bytes of [
      Buffer.alloc(100_000, 65),
      Buffer.from('YUV4MPEG2 W101 H100 C420jpeg\nFRAME\n'),
      Buffer.from('YUV4MPEG2 W8 H8 C420p10\nFRAME\n'),
      Buffer.concat([streamOf(8, 8, 1), Buffer.from('FRAMF\n'), streamOf(8, 8, 3)]),
    ]) {
      const reader = new FrameReader(inPieces(bytes, [777]), new FrameMemory(), MAX_PIXELS);
      await readAll(reader, 3);
      expect(reader.broken).toBe(true);
    }
  });

  it('P11: forgets what frames held', async () => {
    const memory = new FrameMemory();
    const reader = new FrameReader(inPieces(streamOf(8, 8, 3).subarray(0), [999]), memory, MAX_PIXELS);
    const [, second] = await reader.next(3);
    expect(second!.bytes.some((sample) => sample !== 0)).toBe(true);
    memory.wipe();
    expect(second!.bytes.every((sample) => sample === 0)).toBe(true);
  });
});

describe('readStreamHead', () => {
  it('knows size and range, and refuses what is not 4:2:0 with 8 bits', () => {
    const limited = 'YUV4MPEG2 W640 H480 F30:1 Ip A0:0 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED';
    expect(readStreamHead(limited)).toEqual({ width: 640, height: 480, fullRange: false });
    expect(readStreamHead('YUV4MPEG2 W6 H4')).toEqual({ width: 6, height: 4, fullRange: false });
    for (const line of ['', 'RIFF', 'YUV4MPEG2 W0 H4', 'YUV4MPEG2 H4', 'YUV4MPEG2 W6 H4 C444', 'YUV4MPEG2 W6.5 H4']) {
      expect(readStreamHead(line)).toBeUndefined();
    }
  });
});
