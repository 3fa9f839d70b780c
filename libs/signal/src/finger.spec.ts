import fc from 'fast-check';
import {
  analyseContact,
  analyseFinger,
  analyseWaveform,
  gaussian,
  mulberry32,
  synthesizeBeats,
  synthesizeFrameTimes,
  synthesizePulse,
  type PulseTruth,
} from './index.ts';

interface Case {
  readonly seed: number;
  readonly heartRate?: number;
  readonly sdnn?: number;
  readonly respiratoryRate?: number;
  readonly seconds?: number;
  readonly noise?: number;
}

interface Trace {
  readonly timesSeconds: Float64Array;
  readonly wave: Float64Array;
  readonly truth: PulseTruth;
}

/** A wave of unit height in noise, on a phone's uneven clock. */
const waveOf = ({ seed, heartRate = 70, sdnn = 40, respiratoryRate = 14, seconds = 30, noise = 0.03 }: Case): Trace => {
  const chance = mulberry32(seed);
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds: seconds, chance });
  const timesSeconds = synthesizeFrameTimes(seconds, 30, 0.5, chance);
  const wave = synthesizePulse(train, timesSeconds).map((value) => value + noise * gaussian(chance));
  return { timesSeconds, wave, truth: train.truth };
};

const noiseOf = (seed: number, seconds: number): Pick<Trace, 'timesSeconds' | 'wave'> => {
  const chance = mulberry32(seed);
  const timesSeconds = synthesizeFrameTimes(seconds, 30, 0.2, chance);
  return { timesSeconds, wave: timesSeconds.map(() => gaussian(chance)) };
};

const light = (wave: Float64Array): Float64Array => wave.map((value) => 200 - 3 * value);
const seed = fc.integer({ min: 1, max: 1_000_000 });

describe('the pulse of a fingertip', () => {
  it('has rate, SDNN and breathing found within 1 per minute, 5 ms and 1 per minute', () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 48, max: 120 }),
        fc.double({ min: 0.015, max: 0.045, noNaN: true }),
        fc.integer({ min: 9, max: 20 }),
        (seed, heartRate, share, respiratoryRate) => {
          const sdnn = (share * 60_000) / heartRate;
          const { timesSeconds, wave, truth } = waveOf({ seed, heartRate, sdnn, respiratoryRate, seconds: 40 });
          const analysis = analyseFinger({ timesSeconds, channels: [light(wave)] });
          expect(Math.abs(analysis.heartRate.value! - truth.heartRate)).toBeLessThan(1);
          expect(Math.abs(analysis.sdnn.value! - truth.sdnn)).toBeLessThan(5);
          expect(Math.abs(analysis.respiratoryRate.value! - truth.respiratoryRate)).toBeLessThan(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is read off the channel that has one, whichever it is', () => {
    const { timesSeconds, wave, truth } = waveOf({ seed: 2 });
    const clipped = wave.map(() => 255);
    const noise = noiseOf(3, 30).wave.slice(0, wave.length);
    for (const channels of [
      [clipped, light(wave), noise],
      [light(wave), noise, clipped],
      [noise, clipped, light(wave)],
    ]) {
      const { heartRate } = analyseFinger({ timesSeconds, channels });
      expect(Math.abs(heartRate.value! - truth.heartRate)).toBeLessThan(0.5);
    }
  });

  it('counts early beats for the rate and leaves them out of the variability', () => {
    const seconds = 30;
    const beats: number[] = [];
    for (let time = -2; time < seconds + 2; time += beats.length % 8 === 7 ? 0.62 : 1) beats.push(time);
    const beatTimesSeconds = Float64Array.from(beats);
    const { truth } = synthesizeBeats({
      heartRate: 60,
      sdnn: 10,
      respiratoryRate: 12,
      durationSeconds: seconds,
      chance: mulberry32(1),
    });
    const train = { beatTimesSeconds, durationSeconds: seconds, meanIntervalSeconds: 1, respiratoryPhase: 0, truth };
    const timesSeconds = synthesizeFrameTimes(seconds, 30, 0, mulberry32(1));
    const wave = synthesizePulse(train, timesSeconds);
    const { heartRate, cleanIntervalsMs } = analyseFinger({ timesSeconds, channels: [light(wave)] });
    const inside = beats.filter((time) => time >= 0 && time <= seconds);
    const rate = (60 * (inside.length - 1)) / (inside[inside.length - 1]! - inside[0]!);
    expect(heartRate.value!).toBeGreaterThan(61.5);
    expect(Math.abs(heartRate.value! - rate)).toBeLessThan(1);
    for (const interval of cleanIntervalsMs) expect(Math.abs(interval - 1000)).toBeLessThan(60);
  });

  it('is followed over minutes while the rate climbs', () => {
    const seconds = 180;
    const beats: number[] = [];
    for (let time = -1; time < seconds + 1; time += 60 / (60 + (30 * Math.max(0, time)) / seconds)) beats.push(time);
    const rate = (60 * (beats.length - 1)) / (beats[beats.length - 1]! - beats[0]!);
    const base = synthesizeBeats({
      heartRate: 75,
      sdnn: 10,
      respiratoryRate: 12,
      durationSeconds: seconds,
      chance: mulberry32(1),
    });
    const timesSeconds = synthesizeFrameTimes(seconds, 30, 0, mulberry32(1));
    const wave = synthesizePulse({ ...base, beatTimesSeconds: Float64Array.from(beats) }, timesSeconds);
    const { heartRate, cleanShare } = analyseFinger({ timesSeconds, channels: [light(wave)] });
    expect(Math.abs(heartRate.value! - rate)).toBeLessThan(1);
    expect(cleanShare).toBeGreaterThan(0.95);
  });
});

describe('a single trace without a pulse', () => {
  it('white noise is refused, on a finger and as a waveform', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 15, max: 60 }), (seed, seconds) => {
        const { timesSeconds, wave } = noiseOf(seed, seconds);
        expect(analyseFinger({ timesSeconds, channels: [wave] }).heartRate.value).toBeNull();
        expect(analyseWaveform(timesSeconds, wave).heartRate.value).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('a constant, an empty and a missing channel hold no signal', () => {
    const { timesSeconds, wave } = waveOf({ seed: 1 });
    for (const channels of [[], [wave.map(() => 7)], [wave.map(() => NaN)]]) {
      expect(analyseFinger({ timesSeconds, channels }).heartRate.reasons).toEqual(['no_signal']);
    }
  });

  it('too few frames a second and too many gaps are named', () => {
    const { timesSeconds, wave } = waveOf({ seed: 1, noise: 0 });
    const rare = (_: number, i: number): boolean => i % 3 === 0;
    const slow = { timesSeconds: timesSeconds.filter(rare), channels: [light(wave).filter(rare)] };
    expect(analyseFinger(slow).heartRate.reasons).toContain('low_frame_rate');
    const holed = light(wave).map((value, i) => (i % 90 < 45 ? NaN : value));
    expect(analyseFinger({ timesSeconds, channels: [holed] }).heartRate.reasons).toContain('too_many_gaps');
  });
});

describe('a ready-made waveform', () => {
  it('gives the same beats upside down', () => {
    const { timesSeconds, wave, truth } = waveOf({ seed: 12 });
    for (const analyse of [analyseWaveform, analyseContact]) {
      const up = analyse(timesSeconds, wave);
      const down = analyse(
        timesSeconds,
        wave.map((value) => 5 - 2 * value),
      );
      expect(Math.abs(up.heartRate.value! - truth.heartRate)).toBeLessThan(0.5);
      expect(down.heartRate.value).toBeCloseTo(up.heartRate.value!, 6);
      expect(down.sdnn.value).toBeCloseTo(up.sdnn.value!, 4);
    }
  });
});
