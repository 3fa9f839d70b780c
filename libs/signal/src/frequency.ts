import type { Estimate, PulseAnalysis, PulseReason } from './analysis.ts';
import { standardDeviation } from './variability.ts';

/** Bands of the spectrum of beat intervals, Hz (Task Force, Circulation 1996;93:1043). */
const LOW_HZ = [0.04, 0.15] as const;
const HIGH_HZ = [0.15, 0.4] as const;

/**
 * Shortest clean signal. The Task Force asks for about 1 minute to see the high band and 2 for the low one: 55 s, of a video
 * of 60 at most, hold two swings of the slowest wave in it, and the standard error says what that means.
 */
export const FREQUENCY_SECONDS = 55;

/** Frequencies looked at within the resolution of the recording: the peaks' shape, not more knowledge. */
const OVERSAMPLING = 4;

/** Power in the high band of which more than this share is timing noise is not reported, as for RMSSD. */
const LARGEST_NOISE_SHARE = 0.75;

/** Intervals and when each ended, on any clock. */
export interface IntervalSeries {
  readonly atSeconds: Float64Array;
  readonly ms: Float64Array;
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Takes the best line off: drift over a minute is no wave of the heart. */
const withoutLine = ({ atSeconds, ms }: IntervalSeries): Float64Array => {
  const [middle, level] = [mean(atSeconds), mean(ms)];
  let products = 0;
  let squares = 0;
  atSeconds.forEach((at, i) => {
    products += (at - middle) * (ms[i]! - level);
    squares += (at - middle) ** 2;
  });
  const slope = squares > 0 ? products / squares : 0;
  return ms.map((value, i) => value - level - slope * (atSeconds[i]! - middle));
};

/**
 * Power of an unevenly sampled series at a frequency (Lomb, Astrophys Space Sci 1976;39:447; Scargle, Astrophys J
 * 1982;263:835): intervals come when the heart beats, gaps stay gaps, and nothing is interpolated.
 */
const powerAt = (values: Float64Array, atSeconds: Float64Array, hz: number): number => {
  const omega = 2 * Math.PI * hz;
  let [sines, cosines] = [0, 0];
  for (const at of atSeconds) {
    sines += Math.sin(2 * omega * at);
    cosines += Math.cos(2 * omega * at);
  }
  const shift = Math.atan2(sines, cosines) / 2;
  let [inPhase, inSquares, outPhase, outSquares] = [0, 0, 0, 0];
  values.forEach((value, i) => {
    const c = Math.cos(omega * atSeconds[i]! - shift);
    const s = Math.sin(omega * atSeconds[i]! - shift);
    inPhase += value * c;
    inSquares += c * c;
    outPhase += value * s;
    outSquares += s * s;
  });
  return (inPhase ** 2 / inSquares + outPhase ** 2 / outSquares) / 2;
};

/** Power of a series between two frequencies, ms². `noiseMs2` is the square of the beat times' error. */
const bandPower = (series: IntervalSeries, values: Float64Array, noiseMs2: number, band: readonly [number, number]) => {
  const { atSeconds } = series;
  const span = atSeconds[atSeconds.length - 1]! - atSeconds[0]!;
  const spacing = span / (atSeconds.length - 1);
  const steps = Math.ceil((band[1] - band[0]) * span * OVERSAMPLING);
  const stepHz = (band[1] - band[0]) / steps;
  let [power, noise] = [0, 0];
  for (let k = 0; k < steps; k++) {
    const hz = band[0] + (k + 0.5) * stepHz;
    power += 2 * spacing * stepHz * powerAt(values, atSeconds, hz);
    // An interval is the difference of two beat times, so their white error rises with the frequency.
    noise += 8 * spacing * stepHz * noiseMs2 * Math.sin(Math.PI * hz * spacing) ** 2;
  }
  return { power: Math.max(0, power - noise), noiseShare: power > 0 ? Math.min(1, noise / power) : 1 };
};

export interface BandPowers {
  /** ms² */
  readonly low: number;
  /** ms² */
  readonly high: number;
  /** Part of the high band's power that timing noise makes, 0-1. */
  readonly noiseShare: number;
}

/** Low and high frequency power of a series of intervals whose beat times err by a standard deviation of `timingErrorMs`. */
export const bandPowersOf = (series: IntervalSeries, timingErrorMs: number): BandPowers => {
  const values = withoutLine(series);
  const low = bandPower(series, values, timingErrorMs ** 2, LOW_HZ);
  const high = bandPower(series, values, timingErrorMs ** 2, HIGH_HZ);
  return { low: low.power, high: high.power, noiseShare: high.noiseShare };
};

const refused = (reasons: readonly PulseReason[]): Estimate => ({ value: null, standardError: null, reasons });

/**
 * LF/HF: power of the intervals between 0.04 and 0.15 Hz over that between 0.15 and 0.4 Hz, no unit; refused where SDNN is and
 * below 55 s of clean intervals. The standard error is that of two powers which are each known from as many independent
 * frequencies as the recording resolves in the band.
 */
export const lowOverHighOf = (analysis: PulseAnalysis): Estimate => {
  const { sdnn, cleanIntervalsMs, cleanTimesSeconds, cleanSeconds } = analysis;
  const reasons = [...sdnn.reasons];
  if (cleanSeconds < FREQUENCY_SECONDS) reasons.push('too_short');
  if (sdnn.value === null || reasons.length > 0) return refused([...new Set(reasons)]);
  // SDNN is reported less its timing noise; what was taken off, 2 s², says what the noise was.
  const noise = Math.sqrt(Math.max(0, standardDeviation(cleanIntervalsMs) ** 2 - sdnn.value ** 2) / 2);
  const { low, high, noiseShare } = bandPowersOf({ atSeconds: cleanTimesSeconds, ms: cleanIntervalsMs }, noise);
  if (!(noiseShare <= LARGEST_NOISE_SHARE) || !(high > 0)) return refused(['noise_exceeds_variability']);
  const known = ([from, to]: readonly [number, number]): number => 1 / (cleanSeconds * (to - from));
  return { value: low / high, standardError: (low / high) * Math.sqrt(known(LOW_HZ) + known(HIGH_HZ)), reasons: [] };
};
