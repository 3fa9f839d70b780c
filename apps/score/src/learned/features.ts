/**
 * What the quality head sees of an analysis: how well its parts agree, never the colours themselves. Brightness of the skin is
 * left out on purpose: a head that knew it could refuse people by their colour instead of their signal.
 */
import {
  rootMeanSquare,
  standardDeviation,
  successiveDifferences,
  type PulseAnalysis,
  type PulseReason,
} from '@smartscan/signal';
import { meanOf } from '../pulse/folders.ts';

const METHODS = ['POS', 'CHROM', 'GREEN'] as const;

/** Patches and methods agree within 3 per minute, as the gates have it. */
const AGREEMENT_PER_MINUTE = 3;

/** Reasons that speak of the spectra, each a gate of its own; those that only bound duration are numbers here already. */
const GATES = [
  'low_snr',
  'methods_disagree',
  'regions_disagree',
  'half_rate_suspected',
  'beats_and_spectrum_disagree',
  'too_much_motion',
  'light_flickers',
  'too_many_gaps',
] as const satisfies readonly PulseReason[];

export const QUALITY_FEATURES: readonly string[] = [
  'snr',
  'seconds',
  'frames_per_second',
  'coverage',
  'rate',
  ...METHODS.flatMap((method) => [`${method.toLowerCase()}_snr`, `${method.toLowerCase()}_apart`]),
  'patch_weight_agreeing',
  'patches_agreeing',
  'patches_doubled',
  'patches_halved',
  'patch_snr_median',
  'patch_snr_best',
  'weight_concentration',
  'clean_share',
  'clean_seconds',
  'beats_apart',
  'interval_spread',
  'clean_spread',
  'clean_jumps',
  ...GATES,
];

const bounded = (value: number, least: number, most: number): number =>
  Number.isNaN(value) ? most : Math.min(most, Math.max(least, value));

/** Decibels as about -2 … 2. */
const fromDecibels = (decibels: number): number => bounded(decibels, -20, 20) / 10;

/** How far two rates are from each other, 0 the same, 1 ten per minute and more. */
const apart = (a: number, b: number): number => bounded(Math.abs(a - b) / 10, 0, 1);

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** The rate of the spectrum that the beats were read from; NaN where there is none. */
const spectralRate = ({ methods, snrDecibels }: PulseAnalysis): number =>
  (methods.find((reading) => reading.snrDecibels === snrDecibels) ?? methods[0])?.ratePerMinute ?? NaN;

const beatRate = ({ cleanIntervalsMs }: PulseAnalysis): number =>
  cleanIntervalsMs.length === 0 ? NaN : 60_000 / meanOf(cleanIntervalsMs);

/** The rate that would come out if no gate refused it, per minute; NaN where there is none. */
export const ungatedRate = (analysis: PulseAnalysis): number => {
  const spectral = spectralRate(analysis);
  // As the analysis weighs beats and spectrum on a face.
  const trust = bounded((analysis.cleanShare - 0.5) / 0.3, 0, 1);
  const beats = beatRate(analysis);
  return (
    analysis.heartRate.value ?? (trust === 0 || Number.isNaN(beats) ? spectral : trust * beats + (1 - trust) * spectral)
  );
};

const ofMethods = (analysis: PulseAnalysis, rate: number): number[] =>
  METHODS.flatMap((method) => {
    const reading = analysis.methods.find((one) => one.method === method);
    return [fromDecibels(reading?.snrDecibels ?? -Infinity), apart(reading?.ratePerMinute ?? NaN, rate)];
  });

const ofPatches = ({ patches }: PulseAnalysis, rate: number): number[] => {
  const near = (target: number) =>
    patches.filter((patch) => Math.abs(patch.ratePerMinute - target) <= AGREEMENT_PER_MINUTE);
  const share = (target: number): number => near(target).length / Math.max(1, patches.length);
  const snrs = patches.map(({ snrDecibels }) => snrDecibels);
  return [
    near(rate).reduce((sum, { weight }) => sum + weight, 0),
    share(rate),
    share(2 * rate),
    share(rate / 2),
    fromDecibels(middle(snrs)),
    fromDecibels(Math.max(...snrs)),
    patches.reduce((sum, { weight }) => sum + weight ** 2, 0),
  ];
};

const spreadOf = (intervals: Float64Array): number => bounded(standardDeviation(intervals) / meanOf(intervals), 0, 1);

const ofBeats = (analysis: PulseAnalysis): number[] => {
  const { beatTimesSeconds, cleanIntervalsMs, cleanShare, cleanSeconds } = analysis;
  return [
    bounded(cleanShare, 0, 1),
    bounded(cleanSeconds / 30, 0, 2),
    apart(beatRate(analysis), spectralRate(analysis)),
    spreadOf(successiveDifferences(beatTimesSeconds)),
    spreadOf(cleanIntervalsMs),
    bounded(rootMeanSquare(successiveDifferences(cleanIntervalsMs)) / meanOf(cleanIntervalsMs), 0, 1),
  ];
};

/** One row of the head's input, in the order of QUALITY_FEATURES; about -2 … 2, never NaN. */
export const qualityFeatures = (analysis: PulseAnalysis): Float32Array => {
  const rate = ungatedRate(analysis);
  const { heartRate, snrDecibels, durationSeconds, framesPerSecond, coverage } = analysis;
  return Float32Array.from([
    fromDecibels(snrDecibels),
    bounded(durationSeconds / 30, 0, 2),
    bounded(framesPerSecond / 30, 0, 2),
    coverage,
    bounded(rate / 100, 0, 2),
    ...ofMethods(analysis, rate),
    ...ofPatches(analysis, rate),
    ...ofBeats(analysis),
    ...GATES.map((gate) => (heartRate.reasons.includes(gate) ? 1 : 0)),
  ]);
};
