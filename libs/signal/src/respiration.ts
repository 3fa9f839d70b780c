import type { FineTrace } from './band.ts';
import type { Beats } from './beats.ts';
import { BEAT_RATE_HZ } from './clock.ts';
import { fftOf, powerOfTwoFor } from './fft.ts';
import type { Intervals } from './intervals.ts';
import { peakBetween, powerBetween } from './spectrum.ts';

/** What breathing does to the pulse. */
export interface Breathing {
  /** Breaths per minute in the amplitude of the beats, NaN without a peak. */
  readonly amplitudeRate: number;
  /** Breaths per minute in the intervals (respiratory sinus arrhythmia). */
  readonly intervalRate: number;
  /** Breaths per minute in the sum of both spectra. */
  readonly rate: number;
  /** Share of both spectra's power that lies within 1.5 per minute of the rate, 0-1. */
  readonly concentration: number;
}

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

interface Series {
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

/** Power spectrum between SLOWEST and FASTEST, normalized to a sum of one there. */
const breathSpectrum = (series: Series, size: number): Float64Array => {
  const values = withoutParabola(onto4Hz({ atSeconds: series.atSeconds, value: winsorized(series.value) }));
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const count = Math.min(values.length, size);
  for (let i = 0; i < count; i++) re[i] = values[i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count));
  fftOf(size).forward(re, im);
  const power = new Float64Array(size / 2);
  for (let k = 0; k < power.length; k++) power[k] = re[k]! ** 2 + im[k]! ** 2;
  const total = powerBetween(power, RATE_HZ / size, SLOWEST / 60, FASTEST / 60);
  return total > 0 ? power.map((value) => value / total) : power;
};

/** Height of each beat's wave, trough to crest. */
const amplitudesOf = (wave: Float64Array, positions: Float64Array): Float64Array =>
  positions.map((position, i) => {
    const here = Math.round(position);
    const previous = i === 0 ? 0 : Math.round((position + positions[i - 1]!) / 2);
    const next = i === positions.length - 1 ? wave.length - 1 : Math.round((position + positions[i + 1]!) / 2);
    let trough = wave[here]!;
    let crest = trough;
    for (let k = previous; k <= here; k++) trough = Math.min(trough, wave[k]!);
    for (let k = here; k <= next; k++) crest = Math.max(crest, wave[k]!);
    return crest - trough;
  });

/** Amplitudes of the beats at either end of a sound interval, and the sound intervals at their middles. */
const seriesOf = (trace: FineTrace, beats: Beats, intervals: Intervals): readonly [Series, Series] => {
  const { positions } = beats;
  const { sound, ms } = intervals;
  const heights = amplitudesOf(trace.wave, positions);
  // The first and last beat may be cut off by the trace's end.
  const good = Array.from(positions.keys()).filter((i) => sound[i - 1] === 1 && sound[i] === 1);
  const even = Array.from(ms.keys()).filter((i) => sound[i] === 1);
  return [
    {
      atSeconds: Float64Array.from(good, (i) => positions[i]! / BEAT_RATE_HZ),
      value: Float64Array.from(good, (i) => heights[i]!),
    },
    {
      atSeconds: Float64Array.from(even, (i) => (positions[i]! + positions[i + 1]!) / 2 / BEAT_RATE_HZ),
      value: Float64Array.from(even, (i) => ms[i]!),
    },
  ];
};

/** Fewer good beats than this hold no two breaths at any rate. */
const FEWEST_BEATS = 8;

/**
 * Breathing from the amplitude of the beats and from their intervals. The wandering baseline, the third modulation of
 * the literature, is left out: on 282 finger windows of 30 s it alone was off by 4.5 per minute (a constant: 2.2), and
 * every vote that let it in was worse. Null with too few beats.
 */
export const breathingOf = (trace: FineTrace, beats: Beats, intervals: Intervals): Breathing | null => {
  const [amplitude, interval] = seriesOf(trace, beats, intervals);
  if (Math.min(amplitude.value.length, interval.value.length) < FEWEST_BEATS) return null;
  const longest = Math.ceil((trace.wave.length / BEAT_RATE_HZ) * RATE_HZ) + 1;
  const size = Math.max(SMALLEST_TRANSFORM, powerOfTwoFor(longest));
  const binHz = RATE_HZ / size;
  const first = breathSpectrum(amplitude, size);
  const second = breathSpectrum(interval, size);
  const sum = first.map((value, k) => (value + second[k]!) / 2);
  const peak = (power: Float64Array): number => 60 * peakBetween(power, binHz, SLOWEST / 60, FASTEST / 60);
  const rate = peak(sum);
  return {
    amplitudeRate: peak(first),
    intervalRate: peak(second),
    rate,
    concentration: powerBetween(
      sum,
      binHz,
      Math.max(SLOWEST, rate - PEAK_REACH) / 60,
      Math.min(FASTEST, rate + PEAK_REACH) / 60,
    ),
  };
};
