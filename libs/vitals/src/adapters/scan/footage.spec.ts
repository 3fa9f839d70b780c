import { Readable } from 'node:stream';
import type { Decoding } from './decode.ts';
import { regionFootage, wholeFootage, type Footage } from './footage.ts';
import { FrameMemory, FrameReader } from './frames.ts';

const SIDE = 2;
const STEP = 3;

/** A stream of pictures, each as bright as its number. */
const readerOf = (numbers: readonly number[]): FrameReader => {
  const frame = (n: number): Buffer => Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc(SIDE * SIDE + 2, n)]);
  const stream = Readable.from([Buffer.from(`YUV4MPEG2 W${SIDE} H${SIDE} C420\n`), ...numbers.map(frame)]);
  return new FrameReader(stream, new FrameMemory(), SIDE * SIDE);
};

const frames = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

const decodingOf = (count: number, inPart: boolean): Decoding => ({
  pictures: readerOf(frames(count)),
  whole: inPart ? readerOf(frames(count).filter((n) => n % STEP === 0)) : undefined,
  finished: () => Promise.resolve(),
  stop: () => Promise.resolve(),
});

const NO_FRAMING = {
  region: { x: 0, y: 0, width: SIDE, height: SIDE },
  room: { lies: 'across', before: undefined, after: undefined },
} as const;

/** What comes in takes of so many steps: pictures, whole pictures by frame, the one to look at; all by brightness. */
const takesOf = async (footage: Footage, steps: readonly number[]) => {
  const takes = [];
  for (const some of steps) {
    const { pictures, whole, look } = await footage.next(some);
    takes.push({
      pictures: pictures.map(({ bytes }) => bytes[0]),
      whole: whole.map(({ frame, picture }) => [frame, picture.bytes[0]]),
      look: look?.bytes[0],
    });
  }
  return takes;
};

describe('footage', () => {
  it.each([
    ['whole pictures', false],
    ['a region', true],
  ])('of %s brings a whole picture a step with its frame, also where a take is of several steps', async (_, inPart) => {
    const decoding = decodingOf(10, inPart);
    const footage = inPart ? regionFootage(decoding, NO_FRAMING, STEP) : wholeFootage(decoding, 0, STEP);
    expect(await takesOf(footage, [2, 1, 2])).toEqual([
      { pictures: [0], whole: [[0, 0]], look: 0 },
      { pictures: [1, 2, 3], whole: [[3, 3]], look: 3 },
      {
        pictures: [4, 5, 6, 7, 8, 9],
        whole: [
          [6, 6],
          [9, 9],
        ],
        look: 9,
      },
    ]);
  });

  it('ends with what there is: in whole pictures the last is looked at, of a region one that came in time', async () => {
    const whole = wholeFootage(decodingOf(8, false), 0, STEP);
    const end = {
      pictures: [1, 2, 3, 4, 5, 6],
      whole: [
        [3, 3],
        [6, 6],
      ],
      look: 6,
    };
    expect((await takesOf(whole, [1, 2, 2])).slice(1)).toEqual([end, { pictures: [7], whole: [], look: 7 }]);
    const part = regionFootage(decodingOf(6, true), NO_FRAMING, STEP);
    expect((await takesOf(part, [1, 2, 1])).slice(1)).toEqual([
      { pictures: [1, 2, 3, 4, 5], whole: [[3, 3]], look: undefined },
      { pictures: [], whole: [], look: undefined },
    ]);
  });
});
