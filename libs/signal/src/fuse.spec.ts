import { GRID_RATE_HZ } from './clock.ts';
import { fuse, gainOn } from './fuse.ts';
import { spectraOf } from './spectrum.ts';
import { gaussian, mulberry32 } from './index.ts';

const COUNT = 32 * GRID_RATE_HZ;
const RATE_HZ = 1.3;

/** Traces of one pulse of given depths, each in noise of its own. */
const tracesOf = (seed: number, depths: readonly number[], noise: number): Float64Array[] => {
  const chance = mulberry32(seed);
  return depths.map((depth) =>
    Float64Array.from(
      { length: COUNT },
      (_, i) => depth * Math.sin((2 * Math.PI * RATE_HZ * i) / GRID_RATE_HZ) + noise * gaussian(chance),
    ),
  );
};

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const even = (count: number): number[] => Array.from({ length: count }, () => 1);

describe('the fusion of traces', () => {
  it('finds a pulse that no trace shows by itself', () => {
    const found = SEEDS.map((seed) => {
      const spectra = spectraOf(tracesOf(seed, even(16), 10));
      const alone = spectra.filter((one) => Math.abs(fuse([one])!.rateHz - RATE_HZ) < 0.05).length;
      return { alone, together: Math.abs(fuse(spectra)!.rateHz - RATE_HZ) < 0.05 };
    });
    expect(found.reduce((sum, { alone }) => sum + alone, 0) / (16 * SEEDS.length)).toBeLessThan(0.5);
    expect(found.filter(({ together }) => together).length).toBeGreaterThanOrEqual(38);
  });

  it('does not make a peak out of noise: 16 traces of it reach hardly more than one', () => {
    const mean = (count: number): number =>
      SEEDS.reduce((sum, seed) => sum + fuse(spectraOf(tracesOf(seed, even(count).fill(0), 1)))!.snrDecibels, 0) /
      SEEDS.length;
    expect(mean(16)).toBeLessThan(mean(1) + 1);
  });

  it('gives a trace without the pulse less say than the others, and one that swings against it none', () => {
    const depths = [...even(8), 0, 0, -1];
    const { parts } = fuse(spectraOf(tracesOf(5, depths, 1)))!;
    const least = Math.min(...parts.slice(0, 8).map(({ gain }) => gain));
    for (const { gain } of parts.slice(8, 10)) expect(gain).toBeLessThan(0.6 * least);
    expect(parts[10]!.gain).toBe(0);
  });

  it('gives no trace more than half the say', () => {
    const [loud] = tracesOf(1, [1], 0.01);
    const { parts } = fuse(spectraOf([loud!, ...tracesOf(2, even(5), 1)]))!;
    expect(parts[0]!.share).toBeLessThanOrEqual(0.5 + 1e-9);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('knows how far chance alone lets a trace swing with another', () => {
    const [reference] = spectraOf(tracesOf(9, [1], 0.1));
    const errors = spectraOf(tracesOf(10, even(400).fill(0), 1)).map((trace) => {
      const { gain, error } = gainOn(reference!, trace, RATE_HZ);
      return gain / error;
    });
    const spread = Math.sqrt(errors.reduce((sum, value) => sum + value ** 2, 0) / errors.length);
    expect(spread).toBeGreaterThan(0.8);
    expect(spread).toBeLessThan(1.25);
  });
});
