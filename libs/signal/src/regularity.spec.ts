import {
  analyseContact,
  gaussian,
  mulberry32,
  pulseRegularityOf,
  synthesizeBeats,
  synthesizePulse,
  type PulseAnalysis,
} from './index.ts';

/** A pulse of which every n-th beat comes early by a share of the interval; none where `every` is 0. */
const analysisOf = (every: number, early: number): PulseAnalysis => {
  const chance = mulberry32(3);
  const plan = { heartRate: 64, sdnn: 20, respiratoryRate: 14, durationSeconds: 60, chance };
  const train = synthesizeBeats(plan);
  const beatTimesSeconds = train.beatTimesSeconds.map((time, i) =>
    every > 0 && i % every === 0 ? time - early * train.meanIntervalSeconds : time,
  );
  const times = Float64Array.from({ length: 1800 }, (_, i) => i / 30);
  const pulse = synthesizePulse({ ...train, beatTimesSeconds }, times).map((value) => value + 0.01 * gaussian(chance));
  return analyseContact(times, pulse);
};

describe('the regularity of the pulse', () => {
  it('is whole for a heart in rhythm, with room for a beat that was not seen', () => {
    const { value, standardError } = pulseRegularityOf(analysisOf(0, 0));
    expect(value).toBe(100);
    expect(standardError).toBeGreaterThan(0);
  });

  it('falls with every early beat: more of them, less regular', () => {
    const some = pulseRegularityOf(analysisOf(12, 0.25)).value!;
    const many = pulseRegularityOf(analysisOf(6, 0.25)).value!;
    expect(some).toBeLessThan(95);
    expect(many).toBeLessThan(some);
  });

  it('is the share of normal intervals among those between beats beyond doubt', () => {
    const analysis = { ...analysisOf(0, 0), soundIntervals: 40, cleanIntervalsMs: new Float64Array(36).fill(900) };
    expect(pulseRegularityOf(analysis).value).toBe(90);
  });

  it('is refused where the heart rate is', () => {
    const heartRate = { value: null, standardError: null, reasons: ['low_snr'] } as const;
    expect(pulseRegularityOf({ ...analysisOf(0, 0), heartRate })).toEqual(heartRate);
  });
});
