import fc from 'fast-check';
import { colourWeights } from './colour.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import { PatchMeter, type PatchColour } from './patch-meter.ts';

const COLOURS = colourWeights({ fullRange: true, matrix: 'bt601' });
const WIDTH = 64;
const HEIGHT = 48;

/** A picture whose samples are given by their place in chroma cells. */
const pictureOf = (y: (column: number, row: number) => number, u = 128, v = 128): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(WIDTH, HEIGHT));
  for (let i = 0; i < WIDTH * HEIGHT; i++) bytes[i] = y(i % WIDTH, Math.floor(i / WIDTH));
  const chroma = (WIDTH * HEIGHT) / 4;
  bytes.fill(u, WIDTH * HEIGHT, WIDTH * HEIGHT + chroma);
  bytes.fill(v, WIDTH * HEIGHT + chroma);
  return { width: WIDTH, height: HEIGHT, bytes };
};

const measure = (picture: Picture, corners: readonly (readonly [number, number])[]): PatchColour => {
  const out = [{ red: NaN, green: NaN, blue: NaN }];
  const meter = new PatchMeter([{ name: 'patch', outline: corners.map((_, i) => i) }], COLOURS);
  meter.place(picture, Float32Array.from(corners.flat()));
  meter.measure(picture, out);
  return out[0]!;
};

/** Even-odd rule, edge by edge (Shimrat, CACM 1962;5:434). */
const isInside = (corners: readonly (readonly [number, number])[], x: number, y: number): boolean =>
  corners.reduce((inside, [x1, y1], i) => {
    const [x0, y0] = corners.at(i - 1)!;
    return y0 <= y !== y1 <= y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0) ? !inside : inside;
  }, false);

describe('PatchMeter', () => {
  it('gives an even patch its colour', () => {
    const square = [
      [10, 10],
      [40, 10],
      [40, 30],
      [10, 30],
    ] as const;
    const { red, green, blue } = measure(
      pictureOf(() => 100, 118, 138),
      square,
    );
    expect(red).toBeCloseTo(100 + COLOURS.redV * 10, 9);
    expect(green).toBeCloseTo(100 - COLOURS.greenU * 10 + COLOURS.greenV * 10, 9);
    expect(blue).toBeCloseTo(100 - COLOURS.blueU * 10, 9);
  });

  it('tells from how many samples a patch is averaged, of those alone that lie in the picture', () => {
    const square = (x: number) => [x, 10, x + 30, 10, x + 30, 30, x, 30];
    const outlines = [0, 4].map((first) => [0, 1, 2, 3].map((corner) => first + corner));
    const meter = new PatchMeter(
      outlines.map((outline, i) => ({ name: `patch${i}`, outline })),
      COLOURS,
    );
    const picture = pictureOf(() => 100);
    expect(meter.samples).toBe(0);
    meter.place(picture, Float32Array.from([...square(10), ...square(20)]));
    expect(meter.samples).toBe(30 * 20);
    meter.place(picture, Float32Array.from([...square(10), ...square(50)]));
    expect(meter.samples).toBe(30 * 20);
  });

  it('averages just the cells whose middle lies inside the outline, whatever its shape', () => {
    // Off the middles of the cells, where rounding would decide.
    const corner = fc.tuple(fc.integer({ min: 0, max: WIDTH - 2 }), fc.integer({ min: 0, max: HEIGHT - 2 }));
    const picture = pictureOf((column, row) => (column * 7 + row * 13) % 251);
    fc.assert(
      fc.property(fc.array(corner, { minLength: 3, maxLength: 10 }), (exact) => {
        const corners = exact.map(([x, y]) => [Math.fround(x + 0.3117), Math.fround(y + 0.3719)] as const);
        let [sum, count] = [0, 0];
        for (let row = 0; row < HEIGHT / 2; row++) {
          for (let column = 0; column < WIDTH / 2; column++) {
            if (!isInside(corners, 2 * column + 1, 2 * row + 1)) continue;
            for (const at of [0, 1, WIDTH, WIDTH + 1]) sum += picture.bytes[2 * row * WIDTH + 2 * column + at]!;
            count += 4;
          }
        }
        const { green } = measure(picture, corners);
        if (count === 0) expect(green).toBeNaN();
        else expect(green).toBeCloseTo(sum / count, 6);
      }),
    );
  });

  it('has no colour for a patch that leaves the picture, on any side', () => {
    const picture = pictureOf(() => 100);
    for (const [dx, dy] of [
      [-12, 0],
      [0, -12],
      [WIDTH, 0],
      [0, HEIGHT],
    ] as const) {
      const { green } = measure(picture, [
        [10 + dx, 10 + dy],
        [30 + dx, 10 + dy],
        [20 + dx, 30 + dy],
      ]);
      expect(green).toBeNaN();
    }
  });

  it('tells the share of samples that are clipped', () => {
    const picture = pictureOf((column) => (column < 20 ? 255 : 120));
    const meter = new PatchMeter([{ name: 'patch', outline: [0, 1, 2, 3] }], COLOURS);
    meter.place(picture, Float32Array.from([10, 10, 30, 10, 30, 30, 10, 30]));
    expect(meter.clipped(picture)).toEqual([0.5]);
    meter.place(picture, Float32Array.from([-10, 10, 30, 10, 30, 30, -10, 30]));
    expect(meter.clipped(picture)).toEqual([undefined]);
  });
});
