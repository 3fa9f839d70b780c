import { BEAT_STEPS, GRID_RATE_HZ } from './clock.ts';
import { fftOf, powerOfTwoFor } from './fft.ts';

/** A pass band in Hz. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** Complex spectrum of a trace with its mirrored ends, on the grid's rate; bins 0 … size/2. */
export interface Transform {
  readonly size: number;
  /** Samples of mirrored trace before the first. */
  readonly lead: number;
  /** Samples of the trace itself. */
  readonly count: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The trace is mirrored at both ends for this long, so that the filter rings there and not inside: 3 periods at 45 bpm. */
const MIRROR_SECONDS = 4;

/** Width of the raised-cosine edge as a share of the corner frequency. */
const EDGE = 0.15;

const layout = (count: number): { lead: number; size: number } => {
  const lead = Math.min(count - 1, Math.round(MIRROR_SECONDS * GRID_RATE_HZ));
  return { lead, size: powerOfTwoFor(count + 2 * lead) };
};

/** Odd reflection about both end points, then a straight line back to the start: no step for the transform to see. */
const mirror = (values: Float64Array, lead: number, out: Float64Array): void => {
  const count = values.length;
  const first = values[0]!;
  const last = values[count - 1]!;
  out.set(values, lead);
  for (let i = 0; i < lead; i++) {
    out[lead - 1 - i] = 2 * first - values[i + 1]!;
    out[lead + count + i] = 2 * last - values[count - 2 - i]!;
  }
  const used = count + 2 * lead;
  const rest = out.length - used;
  for (let i = 0; i < rest; i++) out[used + i] = out[used - 1]! + ((out[0]! - out[used - 1]!) * (i + 1)) / (rest + 1);
};

/** Transforms two traces of one length at once: the second rides as the imaginary part of the first. */
export const transformPair = (a: Float64Array, b: Float64Array): readonly [Transform, Transform] => {
  const count = a.length;
  const { lead, size } = layout(count);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  mirror(a, lead, re);
  mirror(b, lead, im);
  fftOf(size).forward(re, im);
  const half = size / 2;
  const make = (): Transform => ({ size, lead, count, re: new Float64Array(half), im: new Float64Array(half) });
  const first = make();
  const second = make();
  for (let k = 1; k < half; k++) {
    const m = size - k;
    first.re[k] = (re[k]! + re[m]!) / 2;
    first.im[k] = (im[k]! - im[m]!) / 2;
    second.re[k] = (im[k]! + im[m]!) / 2;
    second.im[k] = (re[m]! - re[k]!) / 2;
  }
  // Bin 0 is the mean, which no band of ours passes; it stays 0.
  return [first, second];
};

/** Gain of the band at a frequency: 1 inside, a raised cosine at the edges. */
const gainAt = (frequency: number, band: Band): number => {
  const low = band.low * EDGE;
  const high = band.high * EDGE;
  if (frequency <= band.low - low || frequency >= band.high + high) return 0;
  const rise = Math.min(1, (frequency - band.low + low) / (2 * low));
  const fall = Math.min(1, (band.high + high - frequency) / (2 * high));
  return (0.5 - 0.5 * Math.cos(Math.PI * rise)) * (0.5 - 0.5 * Math.cos(Math.PI * fall));
};

/** Two real traces come back from one inverse transform: `real` and `imaginary` are their spectra before it. */
const backPair = (
  size: number,
  fill: (re: Float64Array, im: Float64Array) => void,
): readonly [Float64Array, Float64Array] => {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  fill(re, im);
  fftOf(size).inverse(re, im);
  return [re, im];
};

/** Band-passes two traces of one length, without delay. */
export const bandPassPair = (a: Float64Array, b: Float64Array, band: Band): readonly [Float64Array, Float64Array] => {
  const [first, second] = transformPair(a, b);
  const { size, lead, count } = first;
  const [re, im] = backPair(size, (outRe, outIm) => {
    for (let k = 1; k < size / 2; k++) {
      const gain = gainAt((k * GRID_RATE_HZ) / size, band);
      if (gain === 0) continue;
      const m = size - k;
      outRe[k] = gain * (first.re[k]! - second.im[k]!);
      outIm[k] = gain * (first.im[k]! + second.re[k]!);
      outRe[m] = gain * (first.re[k]! + second.im[k]!);
      outIm[m] = gain * (second.re[k]! - first.im[k]!);
    }
  });
  return [re.slice(lead, lead + count), im.slice(lead, lead + count)];
};

/** A band-passed trace at the beat rate, and its slope per second. Sample i lies at grid time i / BEAT_STEPS. */
export interface FineTrace {
  readonly wave: Float64Array;
  readonly slope: Float64Array;
}

/**
 * Band-passes and interpolates to the beat rate in one inverse transform (band-limited interpolation by zero padding);
 * the slope is the derivative in the same band.
 */
export const fineTrace = (transform: Transform, band: Band): FineTrace => {
  const { size, lead, count } = transform;
  const fineSize = size * BEAT_STEPS;
  const [re, im] = backPair(fineSize, (outRe, outIm) => {
    for (let k = 1; k < size / 2; k++) {
      const frequency = (k * GRID_RATE_HZ) / size;
      const gain = gainAt(frequency, band) * BEAT_STEPS;
      if (gain === 0) continue;
      const m = fineSize - k;
      const waveRe = gain * transform.re[k]!;
      const waveIm = gain * transform.im[k]!;
      const angular = 2 * Math.PI * frequency;
      const slopeRe = -angular * waveIm;
      const slopeIm = angular * waveRe;
      outRe[k] = waveRe - slopeIm;
      outIm[k] = waveIm + slopeRe;
      outRe[m] = waveRe + slopeIm;
      outIm[m] = slopeRe - waveIm;
    }
  });
  const from = lead * BEAT_STEPS;
  const to = from + (count - 1) * BEAT_STEPS + 1;
  return { wave: re.slice(from, to), slope: im.slice(from, to) };
};
