import fc from 'fast-check';
import { colourWeights } from './colour.ts';
import { pointIn, sampleSquare } from './crop.ts';
import { bytesOfPicture, type Picture } from './frames.ts';

const COLOURS = colourWeights({ fullRange: true, matrix: 'bt601' });

const grey = (width: number, height: number, luma: (x: number, y: number) => number): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(width, height)).fill(128);
  for (let i = 0; i < width * height; i++) bytes[i] = luma(i % width, Math.floor(i / width));
  return { width, height, bytes };
};

const sample = (picture: Picture, square: Parameters<typeof pointIn>[0], side: number): Float32Array => {
  const out = new Float32Array(3 * side * side);
  sampleSquare(picture, square, COLOURS, { out, side, scale: 1 / 255, offset: -0.5 });
  return out.subarray(0, side * side);
};

describe('sampleSquare', () => {
  it('sees a picture that is turned as it sees it upright', () => {
    const side = 16;
    const upright = grey(side, side, (x, y) => 3 * x + 11 * y);
    const whole = { centre: { x: side / 2, y: side / 2 }, side };
    const straight = sample(upright, { ...whole, angle: 0 }, side);
    // What a player turns clockwise by 90 degrees: its right-hand column comes first.
    const coded = grey(side, side, (x, y) => 3 * (side - 1 - y) + 11 * x);
    expect(sample(coded, { ...whole, angle: -Math.PI / 2 }, side)).toEqual(straight);
    const overhead = grey(side, side, (x, y) => 3 * (side - 1 - x) + 11 * (side - 1 - y));
    expect(sample(overhead, { ...whole, angle: -Math.PI }, side)).toEqual(straight);
  });

  it('is black beyond the edge of the picture', () => {
    const picture = grey(8, 8, () => 255);
    const out = sample(picture, { centre: { x: 0, y: 4 }, side: 8, angle: 0 }, 8);
    expect(out.filter((value) => value === -0.5).length).toBe(32);
    expect(out.filter((value) => Math.abs(value - 0.5) < 1e-6).length).toBe(32);
  });
});

describe('pointIn', () => {
  it('keeps distances, whatever the angle', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const angle = fc.double({ min: -7, max: 7, noNaN: true });
    fc.assert(
      fc.property(unit, unit, angle, (u, v, turned) => {
        const centre = { x: 100, y: 50 };
        const { x, y } = pointIn({ centre, side: 40, angle: turned }, u, v);
        expect(Math.hypot(x - centre.x, y - centre.y)).toBeCloseTo(40 * Math.hypot(u - 0.5, v - 0.5), 9);
      }),
    );
  });
});
