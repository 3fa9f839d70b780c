import { GRID_RATE_HZ } from './clock.ts';
import { fftOf, powerOfTwoFor } from './fft.ts';

/** Pulse rates that are looked for: 40-200 per minute, from a sleeping athlete to hard exercise. */
export const SLOWEST_HZ = 40 / 60;
export const FASTEST_HZ = 200 / 60;

/** Signal and noise are compared between 40 and 240 per minute (de Haan and Jeanne 2013). */
export const NOISE_TOP_HZ = 4;

/** Half width of the template around the rate and its double: 6 per minute, as in de Haan and Jeanne. */
const TEMPLATE_HZ = 0.1;

/**
 * Above 75 per minute the template widens with the rate: intervals that vary by some percent spread the peak by as many
 * percent of its frequency. 8 % is their 6 per minute at 75.
 */
const TEMPLATE_SHARE = 0.08;

/**
 * Below 12 s the template follows the Hann window's main lobe, which is 2 / duration wide to either side; 1.2 / duration
 * holds 96 % of its power.
 */
const TEMPLATE_PERIODS = 1.2;

/** Spectra are kept up to here: the fifth harmonic at 96 bpm. */
const KEPT_HZ = 8;

/**
 * Zero padding to at least twice the samples and at least this size: bins of 0.9 per minute or less, nine to the main lobe
 * of 30 s, so that a parabola finds the peak within 0.1 per minute.
 */
const SMALLEST_TRANSFORM = 2048;

/** One-sided complex spectrum of a Hann-windowed trace, up to KEPT_HZ. */
export interface Spectrum {
  readonly binHz: number;
  /** Half width of what counts as a peak. */
  readonly templateHz: number;
  /** Neighbouring bins that hold one independent reading between them. */
  readonly readingBins: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Noise is read around a rate as far as so many half widths of a peak: that of a sway, a camera or a room is not flat (ours). */
export const NOISE_REACHES = 4;

/** Neighbouring bins of a Hann-windowed spectrum hold the same noise: 1.5 over the duration is one reading of it. */
const HANN_READING = 1.5;

const hann = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count));

const windowed = (values: Float64Array, window: Float64Array, out: Float64Array): void => {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i]! / count;
  for (let i = 0; i < count; i++) out[i] = (values[i]! - mean) * window[i]!;
};

const spectrumPair = (a: Float64Array, b: Float64Array, window: Float64Array): readonly [Spectrum, Spectrum] => {
  const size = Math.max(SMALLEST_TRANSFORM, powerOfTwoFor(2 * a.length));
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  windowed(a, window, re);
  windowed(b, window, im);
  fftOf(size).forward(re, im);
  const binHz = GRID_RATE_HZ / size;
  const bins = Math.ceil(KEPT_HZ / binHz);
  const templateHz = Math.max(TEMPLATE_HZ, (TEMPLATE_PERIODS * GRID_RATE_HZ) / a.length);
  const readingBins = (HANN_READING * GRID_RATE_HZ) / a.length / binHz;
  const make = (): Spectrum => ({
    binHz,
    templateHz,
    readingBins,
    re: new Float64Array(bins),
    im: new Float64Array(bins),
  });
  const first = make();
  const second = make();
  for (let k = 1; k < bins; k++) {
    const m = size - k;
    first.re[k] = (re[k]! + re[m]!) / 2;
    first.im[k] = (im[k]! - im[m]!) / 2;
    second.re[k] = (im[k]! + im[m]!) / 2;
    second.im[k] = (re[m]! - re[k]!) / 2;
  }
  return [first, second];
};

/** Spectra of traces of one length, two to a transform. */
export const spectraOf = (traces: readonly Float64Array[]): Spectrum[] => {
  const out: Spectrum[] = [];
  const window = hann(traces[0]?.length ?? 0);
  for (let i = 0; i < traces.length; i += 2) {
    const [first, second] = spectrumPair(traces[i]!, traces[i + 1] ?? traces[i]!, window);
    out.push(first);
    if (i + 1 < traces.length) out.push(second);
  }
  return out;
};

/** A power spectrum up to KEPT_HZ. */
export interface Power {
  readonly binHz: number;
  readonly templateHz: number;
  readonly bins: Float64Array;
}

export const powerOf = ({ binHz, templateHz, re, im }: Spectrum): Power => {
  const bins = new Float64Array(re.length);
  for (let k = 0; k < bins.length; k++) bins[k] = re[k]! ** 2 + im[k]! ** 2;
  return { binHz, templateHz, bins };
};

/** Sum of the power between two frequencies. */
export const powerBetween = (bins: Float64Array, binHz: number, low: number, high: number): number => {
  const first = Math.max(1, Math.ceil(low / binHz));
  const last = Math.min(bins.length - 1, Math.floor(high / binHz));
  let sum = 0;
  for (let k = first; k <= last; k++) sum += bins[k]!;
  return sum;
};

/** All the power in which signal and noise are compared. */
export const bandPower = ({ bins, binHz }: Power): number => powerBetween(bins, binHz, SLOWEST_HZ, NOISE_TOP_HZ);

/** Frequency of the strongest peak between two frequencies, refined by a parabola through three bins; NaN without one. */
export const peakBetween = (bins: Float64Array, binHz: number, low: number, high: number): number => {
  const first = Math.max(1, Math.ceil(low / binHz));
  const last = Math.min(bins.length - 2, Math.floor(high / binHz));
  let best = -1;
  let height = 0;
  for (let k = first; k <= last; k++) {
    const value = bins[k]!;
    if (value > height && value >= bins[k - 1]! && value >= bins[k + 1]!) {
      best = k;
      height = value;
    }
  }
  if (best < 0) return NaN;
  const before = bins[best - 1]!;
  const after = bins[best + 1]!;
  const bend = before - 2 * height + after;
  return (best + (bend < 0 ? (0.5 * (before - after)) / bend : 0)) * binHz;
};

/** The pulse peak of a power spectrum, Hz; NaN without one. */
export const pulsePeak = ({ bins, binHz }: Power): number => peakBetween(bins, binHz, SLOWEST_HZ, FASTEST_HZ);

/** Half width of the template at a rate. */
export const templateAt = ({ templateHz }: { readonly templateHz: number }, rateHz: number): number =>
  Math.max(templateHz, TEMPLATE_SHARE * rateHz);

/** First and last bin of the template at a rate. */
export const templateBins = (spectrum: Spectrum, rateHz: number): readonly [number, number] => {
  const reach = templateAt(spectrum, rateHz);
  return [
    Math.max(1, Math.ceil((rateHz - reach) / spectrum.binHz)),
    Math.min(spectrum.re.length - 1, Math.floor((rateHz + reach) / spectrum.binHz)),
  ];
};

/** What lies in the template of a rate and what lies beside it, and how many bins each has. */
export interface Split {
  readonly signal: number;
  readonly noise: number;
  readonly signalBins: number;
  readonly noiseBins: number;
}

/** Splits the power at a rate: within the template of the rate and its double, and the rest of 40-240 per minute. */
export const splitAt = (power: Power, rateHz: number): Split => {
  const { bins, binHz } = power;
  const reach = templateAt(power, rateHz);
  const first = Math.ceil(SLOWEST_HZ / binHz);
  const last = Math.min(bins.length - 1, Math.floor(NOISE_TOP_HZ / binHz));
  let signal = 0;
  let total = 0;
  let signalBins = 0;
  for (let k = first; k <= last; k++) {
    total += bins[k]!;
    const off = k * binHz - rateHz;
    const offDouble = off - rateHz;
    if ((off > reach || off < -reach) && (offDouble > reach || offDouble < -reach)) continue;
    signal += bins[k]!;
    signalBins++;
  }
  return { signal, noise: Math.max(0, total - signal), signalBins, noiseBins: last - first + 1 - signalBins };
};

/** Signal-to-noise ratio of de Haan and Jeanne in dB; -Infinity without any power. */
export const decibels = (split: Split): number =>
  split.signal > 0 ? 10 * Math.log10(split.signal / Math.max(split.noise, 1e-12 * split.signal)) : -Infinity;

/**
 * How far two traces swing together at a rate: the in-phase part of their coherence over the template, -1 … 1. Traces of
 * one pulse reach 0.8 and more, traces that happen to have a peak at the same place do not.
 */
export const inStep = (a: Spectrum, b: Spectrum, rateHz: number): number => {
  const [first, last] = templateBins(a, rateHz);
  let [together, ofA, ofB] = [0, 0, 0];
  for (let k = first; k <= last; k++) {
    together += a.re[k]! * b.re[k]! + a.im[k]! * b.im[k]!;
    ofA += a.re[k]! ** 2 + a.im[k]! ** 2;
    ofB += b.re[k]! ** 2 + b.im[k]! ** 2;
  }
  return ofA > 0 && ofB > 0 ? together / Math.sqrt(ofA * ofB) : 0;
};

/**
 * Power at twice a rate over the power at it, the noise under both taken off. A rate that is half the true one has its
 * true peak at the double.
 */
export const doubleOver = (power: Power, rateHz: number): number => {
  const { bins, binHz } = power;
  const reach = templateAt(power, rateHz);
  const split = splitAt(power, rateHz);
  const floor = (split.noise / Math.max(1, split.noiseBins)) * ((2 * reach) / binHz);
  const at = (frequency: number): number =>
    Math.max(0, powerBetween(bins, binHz, frequency - reach, frequency + reach) - floor);
  const below = at(rateHz);
  return below > 0 ? at(2 * rateHz) / below : Infinity;
};

/** Long traces are judged in pieces near this length: over minutes the heart moves out of a template of 12 per minute. */
const PIECE_SECONDS = 30;

/**
 * Signal-to-noise ratio of a waveform on the grid: the mean in dB over pieces of about 30 s, each at its own peak.
 * A rate that wanders is no noise; a trace that is bad in parts is. -Infinity without any power.
 */
export const waveformDecibels = (waveform: Float64Array): number => {
  const pieces = Math.max(1, Math.round(waveform.length / GRID_RATE_HZ / PIECE_SECONDS));
  const length = Math.floor(waveform.length / pieces);
  const parts = Array.from({ length: pieces }, (_, i) => waveform.subarray(i * length, (i + 1) * length));
  let sum = 0;
  for (const spectrum of spectraOf(parts)) {
    const power = powerOf(spectrum);
    sum += decibels(splitAt(power, pulsePeak(power))) / pieces;
  }
  return sum;
};

/** Amplitude of a swing that holds so much power in a transform of a size, of so many samples under a Hann window. */
export const swingOf = (power: number, size: number, count: number): number =>
  // By Parseval: half of size · count · 3/8 · amplitude² / 2 lies on this side of the spectrum.
  Math.sqrt((32 * power) / (3 * size * count));
