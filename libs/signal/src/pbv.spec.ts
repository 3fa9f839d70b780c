import fc from 'fast-check';
import { BLOOD } from './blood.ts';
import { GRID_RATE_HZ } from './clock.ts';
import type { Colour } from './colour.ts';
import { pbv, pbvWeights } from './pbv.ts';
import { gaussian, mulberry32 } from './index.ts';

/** Whole periods of both rates, so that neither is seen at the other's. */
const COUNT = 32 * GRID_RATE_HZ;
const [PULSE_HZ, SWAY_HZ] = [1.25, 1.875];

interface Swings {
  readonly seed: number;
  readonly pulse: number;
  /** Swing of the light, the same in all colours. */
  readonly sway: number;
  readonly noise: number;
}

const changesOf = ({ seed, pulse, sway, noise }: Swings): Colour => {
  const chance = mulberry32(seed);
  const swing = (hz: number, i: number): number => Math.sin((2 * Math.PI * hz * i) / GRID_RATE_HZ);
  const channel = (depth: number): Float64Array =>
    Float64Array.from(
      { length: COUNT },
      (_, i) => -depth * pulse * swing(PULSE_HZ, i) + sway * swing(SWAY_HZ, i) + noise * gaussian(chance),
    );
  return { red: channel(BLOOD.red), green: channel(BLOOD.green), blue: channel(BLOOD.blue) };
};

/** Amplitude at a frequency. */
const amplitudeAt = (values: Float64Array, hz: number): number => {
  let [re, im] = [0, 0];
  values.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hz * i) / GRID_RATE_HZ);
    im += value * Math.sin((2 * Math.PI * hz * i) / GRID_RATE_HZ);
  });
  return (2 * Math.hypot(re, im)) / values.length;
};

const seed = fc.integer({ min: 1, max: 1_000_000 });

describe('PBV', () => {
  it('lets blood through whole, whatever else swings', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0, max: 0.02, noNaN: true }), (seed, sway) => {
        const weights = pbvWeights(changesOf({ seed, pulse: 0.003, sway, noise: 0.001 }));
        const blood = changesOf({ seed, pulse: 0.01, sway: 0, noise: 0 });
        expect(amplitudeAt(pbv(blood, weights), PULSE_HZ)).toBeCloseTo(0.01, 6);
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('holds a sway that outweighs all else below a tenth of itself', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0.005, max: 0.03, noNaN: true }), (seed, sway) => {
        const changes = changesOf({ seed, pulse: 0.001, sway, noise: 0.0002 });
        expect(amplitudeAt(pbv(changes, pbvWeights(changes)), SWAY_HZ)).toBeLessThan(0.1 * sway);
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('weighs the colours as blood does where they are equally noisy and nothing sways', () => {
    const weights = pbvWeights(changesOf({ seed: 3, pulse: 0, sway: 0, noise: 0.003 }));
    const size = Math.hypot(...weights) * Math.hypot(BLOOD.red, BLOOD.green, BLOOD.blue);
    const along = weights[0] * BLOOD.red + weights[1] * BLOOD.green + weights[2] * BLOOD.blue;
    expect(along / size).toBeGreaterThan(0.95);
  });

  it('gives nothing where no colour changes', () => {
    const still = changesOf({ seed: 1, pulse: 0, sway: 0, noise: 0 });
    expect(Array.from(pbv(still, pbvWeights(still)), Math.abs).every((value) => value === 0)).toBe(true);
  });
});
