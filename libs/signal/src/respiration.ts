import type { ShoulderTrace } from './analysis.ts';
import type { FineTrace } from './band.ts';
import type { Beats } from './beats.ts';
import { BEAT_RATE_HZ } from './clock.ts';
import { breathPeak, breathPower, normalized, powerAround, transformFor, type Series } from './breath-spectrum.ts';
import type { Intervals } from './intervals.ts';
import { shoulderSpectrum } from './shoulders.ts';

/** What breathing does to the pulse, and to the shoulders. */
export interface Breathing {
  /** Breaths per minute in the sum of the spectra that agree, NaN without a peak. */
  readonly rate: number;
  /** By how many breaths per minute these differ at most; above `SIGNS_AGREE` where no two agree. */
  readonly apart: number;
  /** The same with shoulders that say otherwise. */
  readonly doubt: number;
  /** Share of their power that lies within 1.5 per minute of the rate, 0-1. */
  readonly concentration: number;
}

/** Two signs of breathing must agree within 2 breaths per minute. */
export const SIGNS_AGREE = 2;

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

/** What sways with the breath, and how often. */
interface Sign {
  readonly rate: number;
  /** Sum of one over the rates of breathing. */
  readonly spectrum: Float64Array;
}

const signOf = (spectrum: Float64Array): Sign => ({ rate: breathPeak(spectrum), spectrum });

const apart = (one: Sign, other: Sign): number => Math.abs(one.rate - other.rate);

const agree = (one: Sign, other: Sign): boolean => apart(one, other) <= SIGNS_AGREE;

const rangeOf = (signs: readonly Sign[]): number => {
  const rates = signs.map(({ rate }) => rate);
  return Math.max(...rates) - Math.min(...rates);
};

/**
 * The signs that agree. Shoulders confirm modulations that agree and pick one of two that don't; where they are still all
 * is as without them, and where they say otherwise than two that agree they are outvoted. The modulations where no two agree.
 */
const agreeing = (modulations: readonly [Sign, Sign], shoulders: Sign | null): readonly Sign[] => {
  if (shoulders === null) return modulations;
  const confirmed = modulations.filter((one) => agree(one, shoulders));
  if (agree(...modulations)) return confirmed.length === 2 ? [...modulations, shoulders] : modulations;
  const [nearest] = confirmed.sort((a, b) => apart(a, shoulders) - apart(b, shoulders));
  return nearest === undefined ? modulations : [nearest, shoulders];
};

/**
 * Breathing from the amplitude of the beats, from their intervals, and from shoulders where they are in sight. The wandering
 * baseline, the third modulation of the literature, is left out: on 282 finger windows of 30 s it alone was off by 4.5 per
 * minute (a constant: 2.2), and every vote that let it in was worse. Null with too few beats.
 */
export const breathingOf = (
  trace: FineTrace,
  beats: Beats,
  intervals: Intervals,
  shoulders: ShoulderTrace | undefined,
): Breathing | null => {
  const series = seriesOf(trace, beats, intervals);
  if (series.some(({ value }) => value.length < FEWEST_BEATS)) return null;
  const size = transformFor(trace.wave.length / BEAT_RATE_HZ);
  const modulationOf = (one: Series): Sign => signOf(normalized(breathPower(one, size).power));
  const spectrum = shoulders === undefined ? null : shoulderSpectrum(shoulders, size);
  const witness = spectrum === null ? null : signOf(spectrum);
  const signs = agreeing([modulationOf(series[0]), modulationOf(series[1])], witness);
  const mean = signs[0]!.spectrum.map((_, k) => signs.reduce((sum, one) => sum + one.spectrum[k]!, 0) / signs.length);
  const rate = breathPeak(mean);
  return {
    rate,
    apart: rangeOf(signs),
    doubt: rangeOf(witness === null ? signs : [...signs, witness]),
    concentration: powerAround(mean, rate),
  };
};
