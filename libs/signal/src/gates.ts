import type { MethodReading, PulseReason } from './analysis.ts';
import { gainOn } from './fuse.ts';
import type { SwingColour } from './blood.ts';
import type { Grid } from './clock.ts';
import {
  doubleOver,
  FASTEST_HZ,
  inStep,
  peakBetween,
  powerOf,
  templateAt,
  type Power,
  type Spectrum,
} from './spectrum.ts';

/** The fused signal must be at least as strong as its noise: kept 78 % of real face windows, none without a pulse. */
export const LEAST_FACE_DECIBELS = 0;

/**
 * How much stronger it must be where the face is moved about: patches then see other skin in a rhythm that is made of the
 * sway's, twice as fast and more, and POS, CHROM and PBV may agree on it at 1.5 dB (seen twice, in faces whose pulse was
 * too weak to be read: 57 and 50 in place of 90 per minute). Ours.
 */
export const SWAYING_DECIBELS = 2;

/**
 * Below 25 s the bars rise: flat noise then shows one chance peak of few, and its share of the band grows as the duration
 * shrinks. 4 dB at 10 s.
 */
const FULL_SECONDS = 25;

export const allowance = (durationSeconds: number): number =>
  Math.max(0, 10 * Math.log10(FULL_SECONDS / durationSeconds));

/** Methods and regions agree within 3 per minute. */
export const AGREEMENT_PER_MINUTE = 3;

/** A method that agrees must see something itself: flat noise gives -5 dB and less over 30 s. */
const LEAST_METHOD_DECIBELS = -3;

/** More power than this at twice the rate, relative to the rate: on faces the rate is then half the true one. */
const HALF_RATE_POWER = 0.2;

/** Below this a pulse of 180 bpm has fewer than four frames a beat. */
const LEAST_FRAMES_PER_SECOND = 12;

/** Less of the duration covered than this, and the bridges outweigh the trace. */
const LEAST_COVERAGE = 0.7;

/** What speaks against reading anything off these frames. */
export const frameReasons = (grid: Grid, coverage: number): PulseReason[] => {
  const reasons: PulseReason[] = [];
  if (grid.framesPerSecond < LEAST_FRAMES_PER_SECOND) reasons.push('low_frame_rate');
  if (coverage < LEAST_COVERAGE) reasons.push('too_many_gaps');
  return reasons;
};

/** Whether the rate may be half the true one; only where the double is still a pulse rate. */
export const halfRateSuspected = (power: Power, rateHz: number): boolean =>
  2 * rateHz <= FASTEST_HZ && doubleOver(power, rateHz) > HALF_RATE_POWER;

/** What a method saw in the fused signal. */
export interface Witness extends MethodReading {
  readonly spectrum: Spectrum;
}

/** Two methods that follow one pulse swing together at its rate; ours, between noise (0 ± 0.4) and pulses (0.8). */
const LEAST_IN_STEP = 0.6;

/**
 * So many standard errors must POS swing with a method by. Of 900 faces without a pulse, most with a sway of the head, PBV
 * rose above its noise on 185; POS, which is blind to a sway, reached 4.5 there, and 1 on half of them. Ours.
 */
const LEAST_ERRORS = 5;

/** Whether a method shows the rate that another does, and in step with it. */
const agreesWith = (other: Witness, { ratePerMinute, spectrum }: Witness): boolean =>
  Math.abs(ratePerMinute - other.ratePerMinute) <= AGREEMENT_PER_MINUTE &&
  inStep(other.spectrum, spectrum, other.ratePerMinute / 60) >= LEAST_IN_STEP;

/**
 * Whether POS swings with a method at that method's rate, by more than its own noise, and nowhere near it stronger: a sway
 * beside a pulse has the pulse within its template too.
 */
const confirms = (blind: Witness, { ratePerMinute, spectrum }: Witness): boolean => {
  const rateHz = ratePerMinute / 60;
  const { gain, error } = gainOn(spectrum, blind.spectrum, rateHz);
  const reach = templateAt(spectrum, rateHz);
  const near = 60 * peakBetween(powerOf(blind.spectrum).bins, spectrum.binHz, rateHz - reach, rateHz + reach);
  return (
    gain >= LEAST_ERRORS * error &&
    Math.abs(near - ratePerMinute) <= AGREEMENT_PER_MINUTE &&
    inStep(spectrum, blind.spectrum, rateHz) >= LEAST_IN_STEP
  );
};

/**
 * The methods that agree with POS, best first; empty where none does. POS must bear witness: GREEN sees every change of light,
 * CHROM lets one through as far as noise detunes it, PBV as far as noise outweighs it, and they then agree on the sway of a
 * head. POS is blind to changes that all colours share, whatever its tuning. Agreement is of the rate and of the swing
 * itself: a noise peak may chance upon the sway's place, but not on its phase. PBV hears a pulse far weaker than POS does; at
 * the rate that it names, POS needs no peak of its own, only to swing beyond chance with PBV, or with what agrees with PBV.
 */
export const agreeingMethods = <W extends Witness>(witnesses: readonly W[], durationSeconds: number): readonly W[] => {
  const least = LEAST_METHOD_DECIBELS + allowance(durationSeconds);
  const able = witnesses.filter((witness) => witness.snrDecibels >= least);
  const blind = witnesses.find(({ method }) => method === 'POS');
  if (blind === undefined) return [];
  const alike = able.includes(blind) ? able.filter((witness) => agreesWith(blind, witness)) : [];
  const keen = able.find(({ method }) => method === 'PBV');
  const confirmed = keen === undefined ? [] : able.filter((one) => agreesWith(keen, one) && confirms(blind, one));
  const agreeing = [...new Set([...(alike.length < 2 ? [] : alike), ...confirmed])];
  return agreeing.sort((a, b) => b.snrDecibels - a.snrDecibels);
};

/**
 * Least share of blood's own colour in what swings (see `swingColour`): a quarter of the 0.31 that its published depths give,
 * since skins, lamps and a video's coarse colours bend it, and want of oxygen does, to 0.12; swaying heads stayed within 0.01.
 * Ours.
 */
const LEAST_BLOOD_SHARE = 0.08;

/**
 * Least excess of green over blue. The published depths of blood give 0.25, which oxygen hardly changes; videos leave 0.09 of
 * it and more. Gloss that moves over a skin, light that no blood has seen, adds as many levels to all colours, and so most to
 * blue for its level: -0.12 on light skin. Ours.
 */
const LEAST_GREEN_OVER_BLUE = 0.03;

/**
 * Whether the colour that swings is that of blood. Without it some of the smallest sways passed: GREEN sees them with 30
 * dB, and now and then POS has a peak at their place that agrees.
 */
export const bloodLike = ({ bloodShare, greenOverBlue }: SwingColour): boolean =>
  bloodShare >= LEAST_BLOOD_SHARE && greenOverBlue >= LEAST_GREEN_OVER_BLUE;

/** Least concord of the patches (see `concord`), in 25 s and more; in 10 s chance reaches further: 0.43. */
const LEAST_CONCORD = 0.35;
const CONCORD_BY_DECIBEL = 0.03;

/** What the patches of a face say of a rate by themselves. */
export interface Patchwork {
  /** The rate that each region shows, per minute; NaN where it shows none. */
  readonly regionRates: readonly number[];
  readonly concord: number;
}

/** Whether two regions and a third of them show the rate, and the patches swing in step at it. */
export const regionsAgree = (patchwork: Patchwork, ratePerMinute: number, durationSeconds: number): boolean => {
  const { regionRates, concord } = patchwork;
  const agreeing = regionRates.filter((rate) => Math.abs(rate - ratePerMinute) <= AGREEMENT_PER_MINUTE).length;
  const least = LEAST_CONCORD + CONCORD_BY_DECIBEL * allowance(durationSeconds);
  return agreeing >= Math.max(2, regionRates.length / 3) && concord >= least;
};
