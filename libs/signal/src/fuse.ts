import type { Transform } from './band.ts';
import {
  bandPower,
  decibels,
  inStep,
  powerOf,
  pulsePeak,
  splitAt,
  templateBins,
  type Power,
  type Spectrum,
} from './spectrum.ts';

/** One trace's part in the fused signal. */
export interface Part {
  /** Factor on the trace itself. */
  readonly gain: number;
  /** Seconds by which it runs behind the fused signal. */
  readonly delaySeconds: number;
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

/**
 * The pulse reaches the parts of a face within some ten milliseconds of each other (Kamshilin et al. 2011; Kumar et al.
 * 2015, DistancePPG). A trace that wants a longer delay than this follows something else, and gets no say.
 */
const LONGEST_DELAY_SECONDS = 0.06;

/** No trace brings more than this share: one patch alone must not be the fused signal. */
const LARGEST_SHARE = 0.5;

const SILENT: Part = { gain: 0, share: 0, delaySeconds: 0 };

/** Mean of the power spectra, each divided by its power between 40 and 240 per minute. */
const meanSpectrum = (powers: readonly Power[]): Power => {
  const { binHz, templateHz, bins } = powers[0]!;
  const mean = new Float64Array(bins.length);
  for (const power of powers) {
    const total = bandPower(power);
    if (!(total > 0)) continue;
    for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! + power.bins[k]! / total;
  }
  return { binHz, templateHz, bins: mean };
};

/** Pulse amplitude of a trace at a rate (the noise that lies under the peak taken off), and its noise a bin. */
const amplitudeAndNoise = (power: Power, rateHz: number): readonly [number, number] => {
  const split = splitAt(power, rateHz);
  const floor = split.noise / Math.max(1, split.noiseBins);
  return [Math.sqrt(Math.max(0, split.signal - floor * split.signalBins)), floor];
};

/**
 * Maximal-ratio combining (Brennan 1959): each trace weighs as its amplitude over its noise, which gives the sum the
 * best ratio of all weights when the noises are independent.
 */
const maximalRatio = (powers: readonly Power[], rateHz: number): { gain: number; share: number }[] => {
  const raw = powers.map((power) => {
    const [amplitude, noise] = amplitudeAndNoise(power, rateHz);
    const gain = amplitude > 0 ? amplitude / Math.max(noise, 1e-9 * amplitude * amplitude) : 0;
    return { gain, brought: gain * amplitude };
  });
  for (let round = 0; round < 3; round++) {
    const total = raw.reduce((sum, part) => sum + part.brought, 0);
    for (const part of raw) {
      const excess = part.brought / (LARGEST_SHARE * total || 1);
      if (raw.length < 2 || excess <= 1) continue;
      // Scaled so that it brings exactly the largest share of the new sum.
      const factor = (LARGEST_SHARE * (total - part.brought)) / ((1 - LARGEST_SHARE) * part.brought);
      part.gain *= factor;
      part.brought *= factor;
    }
  }
  const total = raw.reduce((sum, part) => sum + part.brought, 0);
  return raw.map(({ gain, brought }) => ({
    gain: total > 0 ? gain / total : 0,
    share: total > 0 ? brought / total : 0,
  }));
};

/** Adds `gain` times a spectrum, moved forward by a delay. */
const addDelayed = (
  target: { readonly re: Float64Array; readonly im: Float64Array },
  source: { readonly re: Float64Array; readonly im: Float64Array },
  part: { readonly gain: number; readonly delaySeconds: number },
  binHz: number,
): void => {
  if (part.gain === 0) return;
  // The turn of bin k is that of bin 1 to the power k: a running product instead of a sine a bin.
  const turnRe = Math.cos(2 * Math.PI * part.delaySeconds * binHz);
  const turnIm = Math.sin(2 * Math.PI * part.delaySeconds * binHz);
  let c = part.gain;
  let s = 0;
  for (let k = 1; k < target.re.length; k++) {
    const next = c * turnRe - s * turnIm;
    s = c * turnIm + s * turnRe;
    c = next;
    target.re[k] = target.re[k]! + source.re[k]! * c - source.im[k]! * s;
    target.im[k] = target.im[k]! + source.re[k]! * s + source.im[k]! * c;
  }
};

/** By how much a trace runs behind a reference at a rate, seconds, from the phase of their cross spectrum there. */
const delayAgainst = (spectrum: Spectrum, reference: Spectrum, rateHz: number): number => {
  const [first, last] = templateBins(spectrum, rateHz);
  let re = 0;
  let im = 0;
  for (let k = first; k <= last; k++) {
    re += reference.re[k]! * spectrum.re[k]! + reference.im[k]! * spectrum.im[k]!;
    im += reference.im[k]! * spectrum.re[k]! - reference.re[k]! * spectrum.im[k]!;
  }
  return Math.atan2(im, re) / (2 * Math.PI * rateHz);
};

const combine = (spectra: readonly Spectrum[], parts: readonly Part[]): Spectrum => {
  const { binHz, templateHz, re } = spectra[0]!;
  const sum = { binHz, templateHz, re: new Float64Array(re.length), im: new Float64Array(re.length) };
  spectra.forEach((spectrum, i) => addDelayed(sum, spectrum, parts[i]!, binHz));
  return sum;
};

/**
 * Fuses traces of one pulse: the rate from the mean of their normalized spectra, weights by maximal ratio at that rate,
 * then a second pass with every trace moved onto the first sum. Null where no trace has any power at a peak.
 */
export const fuse = (spectra: readonly Spectrum[]): Fusion | null => {
  if (spectra.length === 0) return null;
  const powers = spectra.map(powerOf);
  const roughHz = pulsePeak(meanSpectrum(powers));
  if (!(roughHz > 0)) return null;
  const still = maximalRatio(powers, roughHz).map((weight) => ({ ...weight, delaySeconds: 0 }));
  const reference = combine(spectra, still);
  const parts = still.map((part, i) => {
    const delaySeconds = delayAgainst(spectra[i]!, reference, roughHz);
    return Math.abs(delaySeconds) <= LONGEST_DELAY_SECONDS ? { ...part, delaySeconds } : SILENT;
  });
  const spectrum = combine(spectra, parts);
  const power = powerOf(spectrum);
  const rateHz = pulsePeak(power);
  if (!(rateHz > 0)) return null;
  const heard = parts.reduce((sum, part) => sum + part.share, 0) || 1;
  return {
    rateHz,
    snrDecibels: decibels(splitAt(power, rateHz)),
    parts: parts.map((part) => ({ ...part, share: part.share / heard })),
    spectrum,
    power,
  };
};

/**
 * How far the traces swing in step with the rest of the fused signal at its rate: each against the sum of the others, the
 * mean over all. Every trace is a witness of its own, for its noise is not the others': 16 traces of flat noise reach 0.3
 * in 30 s, a pulse as strong as its noise 0.4 and more.
 */
export const concord = (spectra: readonly Spectrum[], { spectrum, parts, rateHz }: Fusion): number => {
  const { binHz, templateHz } = spectrum;
  const [first, last] = templateBins(spectrum, rateHz);
  // Only the template's bins matter, so the spectra are cut to them; a delay turns them as it did in the whole.
  const cut = (whole: Spectrum): Spectrum => ({
    binHz,
    templateHz,
    re: whole.re.slice(0, last + 1).fill(0, 0, first),
    im: whole.im.slice(0, last + 1).fill(0, 0, first),
  });
  let sum = 0;
  spectra.forEach((whole, i) => {
    const { gain, delaySeconds } = parts[i]!;
    const own = cut(whole);
    const rest = cut(spectrum);
    addDelayed(rest, own, { gain: -gain, delaySeconds }, binHz);
    sum += inStep(own, rest, rateHz);
  });
  return sum / spectra.length;
};

/** The fused trace before any filter: the same weights and delays on the transforms of the whole traces. */
export const fuseTransforms = (transforms: readonly Transform[], fusion: Fusion, rateHz: number): Transform => {
  const first = transforms[0]!;
  const sum = { ...first, re: new Float64Array(first.re.length), im: new Float64Array(first.im.length) };
  transforms.forEach((transform, i) => addDelayed(sum, transform, fusion.parts[i]!, rateHz / first.size));
  return sum;
};
