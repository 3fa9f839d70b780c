import type { MarkerName } from '@smartscan/kernel';
import { HEART_RATE_SECONDS, type Estimate, type PulseAnalysis } from '@smartscan/signal';
import { greatestOxygenUptake } from '../fitness.ts';
import type { MarkerDefinition } from './definition.ts';

/** The signal-to-noise ratio as a share: 50 % at 0 dB, where the gate of the heart rate is. */
const qualityOf = ({ snrDecibels }: PulseAnalysis): Estimate => {
  if (!Number.isFinite(snrDecibels)) return { value: null, standardError: null, reasons: ['no_signal'] };
  const ratio = 10 ** (snrDecibels / 10);
  return { value: (100 * ratio) / (1 + ratio), standardError: 0, reasons: [] };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const ANY_VIDEO = { minimumSeconds: 0, minimumCleanShare: 0, loinc: null } as const;

/** A share that we make up ourselves: nothing is its truth. */
const OUR_SHARE = {
  unit: '%',
  plausible: [0, 100],
  ...ANY_VIDEO,
  tolerance: 10,
  residual: 5,
  residualFrom: 'Ours.',
  decimals: 0,
} as const;

export const COMPOSITE = {
  biological_age: {
    kind: 'unsupported',
    title: 'Biological age',
    formula: 'Age at which the person’s blood values give the same mortality.',
    source: 'Levine et al., Aging 2018;10:573-591 (PhenoAge)',
    unit: 'a',
    loinc: null,
    reason: 'needs_blood_test',
    why: 'The published formulas start from values of the blood, PhenoAge from nine of them. A camera sees none.',
  },
  fitness: {
    kind: 'derived',
    title: 'Fitness (greatest oxygen uptake)',
    formula:
      '15.3 · (208 - 0.7 · age) / heart rate, the heart rate being one at rest; for men of 21 to 51 years, whom it was found on.',
    unit: 'mL/kg/min',
    loinc: null,
    plausible: [10, 100],
    minimumSeconds: HEART_RATE_SECONDS,
    minimumCleanShare: 0,
    tolerance: 5,
    residual: 4.7,
    residualFrom:
      'Standard error of the estimate in the paper, where the greatest heart rate was predicted from age: 4.7, in well-trained men.',
    decimals: 1,
    method: 'heart_rate_ratio',
    source: 'Uth et al., Eur J Appl Physiol 2004;91:111-115; Tanaka et al., J Am Coll Cardiol 2001;37:153-156',
    from: ['heart_rate'],
    needs: ['age', 'sex'],
    derive: ([rate = NaN], person) => greatestOxygenUptake(rate, person),
  },
  recovery_readiness: {
    kind: 'unsupported',
    title: 'Recovery readiness',
    formula: 'ln RMSSD of the morning against its mean and swing over the week before.',
    source: 'Plews et al., Sports Med 2013;43:773-781',
    unit: '1',
    loinc: null,
    reason: 'needs_baseline',
    why: 'It compares the day with the person’s own week; scans are not joined to a history here.',
  },
  sleep_quality: {
    kind: 'unsupported',
    title: 'Sleep quality',
    formula: 'Sleep efficiency and stages.',
    source: 'Berry et al., The AASM Manual for the Scoring of Sleep and Associated Events',
    unit: '1',
    loinc: null,
    reason: 'needs_sleep_recording',
    why: 'Sleep is judged by a recording of the night; half a minute awake says nothing of it.',
  },
  signal_quality: {
    kind: 'measured',
    title: 'Share of the signal between 40 and 240 per minute that is pulse',
    formula: 'r / (1 + r) of the signal-to-noise ratio r of the fused pulse.',
    ...OUR_SHARE,
    method: 'de_haan_signal_to_noise',
    source: 'de Haan and Jeanne, IEEE TBME 2013;60:2878',
    measure: qualityOf,
  },
  scan_duration: {
    kind: 'measured',
    title: 'Duration of the scan',
    formula: 'From the first frame to the last.',
    unit: 's',
    plausible: [0, 3600],
    ...ANY_VIDEO,
    tolerance: 0.1,
    residual: 0.03,
    residualFrom: 'A frame at 30 a second.',
    decimals: 1,
    method: 'timestamps_of_frames',
    source: 'The timestamps of the video.',
    measure: ({ durationSeconds }) => ({ value: durationSeconds, standardError: 0, reasons: [] }),
  },
  overall_confidence: {
    kind: 'summary',
    title: 'Overall confidence',
    formula:
      'Mean of the confidences of the values that are read off the pulse: the share of them expected to lie within their tolerance.',
    ...OUR_SHARE,
    method: 'mean_of_confidences',
    source: 'The expectation of a sum is the sum of the expectations, whatever hangs together.',
    summarise: (confidences) => 100 * mean(confidences),
  },
} as const satisfies Partial<Record<MarkerName<'composite'>, MarkerDefinition>>;
