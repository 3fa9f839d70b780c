import { gaussian, type Chance } from './chance.ts';
import { rootMeanSquare, shareBeyond50, standardDeviation, successiveDifferences } from './variability.ts';

/** A heart to make beats of. */
export interface HeartPlan {
  /** Mean rate per minute over the beats inside the duration. */
  readonly heartRate: number;
  /** Standard deviation of the intervals inside the duration, ms. */
  readonly sdnn: number;
  /** Breaths per minute. */
  readonly respiratoryRate: number;
  readonly durationSeconds: number;
  /**
   * Share of the interval variance that breathing causes (respiratory sinus arrhythmia), 0-1; 0.6 by default, a young
   * adult at rest. The rest is slow noise.
   */
  readonly respiratoryShare?: number;
  readonly chance: Chance;
}

/** What the beats truly are: computed from them, not from the plan. */
export interface PulseTruth {
  /** 60 / mean interval, per minute. */
  readonly heartRate: number;
  readonly sdnn: number;
  readonly rmssd: number;
  readonly pnn50: number;
  readonly respiratoryRate: number;
}

export interface BeatTrain {
  /** Times of the beats in seconds, ascending; a few lie before 0 and after the duration, so that the wave has no edge. */
  readonly beatTimesSeconds: Float64Array;
  readonly durationSeconds: number;
  readonly meanIntervalSeconds: number;
  /** Phase of breathing at time 0, radians. */
  readonly respiratoryPhase: number;
  /** Of the intervals that lie wholly inside [0, duration]. */
  readonly truth: PulseTruth;
}

/** Beats that are made before time 0 and after the end. */
const MARGIN_BEATS = 4;

/** Rounds of the fixed-point iteration: beat times depend on the intervals, which depend on the beat times. */
const ROUNDS = 12;

/** Memory of the slow part of the variability from beat to beat: about ten beats, the Mayer-wave scale. */
const SLOW_MEMORY = 0.9;

/** Intervals are never shorter or longer than this multiple of the mean. */
const INTERVAL_BOUNDS = [0.4, 1.8] as const;

const slowNoise = (count: number, chance: Chance): Float64Array => {
  const out = new Float64Array(count);
  const drive = Math.sqrt(1 - SLOW_MEMORY ** 2);
  let value = gaussian(chance);
  for (let i = 0; i < count; i++) {
    value = SLOW_MEMORY * value + drive * gaussian(chance);
    out[i] = value;
  }
  return out;
};

/** Beat times from intervals, with beat number MARGIN_BEATS at `first`. */
const accumulate = (intervals: Float64Array, first: number): Float64Array => {
  const times = new Float64Array(intervals.length + 1);
  for (let i = 0; i < intervals.length; i++) times[i + 1] = times[i]! + intervals[i]!;
  const shift = first - times[MARGIN_BEATS]!;
  for (let i = 0; i < times.length; i++) times[i] = times[i]! + shift;
  return times;
};

/** Indices [from, to) of the intervals that lie wholly inside [0, duration]. */
const inside = (times: Float64Array, durationSeconds: number): readonly [number, number] => {
  let from = 0;
  while (from < times.length && times[from]! < 0) from++;
  let to = from;
  while (to + 1 < times.length && times[to + 1]! <= durationSeconds) to++;
  return [from, to];
};

/** Sets mean and standard deviation of the intervals inside the duration to the plan's. */
const standardize = (wave: Float64Array, range: readonly [number, number], plan: HeartPlan): Float64Array => {
  const mean = 60 / plan.heartRate;
  const part = wave.subarray(range[0], range[1]);
  let centre = 0;
  for (const value of part) centre += value;
  centre /= part.length || 1;
  const spread = standardDeviation(part);
  const gain = spread > 0 ? plan.sdnn / 1000 / spread : 0;
  return wave.map((value) =>
    Math.min(Math.max(mean + gain * (value - centre), INTERVAL_BOUNDS[0] * mean), INTERVAL_BOUNDS[1] * mean),
  );
};

/** Truth of the beats whose intervals lie wholly inside [0, duration]. */
export const truthOfBeats = (
  beatTimesSeconds: Float64Array,
  durationSeconds: number,
  respiratoryRate: number,
): PulseTruth => {
  const [from, to] = inside(beatTimesSeconds, durationSeconds);
  const intervalsMs = successiveDifferences(beatTimesSeconds.subarray(from, to + 1)).map((s) => s * 1000);
  const differences = successiveDifferences(intervalsMs);
  let sum = 0;
  for (const interval of intervalsMs) sum += interval;
  return {
    heartRate: (60_000 * intervalsMs.length) / sum,
    sdnn: standardDeviation(intervalsMs),
    rmssd: rootMeanSquare(differences),
    pnn50: shareBeyond50(differences),
    respiratoryRate,
  };
};

/**
 * Times of heart beats with a given mean rate, SDNN and breathing: intervals swing with the breath (respiratory sinus
 * arrhythmia) over slow noise. The same plan and chance give the same beats.
 */
export const synthesizeBeats = (plan: HeartPlan): BeatTrain => {
  const mean = 60 / plan.heartRate;
  const count = Math.ceil(plan.durationSeconds / mean / INTERVAL_BOUNDS[0]) + 2 * MARGIN_BEATS;
  const share = plan.respiratoryShare ?? 0.6;
  const phase = 2 * Math.PI * plan.chance();
  const first = mean * (0.1 + 0.8 * plan.chance());
  const noise = slowNoise(count, plan.chance);
  const wave = new Float64Array(count);
  let times = accumulate(new Float64Array(count).fill(mean), first);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < count; i++) {
      const breath = Math.SQRT2 * Math.sin((2 * Math.PI * plan.respiratoryRate * times[i]!) / 60 + phase);
      wave[i] = Math.sqrt(share) * breath + Math.sqrt(1 - share) * noise[i]!;
    }
    times = accumulate(standardize(wave, inside(times, plan.durationSeconds), plan), first);
  }
  const last = inside(times, plan.durationSeconds)[1] + MARGIN_BEATS;
  const beatTimesSeconds = times.slice(0, last + 1);
  return {
    beatTimesSeconds,
    durationSeconds: plan.durationSeconds,
    meanIntervalSeconds: mean,
    respiratoryPhase: phase,
    truth: truthOfBeats(beatTimesSeconds, plan.durationSeconds, plan.respiratoryRate),
  };
};

export interface WaveShape {
  /** Height of the dicrotic wave over the systolic, 0-1. Faces show little of it: 0.25 by default. */
  readonly dicrotic?: number;
  /** Depth to which breathing modulates the amplitude, 0-1; 0.12 by default. */
  readonly amplitudeDepth?: number;
  /** Height of the breathing baseline over the pulse's, 0-1; 0.15 by default. */
  readonly baselineDepth?: number;
}

/**
 * Position and width of the two waves of a beat in units of the mean interval. Two Gaussians are enough for a
 * photoplethysmogram (Tang et al., Sci Rep 2020;10:13883); the figures are ours, fitted by eye to finger recordings.
 */
const SYSTOLIC = { at: 0.22, rise: 0.095, fall: 0.16 } as const;
const DICROTIC = { at: 0.56, rise: 0.11, fall: 0.15 } as const;

/** Beyond this many mean intervals a beat's wave has vanished (below 1e-6 of its height). */
const REACH = { before: 0.4, after: 1.5 } as const;

const { exp } = Math;

const bump = (u: number, wave: { readonly at: number; readonly rise: number; readonly fall: number }): number => {
  const x = (u - wave.at) / (u < wave.at ? wave.rise : wave.fall);
  return exp(-0.5 * x * x);
};

/**
 * The photoplethysmogram of a train of beats at the given times: systolic and dicrotic wave of each beat, amplitude and
 * baseline breathing along. Unit systolic height, mean near 0.4; blood volume grows upwards (light falls).
 */
export const synthesizePulse = (train: BeatTrain, timesSeconds: Float64Array, shape: WaveShape = {}): Float64Array => {
  const { dicrotic = 0.25, amplitudeDepth = 0.12, baselineDepth = 0.15 } = shape;
  const beats = train.beatTimesSeconds;
  const mean = train.meanIntervalSeconds;
  const breathing = (2 * Math.PI * train.truth.respiratoryRate) / 60;
  const out = new Float64Array(timesSeconds.length);
  let oldest = 0;
  for (let i = 0; i < out.length; i++) {
    const time = timesSeconds[i]!;
    while (oldest < beats.length && beats[oldest]! < time - REACH.after * mean) oldest++;
    let sum = 0;
    for (let k = oldest; k < beats.length && beats[k]! < time + REACH.before * mean; k++) {
      const u = (time - beats[k]!) / mean;
      sum += bump(u, SYSTOLIC) + dicrotic * bump(u, DICROTIC);
    }
    const breath = Math.sin(breathing * time + train.respiratoryPhase);
    out[i] = sum * (1 + amplitudeDepth * breath) + baselineDepth * breath;
  }
  return out;
};
