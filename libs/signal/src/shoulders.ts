import type { ShoulderTrace } from './analysis.ts';
import { breathPeak, breathPower, normalized, powerAround, powerBelowFastest } from './breath-spectrum.ts';
import { swingOf } from './spectrum.ts';

/** Shoulders in sight for less say nothing: a look less at either end than the 20 s that breathing needs. */
const LEAST_SECONDS = 18;

/** Breaths of 30 a minute need more than one look a second; two come, and a fourth of them may have seen something else. Ours. */
const FEWEST_LOOKS_A_SECOND = 1.5;

/** What lies between two looks is bridged by a straight line, through half of a slow breath at most. Ours. */
const LONGEST_GAP_SECONDS = 3;

/**
 * Least share of all power below 30 a minute that lies within 1.5 of the peak. Of 600 traces of 30 s each, 2 % of white noise,
 * of pink noise and of random walks have more; of breaths whose lengths vary by 10 % 99 %, by 20 % 84 %. Over 20 s: 2, 98, 78 %.
 */
const LEAST_CONCENTRATION = 0.45;

/**
 * Least amplitude of the swing, face widths. Shoulders that kept still swung beside the head by 0.0012 at most on 17 made
 * videos under a swaying camera; a rise of 0.01, 1.4 mm, is 0.004.
 */
const LEAST_SWING = 0.0015;

/**
 * Least power at the rate, over that of the head: of the shoulders' way beside the head, since a sway moves both, and of their
 * own way, since a nod moves the head alone. Shoulders that are seen from aside show up to half of a sway to the side as a rise.
 * A head that is lifted by 0.58 of what the shoulders are still passes. Ours.
 */
const LEAST_OVER_HEAD = { down: 0.5, aside: 0.25 } as const;

/** Whether looks came often enough for long enough. */
const dense = (timesSeconds: Float64Array): boolean => {
  const count = timesSeconds.length;
  const seconds = count === 0 ? 0 : timesSeconds[count - 1]! - timesSeconds[0]!;
  const gap = timesSeconds.reduce((most, time, i) => Math.max(most, i === 0 ? 0 : time - timesSeconds[i - 1]!), 0);
  return seconds >= LEAST_SECONDS && count >= FEWEST_LOOKS_A_SECOND * seconds && gap <= LONGEST_GAP_SECONDS;
};

/**
 * Spectrum of how the shoulders rise and fall beside the head, with a sum of one over the rates of breathing; null where they
 * bear no witness to a breath: seen too seldom, still, without a rhythm, or moved as the head is.
 *
 * @param size of the transform, see `transformFor`
 */
export const shoulderSpectrum = ({ timesSeconds, shift, head }: ShoulderTrace, size: number): Float64Array | null => {
  if (!dense(timesSeconds)) return null;
  const powerOf = (value: Float64Array) => breathPower({ atSeconds: timesSeconds, value }, size);
  const beside = powerOf(shift.map((value, i) => value - head.down[i]!));
  const rate = breathPeak(beside.power);
  const there = powerAround(beside.power, rate);
  const at = (value: Float64Array): number => powerAround(powerOf(value).power, rate);
  const least = Math.max(LEAST_OVER_HEAD.down * at(head.down), LEAST_OVER_HEAD.aside * at(head.aside));
  const breathes =
    there >= LEAST_CONCENTRATION * powerBelowFastest(beside.power) &&
    swingOf(there, 2 * beside.power.length, beside.count) >= LEAST_SWING &&
    there >= least &&
    at(shift) >= least;
  return breathes ? normalized(beside.power) : null;
};
