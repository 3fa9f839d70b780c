import type { ShoulderTrace } from './analysis.ts';
import { fineTrace, type FineTrace, type Transform } from './band.ts';
import { findBeats, type Beats } from './beats.ts';
import { BEAT_RATE_HZ, GRID_RATE_HZ } from './clock.ts';
import { intervalsOf, where, type Intervals } from './intervals.ts';
import { breathingOf, type Breathing } from './respiration.ts';

/** What the beats of one fused trace say. */
export interface Reading {
  readonly fine: FineTrace;
  readonly beats: Beats;
  readonly intervals: Intervals;
  /** 60 / mean counted interval, per minute; NaN without any. */
  readonly beatRate: number;
  /** Share of the intervals that are clean, 0-1; time without beats counts as unclean. */
  readonly cleanShare: number;
  readonly cleanSeconds: number;
  readonly breathing: Breathing | null;
}

export interface ReadingPlan {
  readonly rateHz: number;
  /** Top of the pass band in multiples of the rate. */
  readonly harmonics: number;
  /** On the grid: 0 where there was no picture or too much motion. */
  readonly covered: Uint8Array;
  readonly unevenCounts: boolean;
  /** Where they are in sight. */
  readonly shoulders?: ShoulderTrace | undefined;
}

/** Bottom of the pass band in multiples of the rate: an interval may be twice the mean. */
const SUBHARMONIC = 0.5;

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Band-passes a trace around its rate, finds its beats and reads them. */
export const read = (transform: Transform, plan: ReadingPlan): Reading => {
  const fine = fineTrace(transform, { low: SUBHARMONIC * plan.rateHz, high: plan.harmonics * plan.rateHz });
  const beats = findBeats(fine, plan.rateHz);
  const intervals = intervalsOf(beats, plan.covered, plan.unevenCounts);
  const counted = where(intervals.ms, intervals.counted);
  const clean = where(intervals.ms, intervals.clean);
  const cleanSeconds = sumOf(clean) / 1000;
  // Two intervals fewer than fit: the first and last beat are cut off by the ends.
  const expected = (transform.count / GRID_RATE_HZ) * plan.rateHz - 2;
  return {
    fine,
    beats,
    intervals,
    beatRate: counted.length === 0 ? NaN : (60_000 * counted.length) / sumOf(counted),
    cleanShare: clean.length / Math.max(1, clean.length, expected, intervals.ms.length - 2),
    cleanSeconds,
    breathing: breathingOf(fine, beats, intervals, plan.shoulders),
  };
};

/**
 * Tops of the pass band of a face in multiples of the rate. A face's third harmonic is in the noise as a rule; where it
 * isn't, the wider band times beats with a quarter of the error.
 */
const WIDE_HARMONICS = 3;
const NARROW_HARMONICS = 2.2;

/** Beats this much alike in the wide band show that it holds signal, not noise: 1 - 0.98 is a ratio of 14 dB a beat. */
const WIDE_LIKENESS = 0.98;

/** Middle of how much the beats look alike; 0 without beats. */
export const medianLikeness = (beats: Beats): number => {
  const known = beats.likeness.filter((value) => !Number.isNaN(value)).sort();
  return known[known.length >> 1] ?? 0;
};

/** Reads the beats of a face in the widest band that its noise leaves. */
export const readFace = (
  transform: Transform,
  rateHz: number,
  covered: Uint8Array,
  shoulders?: ShoulderTrace,
): { readonly reading: Reading; readonly harmonics: number } => {
  const plan = { rateHz, covered, unevenCounts: false, shoulders };
  const wide = read(transform, { ...plan, harmonics: WIDE_HARMONICS });
  return medianLikeness(wide.beats) >= WIDE_LIKENESS
    ? { reading: wide, harmonics: WIDE_HARMONICS }
    : { reading: read(transform, { ...plan, harmonics: NARROW_HARMONICS }), harmonics: NARROW_HARMONICS };
};

/** Beat times on the clock of the input. */
export const beatTimes = (reading: Reading, startSeconds: number): Float64Array =>
  reading.beats.positions.map((position) => startSeconds + position / BEAT_RATE_HZ);
