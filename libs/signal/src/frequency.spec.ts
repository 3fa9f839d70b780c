import {
  analyseContact,
  bandPowersOf,
  gaussian,
  lowOverHighOf,
  mulberry32,
  synthesizeBeats,
  synthesizePulse,
  type IntervalSeries,
  type PulseAnalysis,
} from './index.ts';

/** Beats of intervals that swing with an amplitude in ms at 0.1 Hz and at 0.25 Hz, each beat off by an error in seconds. */
const swinging = (low: number, high: number, seconds: number, error: () => number = () => 0): IntervalSeries => {
  const beats: number[] = [];
  for (let time = 0; time < seconds; ) {
    beats.push(time + error());
    const swing = low * Math.sin(2 * Math.PI * 0.1 * time) + high * Math.sin(2 * Math.PI * 0.25 * time);
    time += (900 + swing) / 1000;
  }
  const atSeconds = Float64Array.from(beats.slice(1));
  return { atSeconds, ms: atSeconds.map((at, i) => 1000 * (at - beats[i]!)) };
};

describe('the powers of the beat intervals', () => {
  it('are half the squares of the swings, each in its band', () => {
    for (const [low, high] of [
      [40, 20],
      [20, 40],
      [30, 30],
    ] as const) {
      const powers = bandPowersOf(swinging(low, high, 120), 0);
      expect(powers.low / (low ** 2 / 2)).toBeGreaterThan(0.85);
      expect(powers.low / (low ** 2 / 2)).toBeLessThan(1.15);
      expect(powers.high / (high ** 2 / 2)).toBeGreaterThan(0.85);
      expect(powers.high / (high ** 2 / 2)).toBeLessThan(1.15);
    }
  });

  it('do not hang on gaps: a tenth of the intervals left out changes little', () => {
    const whole = swinging(40, 20, 120);
    const kept = (values: Float64Array): Float64Array => values.filter((_, i) => i % 10 !== 3);
    const powers = bandPowersOf({ atSeconds: kept(whole.atSeconds), ms: kept(whole.ms) }, 0);
    expect(Math.log(powers.low / powers.high) - Math.log(4)).toBeCloseTo(0, 0);
  });

  it('have the timing noise of the beats taken off, of which the high band has most', () => {
    const chance = mulberry32(11);
    const series = swinging(40, 20, 600, () => 0.012 * gaussian(chance));
    const raw = bandPowersOf(series, 0);
    const { low, high, noiseShare } = bandPowersOf(series, 12);
    expect(high).toBeLessThan(raw.high);
    expect(Math.abs(high / 200 - 1)).toBeLessThan(Math.abs(raw.high / 200 - 1));
    expect(Math.abs(low / 800 - 1)).toBeLessThan(0.15);
    expect(noiseShare).toBeGreaterThan(0.1);
  });
});

const analysisOf = (durationSeconds: number, amplitude = 1): PulseAnalysis => {
  const chance = mulberry32(21);
  const train = synthesizeBeats({ heartRate: 66, sdnn: 45, respiratoryRate: 15, durationSeconds, chance });
  const times = Float64Array.from({ length: 30 * durationSeconds }, (_, i) => i / 30);
  const pulse = synthesizePulse(train, times).map((value) => amplitude * value + 0.01 * gaussian(chance));
  return analyseContact(times, pulse);
};

describe('LF/HF', () => {
  it('is refused below 55 s of clean signal, 30 s above all, and known from then on', () => {
    const half = lowOverHighOf(analysisOf(30));
    expect(half).toMatchObject({ value: null, standardError: null, reasons: ['too_short'] });
    expect(lowOverHighOf(analysisOf(52)).value).toBeNull();
    const { value, standardError } = lowOverHighOf(analysisOf(64));
    expect(value).toBeGreaterThan(0);
    expect(standardError! / value!).toBeGreaterThan(0.3);
  });

  it('is that of the heart itself within a quarter, on a clean pulse', () => {
    const chance = mulberry32(21);
    const { beatTimesSeconds } = synthesizeBeats({
      heartRate: 66,
      sdnn: 45,
      respiratoryRate: 15,
      durationSeconds: 64,
      chance,
    });
    const inside = beatTimesSeconds.filter((time) => time >= 0 && time <= 64);
    const atSeconds = inside.subarray(1);
    const { low, high } = bandPowersOf({ atSeconds, ms: atSeconds.map((at, i) => 1000 * (at - inside[i]!)) }, 0);
    const { value } = lowOverHighOf(analysisOf(64));
    expect(Math.abs(Math.log(value! / (low / high)))).toBeLessThan(0.25);
  });

  it('is refused with the reasons of the variability where there is no pulse', () => {
    const { value, reasons } = lowOverHighOf(analysisOf(64, 0));
    expect(value).toBeNull();
    expect(reasons.length).toBeGreaterThan(0);
  });
});
