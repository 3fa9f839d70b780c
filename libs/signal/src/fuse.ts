import type { Transform } from './band.ts';
import {
  decibels,
  inStep,
  NOISE_REACHES,
  NOISE_TOP_HZ,
  powerOf,
  pulsePeak,
  SLOWEST_HZ,
  splitAt,
  templateAt,
  templateBins,
  type Power,
  type Spectrum,
} from './spectrum.ts';
import { medianOf } from './variability.ts';

/** One trace's part in the fused signal. */
export interface Part {
  /** Factor on the trace itself. */
  readonly gain: number;
  /** Share of the fused signal that it brings, 0-1. */
  readonly share: number;
}

export interface Fusion {
  readonly rateHz: number;
  readonly snrDecibels: number;
  readonly parts: readonly Part[];
  readonly spectrum: Spectrum;
  readonly power: Power;
}

/** No trace brings more than this share: one patch alone must not be the fused signal. */
const LARGEST_SHARE = 0.5;

/** The pulse of a patch is taken to be as deep as that of all, give or take this share of it, before it is looked at (ours). */
const DEPTH_SPREAD = 0.4;

/** The middle of exponential noise, which the power of a bin is, lies this far under its mean. */
const MEDIAN_OVER_MEAN = Math.LN2;

const SILENT: Part = { gain: 0, share: 0 };

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const powersBetween = ({ re, im, binHz }: Spectrum, low: number, high: number): Float64Array => {
  const first = Math.max(1, Math.ceil(low / binHz));
  const last = Math.min(re.length - 1, Math.floor(high / binHz));
  return Float64Array.from({ length: last - first + 1 }, (_, i) => re[first + i]! ** 2 + im[first + i]! ** 2);
};

/** Noise of a trace, mean power a bin: by the middle of its power between 40 and 240 per minute, where a peak has no say. */
const noiseOf = (spectrum: Spectrum): number =>
  medianOf(powersBetween(spectrum, SLOWEST_HZ, NOISE_TOP_HZ)) / MEDIAN_OVER_MEAN;

/** Noise of a trace around a rate, the template left out. */
const noiseAround = (spectrum: Spectrum, rateHz: number): number => {
  const reach = templateAt(spectrum, rateHz);
  const below = powersBetween(spectrum, rateHz - NOISE_REACHES * reach, rateHz - reach);
  const above = powersBetween(spectrum, rateHz + reach, rateHz + NOISE_REACHES * reach);
  return medianOf([...below, ...above]) / MEDIAN_OVER_MEAN;
};

/** Parts of gains and the depths that they are applied to, scaled to shares that sum to 1, none beyond the largest. */
const partsOf = (gains: readonly number[], depths: readonly number[]): Part[] => {
  const factors = gains.map(() => 1);
  const brought = (i: number): number => factors[i]! * gains[i]! * depths[i]!;
  const total = (): number => sumOf(gains.map((_, i) => brought(i)));
  for (let round = 0; round < 3 && gains.length > 1; round++) {
    const before = total();
    gains.forEach((_, i) => {
      // Scaled so that it brings exactly the largest share of the new sum.
      if (brought(i) > LARGEST_SHARE * before) {
        factors[i] = (factors[i]! * LARGEST_SHARE * (before - brought(i))) / ((1 - LARGEST_SHARE) * brought(i));
      }
    });
  }
  const all = total();
  return gains.map((gain, i) => (all > 0 ? { gain: (factors[i]! * gain) / all, share: brought(i) / all } : SILENT));
};

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const add = (target: Complex, source: Complex, gain: number): void => {
  if (gain === 0) return;
  for (let k = 0; k < target.re.length; k++) {
    target.re[k] = target.re[k]! + gain * source.re[k]!;
    target.im[k] = target.im[k]! + gain * source.im[k]!;
  }
};

/** Spectra or transforms of one length, at least one, summed by their gains. */
export const combine = <C extends Complex>(all: readonly C[], parts: readonly Pick<Part, 'gain'>[]): C => {
  const { re, im } = all[0]!;
  const sum = { ...all[0]!, re: new Float64Array(re.length), im: new Float64Array(im.length) };
  all.forEach((one, i) => add(sum, one, parts[i]!.gain));
  return sum;
};

/** What is left of a sum around a rate without one of its traces. Only the template's bins matter, so it is cut to them. */
const without = (whole: Spectrum, own: Spectrum, gain: number, rateHz: number): Spectrum => {
  const [first, last] = templateBins(whole, rateHz);
  const rest = {
    ...whole,
    re: whole.re.slice(0, last + 1).fill(0, 0, first),
    im: whole.im.slice(0, last + 1).fill(0, 0, first),
  };
  for (let k = first; k <= last; k++) {
    rest.re[k] = rest.re[k]! - gain * own.re[k]!;
    rest.im[k] = rest.im[k]! - gain * own.im[k]!;
  }
  return rest;
};

/** How far a trace swings with a reference at a rate, in units of the reference, and the standard error of that by its noise there. */
export const gainOn = (
  reference: Spectrum,
  trace: Spectrum,
  rateHz: number,
): { readonly gain: number; readonly error: number } => {
  const [first, last] = templateBins(reference, rateHz);
  let [together, squares] = [0, 0];
  for (let k = first; k <= last; k++) {
    together += reference.re[k]! * trace.re[k]! + reference.im[k]! * trace.im[k]!;
    squares += reference.re[k]! ** 2 + reference.im[k]! ** 2;
  }
  // Half of the noise is in phase with the reference.
  return { gain: together / squares, error: Math.sqrt((noiseAround(trace, rateHz) * trace.readingBins) / 2 / squares) };
};

/**
 * How deep the pulse is in each trace against all, from how each swings with the sum of the others: moved from 1 only as far
 * as its noise lets it be told (the mean of the posterior), 0 for what swings against them.
 */
const depthsOf = (spectra: readonly Spectrum[], whole: Spectrum, parts: readonly Part[], rateHz: number): number[] => {
  const seen = spectra.map((own, i) => gainOn(without(whole, own, parts[i]!.gain, rateHz), own, rateHz));
  const mean = sumOf(seen.map(({ gain }, i) => (parts[i]!.share > 0 ? parts[i]!.share * gain : 0)));
  if (!(mean > 0)) return spectra.map(() => 1);
  return seen.map(({ gain, error }) => {
    const known = DEPTH_SPREAD ** 2 / (DEPTH_SPREAD ** 2 + (error / mean) ** 2);
    return Math.max(0, 1 + known * (gain / mean - 1)) || 0;
  });
};

/**
 * Fuses traces of one pulse by maximal-ratio combining (Brennan 1959): each weighs as its depth over its noise, which gives
 * the sum the best ratio of all weights when the noises are independent. First all are taken to be as deep as each other, for
 * a trace whose own peak raised its weight would witness for itself: noise then adds up to a rate. Depths are looked for at
 * the rate of that sum, each against the others. Null where no trace has any power at a peak.
 */
export const fuse = (spectra: readonly Spectrum[]): Fusion | null => {
  if (spectra.length === 0) return null;
  const noises = spectra.map(noiseOf);
  const quietest = Math.min(...noises.filter((noise) => noise > 0));
  const gainsOf = (depths: readonly number[]): number[] =>
    noises.map((noise, i) => (noise > 0 ? (depths[i]! * quietest) / noise : 0));
  const even = spectra.map(() => 1);
  const evenParts = partsOf(gainsOf(even), even);
  const whole = combine(spectra, evenParts);
  const roughHz = pulsePeak(powerOf(whole));
  if (!(roughHz > 0)) return null;
  const depths = depthsOf(spectra, whole, evenParts, roughHz);
  const parts = partsOf(gainsOf(depths), depths);
  const spectrum = combine(spectra, parts);
  const power = powerOf(spectrum);
  const rateHz = pulsePeak(power);
  if (!(rateHz > 0)) return null;
  return { rateHz, snrDecibels: decibels(splitAt(power, rateHz)), parts, spectrum, power };
};

/**
 * How far the traces swing in step with the rest of the fused signal at its rate: each against the sum of the others, the
 * mean over all. Every trace is a witness of its own, for its noise is not the others': 16 traces of flat noise reach 0.3
 * in 30 s, a pulse as strong as its noise 0.4 and more.
 */
export const concord = (spectra: readonly Spectrum[], { spectrum, parts, rateHz }: Fusion): number =>
  sumOf(spectra.map((own, i) => inStep(own, without(spectrum, own, parts[i]!.gain, rateHz), rateHz))) / spectra.length;

/** The fused trace before any filter: the same weights on the transforms of the whole traces. */
export const fuseTransforms = (transforms: readonly Transform[], { parts }: Fusion): Transform =>
  combine(transforms, parts);
