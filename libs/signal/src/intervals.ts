import type { Beats } from './beats.ts';
import { BEAT_RATE_HZ, BEAT_STEPS } from './clock.ts';
import { medianOf, rootMeanSquare, shareBeyond50, standardDeviation } from './variability.ts';

/** The intervals between neighbouring beats and which of them can be trusted. */
export interface Intervals {
  readonly ms: Float64Array;
  /** 1 where both beats look like beats and no gap lies between them. */
  readonly sound: Uint8Array;
  /** 1 where sound and near its neighbours: normal-to-normal, what variability is computed from. */
  readonly clean: Uint8Array;
  /** 1 where the interval counts for the rate: clean, or uneven between two beats beyond doubt. */
  readonly counted: Uint8Array;
}

/**
 * A beat less like the median beat than this is none, or a spoilt one (Orphanidou 2015 has 0.86 for the raw wave; the
 * slope is rougher, so ours is lower).
 */
const LIKE_A_BEAT = 0.7;

/**
 * Two beats this much like the others are beats, however uneven the interval: an ectopic beat belongs to the rate,
 * though never to the variability.
 */
const BEYOND_DOUBT = 0.9;

/** An interval further than this from the median of the five around it is not normal-to-normal. */
const TOLERANCE = 0.15;

/** Whether an interval is near the median of the five around it: normal-to-normal, if both of its beats are sound. */
export const isNearLocal = (ms: Float64Array, at: number): boolean => {
  const local = medianOf(ms.subarray(Math.max(0, at - 2), at + 3));
  return Math.abs(ms[at]! - local) <= TOLERANCE * local;
};

const coveredBetween = (covered: Uint8Array, from: number, to: number): boolean => {
  const last = Math.min(covered.length - 1, Math.ceil(to / BEAT_STEPS));
  for (let i = Math.max(0, Math.floor(from / BEAT_STEPS)); i <= last; i++) if (covered[i] === 0) return false;
  return true;
};

/**
 * Sorts the intervals of beats. `covered` is on the grid: 0 where there was no picture.
 * `unevenCounts`: whether intervals between two undoubted beats count for the rate though they are uneven; only a wide
 * band shows enough of the wave's shape for that.
 */
export const intervalsOf = (beats: Beats, covered: Uint8Array, unevenCounts: boolean): Intervals => {
  const { positions, likeness } = beats;
  const count = Math.max(0, positions.length - 1);
  const ms = new Float64Array(count);
  for (let i = 0; i < count; i++) ms[i] = ((positions[i + 1]! - positions[i]!) * 1000) / BEAT_RATE_HZ;
  const sound = new Uint8Array(count);
  const clean = new Uint8Array(count);
  const counted = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    // NaN, a beat cut off by an end, compares false and is left out.
    const worst = Math.min(likeness[i]!, likeness[i + 1]!);
    if (!(worst >= LIKE_A_BEAT) || !coveredBetween(covered, positions[i]!, positions[i + 1]!)) continue;
    sound[i] = 1;
    clean[i] = isNearLocal(ms, i) ? 1 : 0;
    counted[i] = clean[i] === 1 || (unevenCounts && worst >= BEYOND_DOUBT) ? 1 : 0;
  }
  return { ms, sound, clean, counted };
};

/** The values where the mask is 1. */
export const where = (values: Float64Array, mask: Uint8Array): Float64Array => values.filter((_, i) => mask[i] === 1);

/** Differences of neighbouring intervals that are both clean. */
export const cleanDifferences = ({ ms, clean }: Intervals): Float64Array => {
  const out = new Float64Array(ms.length);
  let count = 0;
  for (let i = 1; i < ms.length; i++) if (clean[i - 1] === 1 && clean[i] === 1) out[count++] = ms[i]! - ms[i - 1]!;
  return out.subarray(0, count);
};

/** Variability with the camera's share taken off. */
export interface Variability {
  readonly sdnn: number;
  readonly rmssd: number;
  readonly pnn50: number;
  /** Part of the raw square that the timing noise makes, 0-1. */
  readonly noiseShareSdnn: number;
  readonly noiseShareRmssd: number;
}

const noiseShare = (added: number, raw: number): number => (raw > 0 ? Math.min(1, added / raw ** 2) : 1);

/**
 * Beat times that are off by an independent error of standard deviation s add 2 s² to the square of SDNN and 6 s² to
 * that of RMSSD: an interval holds two beat times, a difference of neighbours three, the middle one twice.
 * pNN50 is shrunk alike: the differences are scaled to the corrected RMSSD before they are counted.
 */
export const variabilityOf = (intervals: Intervals, timingErrorMs: number): Variability => {
  const differences = cleanDifferences(intervals);
  const rawSdnn = standardDeviation(where(intervals.ms, intervals.clean));
  const rawRmssd = rootMeanSquare(differences);
  const sdnn = Math.sqrt(Math.max(0, rawSdnn ** 2 - 2 * timingErrorMs ** 2));
  const rmssd = Math.sqrt(Math.max(0, rawRmssd ** 2 - 6 * timingErrorMs ** 2));
  const shrink = rawRmssd > 0 ? rmssd / rawRmssd : 0;
  return {
    sdnn,
    rmssd,
    pnn50: shareBeyond50(differences.map((difference) => difference * shrink)),
    noiseShareSdnn: noiseShare(2 * timingErrorMs ** 2, rawSdnn),
    noiseShareRmssd: noiseShare(6 * timingErrorMs ** 2, rawRmssd),
  };
};
