import { colourWeights } from './colour.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import { SKIN_PATCHES } from './patches.ts';
import type { LayOut } from './room.ts';
import { TraceBuilder } from './trace-builder.ts';

const COLOURS = colourWeights({ fullRange: true, matrix: 'bt601' });
const SIDE = 200;

const grey = (luma: (x: number) => number): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(SIDE, SIDE)).fill(128);
  for (let i = 0; i < SIDE * SIDE; i++) bytes[i] = luma(i % SIDE);
  return { width: SIDE, height: SIDE, bytes };
};

/** Every patch a square of 20 × 20 at the same place. */
const faceAt = (x: number, y: number): FaceLandmarks => {
  const points = new Float32Array(2 * 468);
  for (const { outline } of SKIN_PATCHES) {
    outline.forEach((corner, i) => {
      const turn = (2 * Math.PI * i) / outline.length;
      points[2 * corner] = x + 10 * Math.cos(turn);
      points[2 * corner + 1] = y + 10 * Math.sin(turn);
    });
  }
  return { points, presence: 1, width: 100, square: { centre: { x, y }, side: 150, angle: 0 } };
};

/** Pictures that lie at a place of the whole one, without a room beside the face. */
const laidOut =
  (x: number, y: number): LayOut =>
  (_, { width, height }) => ({ origin: { x, y }, part: { x: 0, y: 0, width, height }, strips: [] });

const times = (count: number): Float64Array => Float64Array.from({ length: count }, (_, n) => n / 30);
const nose = SKIN_PATCHES.findIndex(({ name }) => name === 'nose');

describe('TraceBuilder', () => {
  it('follows a patch in a straight line from one look to the next', () => {
    const builder = new TraceBuilder(COLOURS, 10, laidOut(0, 0));
    // Brightness tells the place.
    const slope = grey((x) => x);
    builder.add([slope], undefined, faceAt(50, 100));
    builder.add(Array<Picture>(4).fill(slope), faceAt(50, 100), faceAt(90, 100));
    const { green } = builder.traces(times(5)).patches[nose]!;
    const steps = Array.from(green.subarray(1), (value, n) => value - green[n]!);
    for (const step of steps) expect(Math.abs(step - 10)).toBeLessThan(1.5);
    expect(builder.traces(times(5)).motion![2]).toBeGreaterThan(0);
  });

  it('takes the place of a region into account', () => {
    const whole = new TraceBuilder(COLOURS, 1, laidOut(0, 0));
    whole.add([grey((x) => x)], undefined, faceAt(100, 100));
    const part = new TraceBuilder(COLOURS, 1, laidOut(40, 20));
    part.add([grey((x) => x + 40)], undefined, faceAt(100, 100));
    expect(part.traces(times(1)).patches[nose]!.green[0]).toBe(whole.traces(times(1)).patches[nose]!.green[0]);
  });

  it('has no colour for frames in which the face was not seen at both ends', () => {
    const builder = new TraceBuilder(COLOURS, 10, laidOut(0, 0));
    const picture = grey(() => 120);
    const face = faceAt(100, 100);
    builder.add([picture], undefined, face);
    builder.add([picture, picture], face, undefined);
    builder.add([picture, picture], undefined, face);
    builder.add([picture], face, face);
    const { green } = builder.traces(times(6)).patches[nose]!;
    expect(Array.from(green, Number.isNaN)).toEqual([false, true, true, true, true, false]);
    expect(builder.summary().seenShare).toBeCloseTo(2 / 6, 9);
  });

  it('tells how shoulders moved in whole pictures, and the head meanwhile, at the times of their frames', () => {
    const builder = new TraceBuilder(COLOURS, 10, laidOut(0, 0));
    // A light wall down to row 150, a dark body below; the face of 100 pixels above it is grey and keeps still.
    const shown = (rise: number): Picture => {
      const picture = grey(() => 120);
      for (let i = 0; i < SIDE * SIDE; i++) picture.bytes[i] = i < SIDE * 90 ? 120 : shade(Math.floor(i / SIDE) + rise);
      return picture;
    };
    const shade = (row: number): number => 60 + 130 / (1 + Math.exp((row - 150) / 2));
    const face = faceAt(100, 40);
    face.points.set([100, 75], 2 * 152);
    const pictures = [0, 1, 2, 3].map(shown);
    builder.add([pictures[0]!], undefined, face);
    builder.addWhole([{ frame: 0, picture: pictures[0]! }], face);
    builder.add(pictures.slice(1), face, face);
    builder.addWhole([{ frame: 3, picture: pictures[3]! }], face);
    const { timesSeconds, shift, head } = builder.traces(times(4)).shoulders!;
    expect(Array.from(timesSeconds)).toEqual([0, 3 / 30]);
    expect(shift[1]! - shift[0]!).toBeCloseTo(-0.03, 2.5);
    for (const still of [head.down, head.aside]) expect(Math.abs(still[1]!)).toBeLessThan(0.002);
    const without = new TraceBuilder(COLOURS, 1, laidOut(0, 0));
    without.add([pictures[0]!], undefined, faceAt(100, 100));
    expect(without.traces(times(1)).shoulders).toBeUndefined();
  });

  it('leaves out patches that are clipped', () => {
    const builder = new TraceBuilder(COLOURS, 1, laidOut(0, 0));
    builder.add([grey(() => 254)], undefined, faceAt(100, 100));
    expect(builder.traces(times(1)).patches).toEqual([]);
    expect(builder.summary().clippedShare).toBe(1);
  });
});
