import type { Picture } from '../picture/picture.ts';
import type { Turn } from './glyphs.ts';
import { fillPlanes, planesSize, turnedSize, wholeView } from './view.ts';

/** Dark, but for one bright pixel. */
const dark = (width: number, height: number, x: number, y: number): Picture => {
  const data = new Uint8Array(3 * width * height);
  data.fill(255, 3 * (y * width + x), 3 * (y * width + x) + 3);
  return { width, height, data };
};

const planesOf = (picture: Picture, turn: Turn, longer: number) => {
  const view = wholeView(picture, turn, longer);
  const { width, height } = planesSize(view);
  const planes = { data: new Float32Array(3 * width * height), width, height };
  fillPlanes(picture, turn, view, planes);
  return planes;
};

const brightest = ({ data, width, height }: ReturnType<typeof planesOf>): [number, number] => {
  const red = data.subarray(0, width * height);
  const at = red.indexOf(Math.max(...red));
  return [at % width, Math.floor(at / width)];
};

describe('a view of a picture', () => {
  it.each<[Turn, [number, number]]>([
    [0, [5, 2]],
    [90, [61, 5]],
    [180, [90, 61]],
    [270, [2, 90]],
  ])('turned clockwise by %d shows a pixel where it then lies', (turn, expected) => {
    const picture = dark(96, 64, 5, 2);
    expect(turnedSize(picture, turn)).toEqual(turn % 180 === 0 ? { width: 96, height: 64 } : { width: 64, height: 96 });
    expect(brightest(planesOf(picture, turn, 96))).toEqual(expected);
  });

  it('has sides that the network can halve five times, and nothing beyond the picture', () => {
    const planes = planesOf(dark(100, 37, 50, 20), 0, 100);
    expect([planes.width % 32, planes.height % 32]).toEqual([0, 0]);
    const beyond = planes.data.filter((_, at) => at % planes.width >= 100);
    expect(beyond.every((value) => value === 0)).toBe(true);
  });

  it.each([48, 96, 300])(
    'has mean 0 and a deviation of nearly 1 at a side of %d, however bright the picture',
    (side) => {
      const data = Uint8Array.from({ length: 3 * 96 * 96 }, (_, at) => 60 + ((at * 7919) % 120));
      const { data: values } = planesOf({ width: 96, height: 96, data }, 0, side);
      const seen = values.filter((value) => value !== 0);
      const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
      expect(Math.abs(mean)).toBeLessThan(0.01);
      expect(seen.every((value) => Math.abs(value) < 3)).toBe(true);
    },
  );
});
