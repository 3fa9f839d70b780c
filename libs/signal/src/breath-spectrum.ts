import { fftOf, powerOfTwoFor } from './fft.ts';
import { peakBetween, powerBetween } from './spectrum.ts';

/**
 * Breaths per minute that are looked for. The Mayer wave of blood pressure swings the intervals at 6 per minute (Julien
 * 2006, Cardiovasc Res 70:12) and must stay outside; 30 is a fast adult.
 */
const SLOWEST = 7;
const FASTEST = 30;

/** The modulations are sampled at 4 Hz, four times the fastest breathing's double (Karlen et al. 2013, IEEE TBME 60:1946). */
const RATE_HZ = 4;

/** Zero padding: bins of 0.12 per minute. */
const SMALLEST_TRANSFORM = 2048;

/** A value further than this many robust standard deviations out is moved in: one ectopic beat must not fill the spectrum. */
const WINSOR = 3;

/** Width around the peak that counts as the peak: what a Hann window of 30 s smears it to, in breaths per minute. */
const PEAK_REACH = 1.5;

/** Something that breathing sways, at uneven times. */
export interface Series {
  readonly atSeconds: Float64Array;
  readonly value: Float64Array;
}

const middleOf = (values: Float64Array): number => values.slice().sort()[values.length >> 1]!;

/** Values beyond WINSOR robust deviations of the median are set to that bound. */
const winsorized = (values: Float64Array): Float64Array => {
  const centre = middleOf(values);
  // 1.4826 turns the median absolute deviation into a standard deviation for normal data.
  const reach = WINSOR * 1.4826 * middleOf(values.map((value) => Math.abs(value - centre)));
  return values.map((value) => Math.min(centre + reach, Math.max(centre - reach, value)));
};

const onto4Hz = ({ atSeconds, value }: Series): Float64Array => {
  const first = atSeconds[0]!;
  const last = atSeconds.length - 1;
  const out = new Float64Array(Math.floor((atSeconds[last]! - first) * RATE_HZ) + 1);
  let k = 0;
  for (let i = 0; i < out.length; i++) {
    const at = first + i / RATE_HZ;
    while (k < last - 1 && atSeconds[k + 1]! < at) k++;
    const part = (at - atSeconds[k]!) / (atSeconds[k + 1]! - atSeconds[k]!);
    out[i] = value[k]! + (value[k + 1]! - value[k]!) * Math.min(1, part);
  }
  return out;
};

/** Takes the best parabola off (discrete orthogonal polynomials on the symmetric grid): drift is no breath. */
const withoutParabola = (values: Float64Array): Float64Array => {
  const count = values.length;
  const at = (i: number): number => (2 * i) / (count - 1) - 1;
  let spread = 0;
  for (let i = 0; i < count; i++) spread += at(i) ** 2 / count;
  const shapes = [() => 1, at, (i: number) => at(i) ** 2 - spread];
  const out = Float64Array.from(values);
  for (const shape of shapes) {
    let product = 0;
    let norm = 0;
    for (let i = 0; i < count; i++) {
      product += out[i]! * shape(i);
      norm += shape(i) ** 2;
    }
    for (let i = 0; i < count; i++) out[i] = out[i]! - (product / norm) * shape(i);
  }
  return out;
};

/** How long transforms of traces of so many seconds are: all that are added up share one. */
export const transformFor = (seconds: number): number =>
  Math.max(SMALLEST_TRANSFORM, powerOfTwoFor(Math.ceil(seconds * RATE_HZ) + 1));

/** A power spectrum, and how many samples it was made of. */
export interface BreathPower {
  readonly power: Float64Array;
  readonly count: number;
}

/** Power spectrum of a series under a Hann window. */
export const breathPower = (series: Series, size: number): BreathPower => {
  const values = withoutParabola(onto4Hz({ atSeconds: series.atSeconds, value: winsorized(series.value) }));
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const count = Math.min(values.length, size);
  for (let i = 0; i < count; i++) re[i] = values[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count));
  fftOf(size).forward(re, im);
  const power = new Float64Array(size / 2);
  for (let k = 0; k < power.length; k++) power[k] = re[k]! ** 2 + im[k]! ** 2;
  return { power, count };
};

const binHzOf = (power: Float64Array): number => RATE_HZ / (2 * power.length);

/** Normalized to a sum of one between SLOWEST and FASTEST. */
export const normalized = (power: Float64Array): Float64Array => {
  const total = powerBetween(power, binHzOf(power), SLOWEST / 60, FASTEST / 60);
  return total > 0 ? power.map((value) => value / total) : power;
};

/** Breaths per minute of the strongest peak, NaN without one. */
export const breathPeak = (power: Float64Array): number =>
  60 * peakBetween(power, binHzOf(power), SLOWEST / 60, FASTEST / 60);

/** Power within 1.5 per minute of a rate. */
export const powerAround = (power: Float64Array, rate: number): number =>
  powerBetween(
    power,
    binHzOf(power),
    Math.max(SLOWEST, rate - PEAK_REACH) / 60,
    Math.min(FASTEST, rate + PEAK_REACH) / 60,
  );

/** All power up to the fastest breath: that of a slow drift too. */
export const powerBelowFastest = (power: Float64Array): number => powerBetween(power, binHzOf(power), 0, FASTEST / 60);
