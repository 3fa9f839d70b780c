import { gridOf } from './clock.ts';
import { rocksAt } from './rocking.ts';

const timesSeconds = Float64Array.from({ length: 600 }, (_, n) => n / 30);
const grid = gridOf(timesSeconds)!;

const rocks = (paths: { readonly x?: (t: number) => number; readonly y?: (t: number) => number }, rateHz: number) => {
  const { x = () => 0, y = () => 0 } = paths;
  const position = { x: timesSeconds.map(x), y: timesSeconds.map(y) };
  return rocksAt({ timesSeconds, patches: [], position }, grid, rateHz);
};

const swing = (amplitude: number, hertz: number) => (t: number) => amplitude * Math.sin(2 * Math.PI * hertz * t);

describe('a face that rocks', () => {
  it('is found to rock at its rate, up and down or to the sides, from 0.5 % of its width on', () => {
    expect(rocks({ y: swing(0.006, 0.83) }, 0.83)).toBe(true);
    expect(rocks({ x: swing(0.02, 1.5) }, 1.5)).toBe(true);
    expect(rocks({ y: swing(0.004, 0.83) }, 0.83)).toBe(false);
  });

  it('is no witness of any rate where it rocks further than its patches are followed', () => {
    expect(rocks({ y: swing(0.02, 1.2) }, 2)).toBe(true);
  });

  it('rocks at no other rate where it rocks a little, and slow sway is none', () => {
    expect(rocks({ y: swing(0.008, 0.83) }, 1.3)).toBe(false);
    expect(rocks({ x: swing(0.1, 0.16), y: swing(0.1, 0.41) }, 1.2)).toBe(false);
  });

  it('is not looked for where no path is known', () => {
    expect(rocksAt({ timesSeconds, patches: [] }, grid, 1)).toBe(false);
  });
});
