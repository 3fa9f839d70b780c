import type { Estimate, PulseAnalysis, PulseReason } from './analysis.ts';
import { where, variabilityOf } from './intervals.ts';
import { medianLikeness, type Reading } from './reading.ts';
import { SIGNS_AGREE } from './respiration.ts';
import { standardDeviation } from './variability.ts';

/** Shortest traces. Rate: 8 s are 6 beats at 45 bpm. Variability: 25 s (VitalLens: 20). Breathing: 2 breaths at 6 a minute. */
export const HEART_RATE_SECONDS = 8;
export const VARIABILITY_SECONDS = 25;
export const BREATHING_SECONDS = 20;

/** Variability of a trace with fewer clean intervals than this is that of the gaps. */
export const VARIABILITY_CLEAN_SHARE = 0.8;

/** Beats that are fewer than this share clean say nothing of the rate either, nor of breathing. */
export const RATE_CLEAN_SHARE = 0.5;

/** 60 / mean interval and the spectrum must agree this well: one beat in eight missed or made up, and every octave, is more. */
const CROSS_CHECK = 0.12;

/**
 * Standard error of a rate per minute. The least: beats cut off at the ends, measured on clean synthetic faces. A peak of
 * the spectrum: the mean interval and the strongest frequency differ by this on lively hearts.
 */
const LEAST_RATE_ERROR = 0.3;
const SPECTRAL_ERROR = 1.2;

/** A variability of which more than this share of the square is timing noise is not reported. */
const LARGEST_NOISE_SHARE = 0.75;

/** Below this share of power near the peak the modulation is noise: flat noise puts 0.2 there (measured). */
const LEAST_CONCENTRATION = 0.25;

/**
 * Timing error of a beat, as a share of the interval, for beats that are wholly unlike each other, by the top of the band
 * in multiples of the rate. 1 - likeness is half the noise-to-signal ratio of a beat, and a time read off a slope errs
 * with the root of that. The factors come from synthetic pulses in white noise and fit the finger recordings.
 */
const TIMING_BY_HARMONICS: readonly (readonly [number, number])[] = [
  [2.2, 0.11],
  [3, 0.095],
];

/** Timing error that the camera's clock adds, as a share of the time between frames: 3.3 ms at 30 fps (ours). */
const TIMING_BY_FRAME = 0.1;

/** What the gates need to know beside the reading itself. */
export interface Evidence {
  readonly mode: PulseAnalysis['mode'];
  readonly durationSeconds: number;
  readonly framesPerSecond: number;
  readonly rateHz: number;
  readonly harmonics: number;
  /** What the spectra already refuse. */
  readonly reasons: readonly PulseReason[];
}

export type Estimates = Pick<PulseAnalysis, 'heartRate' | 'sdnn' | 'rmssd' | 'pnn50' | 'respiratoryRate'>;

export const refused = (reasons: readonly PulseReason[]): Estimate => ({
  value: null,
  standardError: null,
  reasons: [...new Set(reasons)],
});

const estimate = (value: number, standardError: number, reasons: readonly PulseReason[]): Estimate =>
  reasons.length > 0 || !Number.isFinite(value) ? refused(reasons) : { value, standardError, reasons: [] };

/**
 * Standard deviation of the beat times' error, ms, from the frame rate and from how alike the beats are (their
 * signal-to-noise ratio beat by beat).
 */
export const timingErrorMs = (reading: Reading, evidence: Evidence): number => {
  const unlike = Math.max(0, 1 - medianLikeness(reading.beats));
  const factor = TIMING_BY_HARMONICS.find(([top]) => evidence.harmonics <= top)?.[1] ?? 0.095;
  const noise = (1000 * factor * Math.sqrt(unlike)) / evidence.rateHz;
  return Math.hypot((1000 * TIMING_BY_FRAME) / evidence.framesPerSecond, noise);
};

const rateOf = (reading: Reading, evidence: Evidence, errorMs: number): Estimate => {
  const spectral = 60 * evidence.rateHz;
  const { beatRate, cleanShare } = reading;
  // A face whose beats are half in noise: the spectrum, which averages over all of them, takes over bit by bit.
  const trust = evidence.mode === 'finger' ? 1 : Math.min(1, Math.max(0, (cleanShare - 0.5) / 0.3));
  const value = trust === 0 ? spectral : trust * beatRate + (1 - trust) * spectral;
  const reasons = [...evidence.reasons];
  if (evidence.durationSeconds < HEART_RATE_SECONDS) reasons.push('too_short');
  if (evidence.mode === 'finger' && !(cleanShare >= RATE_CLEAN_SHARE)) reasons.push('too_few_clean_beats');
  if (!(Math.abs(beatRate - spectral) <= CROSS_CHECK * spectral)) reasons.push('beats_and_spectrum_disagree');
  const counted = where(reading.intervals.ms, reading.intervals.counted);
  const mean = 60_000 / value;
  const ends = (value * Math.SQRT2 * errorMs) / (mean * Math.max(1, counted.length));
  const missing = (1 - Math.min(1, cleanShare)) * value * (standardDeviation(counted) / mean);
  return estimate(value, Math.hypot(LEAST_RATE_ERROR, ends, missing, (1 - trust) * SPECTRAL_ERROR), reasons);
};

const variabilityEstimates = (
  reading: Reading,
  evidence: Evidence,
  errorMs: number,
): Pick<Estimates, 'sdnn' | 'rmssd' | 'pnn50'> => {
  const { sdnn, rmssd, pnn50, noiseShareSdnn, noiseShareRmssd } = variabilityOf(reading.intervals, errorMs);
  const reasons = [...evidence.reasons];
  if (evidence.durationSeconds < VARIABILITY_SECONDS) reasons.push('too_short');
  if (!(reading.cleanShare >= VARIABILITY_CLEAN_SHARE)) reasons.push('too_few_clean_beats');
  const noisy = (share: number): readonly PulseReason[] =>
    share > LARGEST_NOISE_SHARE ? [...reasons, 'noise_exceeds_variability'] : reasons;
  const count = Math.max(2, where(reading.intervals.ms, reading.intervals.clean).length);
  // Sampling error of a standard deviation, and the noise floor, known to a factor of two (measured: 3.2 ms of SDNN).
  const error = (value: number, added: number): number =>
    Math.hypot(value / Math.sqrt(2 * count), (added * errorMs ** 2) / (2 * Math.max(value, errorMs)));
  const share = pnn50 / 100;
  const shareError = 100 * Math.sqrt((share * (1 - share) + 0.25 / count) / count);
  return {
    sdnn: estimate(sdnn, error(sdnn, 2), noisy(noiseShareSdnn)),
    rmssd: estimate(rmssd, error(rmssd, 6), noisy(noiseShareRmssd)),
    pnn50: estimate(pnn50, shareError, noisy(noiseShareRmssd)),
  };
};

const breathingEstimate = (reading: Reading, evidence: Evidence): Estimate => {
  const { breathing } = reading;
  const reasons = [...evidence.reasons];
  if (evidence.durationSeconds < BREATHING_SECONDS) reasons.push('too_short');
  if (breathing === null || !(reading.cleanShare >= RATE_CLEAN_SHARE)) reasons.push('too_few_clean_beats');
  if (breathing === null) return refused(reasons);
  if (!(breathing.apart <= SIGNS_AGREE)) reasons.push('modulations_disagree');
  if (!(breathing.concentration >= LEAST_CONCENTRATION)) reasons.push('weak_modulation');
  // Half a main lobe of the window, and half of what the signs differ.
  return estimate(breathing.rate, Math.hypot(breathing.doubt / 2, 30 / evidence.durationSeconds), reasons);
};

/** All that a reading supports. Variability and breathing need a rate: what refuses it refuses them. */
export const estimatesOf = (reading: Reading, evidence: Evidence): Estimates => {
  const errorMs = timingErrorMs(reading, evidence);
  const heartRate = rateOf(reading, evidence, errorMs);
  const inherited = { ...evidence, reasons: heartRate.reasons };
  return {
    heartRate,
    ...variabilityEstimates(reading, inherited, errorMs),
    respiratoryRate: breathingEstimate(reading, inherited),
  };
};
