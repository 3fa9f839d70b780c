import fc from 'fast-check';
import {
  gaussian,
  mulberry32,
  rootMeanSquare,
  standardDeviation,
  successiveDifferences,
  synthesizeBeats,
  synthesizeFrameTimes,
  synthesizePulse,
  truthOfBeats,
} from './index.ts';

const plan = fc
  .record({
    seed: fc.integer(),
    heartRate: fc.integer({ min: 40, max: 180 }),
    share: fc.double({ min: 0.01, max: 0.08, noNaN: true }),
    respiratoryRate: fc.integer({ min: 6, max: 30 }),
    durationSeconds: fc.integer({ min: 20, max: 90 }),
  })
  .map(({ seed, share, ...rest }) => ({ ...rest, seed, sdnn: (share * 60_000) / rest.heartRate }));

describe('synthetic beats', () => {
  it('have the planned rate and SDNN to within rounding', () => {
    fc.assert(
      fc.property(plan, ({ seed, ...rest }) => {
        const { truth } = synthesizeBeats({ ...rest, chance: mulberry32(seed) });
        expect(Math.abs(truth.heartRate - rest.heartRate)).toBeLessThan(0.5);
        expect(Math.abs(truth.sdnn - rest.sdnn)).toBeLessThan(0.05 * rest.sdnn + 1);
      }),
    );
  });

  it('have a truth that follows from their times alone', () => {
    const train = synthesizeBeats({
      heartRate: 72,
      sdnn: 45,
      respiratoryRate: 15,
      durationSeconds: 30,
      chance: mulberry32(7),
    });
    const inside = train.beatTimesSeconds.filter((time) => time >= 0 && time <= 30);
    const intervals = successiveDifferences(inside).map((seconds) => 1000 * seconds);
    expect(train.truth.sdnn).toBeCloseTo(standardDeviation(intervals), 9);
    expect(train.truth.rmssd).toBeCloseTo(rootMeanSquare(successiveDifferences(intervals)), 9);
    expect(train.truth).toEqual(truthOfBeats(train.beatTimesSeconds, 30, 15));
  });

  it('are the same for the same chance and others for another', () => {
    const beats = (seed: number): Float64Array =>
      synthesizeBeats({ heartRate: 60, sdnn: 30, respiratoryRate: 12, durationSeconds: 30, chance: mulberry32(seed) })
        .beatTimesSeconds;
    expect(beats(1)).toEqual(beats(1));
    expect(beats(1)).not.toEqual(beats(2));
  });

  it('reach beyond both ends, so that the wave has none', () => {
    fc.assert(
      fc.property(plan, ({ seed, ...rest }) => {
        const { beatTimesSeconds, durationSeconds } = synthesizeBeats({ ...rest, chance: mulberry32(seed) });
        expect(beatTimesSeconds[0]).toBeLessThan(0);
        expect(beatTimesSeconds[beatTimesSeconds.length - 1]).toBeGreaterThan(durationSeconds);
      }),
    );
  });
});

describe('the synthetic pulse wave', () => {
  it('rises faster than it falls and is no higher than its systole and breath allow', () => {
    const train = synthesizeBeats({
      heartRate: 60,
      sdnn: 20,
      respiratoryRate: 12,
      durationSeconds: 20,
      chance: mulberry32(1),
    });
    const wave = synthesizePulse(train, synthesizeFrameTimes(20, 250, 0, mulberry32(1)));
    const slopes = successiveDifferences(wave);
    expect(Math.max(...slopes)).toBeGreaterThan(1.2 * -Math.min(...slopes));
    expect(Math.max(...wave)).toBeLessThan(1.6);
  });
});

describe('chance', () => {
  it('draws mulberry32 as published: the first numbers of seed 0', () => {
    const draw = mulberry32(0);
    expect([draw(), draw(), draw()].map((value) => Math.round(value * 2 ** 32))).toEqual([
      1_144_304_738, 1_416_247, 958_946_056,
    ]);
  });

  it('is normal where it should be: mean 0, deviation 1', () => {
    const draw = mulberry32(42);
    const values = Float64Array.from({ length: 20_000 }, () => gaussian(draw));
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length)).toBeLessThan(0.03);
    expect(Math.abs(standardDeviation(values) - 1)).toBeLessThan(0.03);
  });
});
