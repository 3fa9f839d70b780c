import fc from 'fast-check';
import {
  gaussian,
  longAxis,
  mulberry32,
  rootMeanSquare,
  shortAxis,
  standardDeviation,
  successiveDifferences,
  sympatheticIndex,
  vagalIndex,
} from './index.ts';

/** A series whose neighbours hang together by `memory`. */
const wander = (seed: number, memory: number): Float64Array => {
  const chance = mulberry32(seed);
  let value = 0;
  return Float64Array.from({ length: 4000 }, () => (value = memory * value + 30 * gaussian(chance)));
};

describe('the Poincaré plot', () => {
  it('has the axes that the ellipse of neighbouring intervals has', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -0.5, max: 0.9, noNaN: true }), (seed, memory) => {
        const series = wander(seed, memory);
        const turned = (sign: number): Float64Array =>
          Float64Array.from({ length: series.length - 1 }, (_, i) => (series[i + 1]! + sign * series[i]!) / Math.SQRT2);
        const sdnn = standardDeviation(series);
        const rmssd = rootMeanSquare(successiveDifferences(series));
        expect(shortAxis(rmssd) / standardDeviation(turned(-1))).toBeCloseTo(1, 2);
        expect(longAxis(sdnn, rmssd) / standardDeviation(turned(1))).toBeCloseTo(1, 2);
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it('gives the indices of Toichi: a longer ellipse is more sympathetic, a larger one more vagal', () => {
    // SD1 30 ms and SD2 60 ms: L = 240, T = 120.
    const rmssd = 30 * Math.SQRT2;
    const sdnn = Math.sqrt((60 ** 2 + 30 ** 2) / 2);
    expect(sympatheticIndex(sdnn, rmssd)).toBeCloseTo(2, 9);
    expect(vagalIndex(sdnn, rmssd)).toBeCloseTo(Math.log10(240 * 120), 9);
    expect(vagalIndex(2 * sdnn, 2 * rmssd) - vagalIndex(sdnn, rmssd)).toBeCloseTo(Math.log10(4), 9);
  });

  it('has no long axis where all change is from beat to beat', () => {
    expect(longAxis(20, 45)).toBe(0);
  });
});
