import {
  gaussian,
  mulberry32,
  standardDeviation,
  stressIndex,
  synthesizeBeats,
  successiveDifferences,
} from './index.ts';

const INTERVALS = Float64Array.of(800, 880, 885, 890, 895, 900, 905, 910, 915, 1000);

describe('the stress index', () => {
  it('is the share of the fullest 50 ms over twice the mode and the range', () => {
    // 8 of 10 within 50 ms, a median of 897.5 ms, 200 ms from end to end.
    expect(stressIndex(INTERVALS, standardDeviation(INTERVALS))).toBeCloseTo(80 / (2 * 0.8975 * 0.2), 6);
  });

  it('rises as the intervals draw together, and is none where they are all alike', () => {
    const sdnn = standardDeviation(INTERVALS);
    expect(stressIndex(INTERVALS, sdnn / 2)).toBeGreaterThan(1.9 * stressIndex(INTERVALS, sdnn));
    expect(stressIndex(new Float64Array(10).fill(900), 5)).toBeNaN();
    expect(stressIndex(new Float64Array(), 5)).toBeNaN();
  });

  it('of beats timed with an error of 18 ms is nearer to that of the heart once the noise is taken off', () => {
    const chance = mulberry32(4);
    const plan = { heartRate: 62, sdnn: 25, respiratoryRate: 14, durationSeconds: 300, chance };
    const { beatTimesSeconds } = synthesizeBeats(plan);
    const msOf = (times: Float64Array): Float64Array => successiveDifferences(times).map((seconds) => 1000 * seconds);
    const truth = msOf(beatTimesSeconds);
    const noisy = msOf(beatTimesSeconds.map((time) => time + 0.018 * gaussian(chance)));
    const index = stressIndex(truth, standardDeviation(truth));
    const off = (sdnn: number): number => Math.abs(stressIndex(noisy, sdnn) - index);
    expect(off(standardDeviation(truth))).toBeLessThan(off(standardDeviation(noisy)) / 2);
  });
});
