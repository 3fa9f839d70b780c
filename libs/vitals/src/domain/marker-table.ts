import {
  BREATHING_SECONDS,
  HEART_RATE_SECONDS,
  RATE_CLEAN_SHARE,
  VARIABILITY_CLEAN_SHARE,
  VARIABILITY_SECONDS,
} from '@smartscan/signal';

/** What a marker is, wherever it is named: results, OpenAPI, FHIR, documents. */
export interface MarkerDefinition {
  readonly title: string;
  /** UCUM. */
  readonly unit: string;
  /** LOINC code; null where LOINC has none for it. */
  readonly loinc: string | null;
  /** A value outside is an error of measurement in any adult at rest or at exercise, and is refused. */
  readonly plausible: readonly [number, number];
  /** Seconds of video, and the share of clean beats in it, below which there is no value. */
  readonly minimumSeconds: number;
  readonly minimumCleanShare: number;
  /** Half width of the band that the confidence is the probability of: what a reader can live with. */
  readonly tolerance: number;
  /**
   * Standard deviation of the error on faces that the trace itself can not show: what remains against a chest strap when
   * every gate is passed.
   */
  readonly residual: number;
  readonly decimals: number;
  readonly method: string;
  readonly source: string;
}

/** A mean absolute error as the standard deviation of a normal error. */
const deviationOf = (meanAbsoluteError: number): number => meanAbsoluteError * Math.sqrt(Math.PI / 2);

const TASK_FORCE = 'Task Force of the ESC and NASPE, Circulation 1996;93:1043-1065';

/**
 * The residuals of rate, SDNN and RMSSD are the gated mean errors on 118 windows of recorded faces: 0.58 bpm, 7.6 ms,
 * 11.9 ms. A constant guess is off by about 14 ms in SDNN and 17 in RMSSD there, so a variability off a face is a weak
 * measurement and its confidence says so. pNN50 has no figure of its own and takes RMSSD's per 1 %. Breathing is off
 * by 1.15 per minute on 274 windows of fingertips.
 */
export const MARKERS = {
  heart_rate: {
    title: 'Heart rate',
    unit: '/min',
    loinc: '8867-4',
    plausible: [40, 200],
    minimumSeconds: HEART_RATE_SECONDS,
    minimumCleanShare: 0,
    tolerance: 3,
    residual: deviationOf(0.58),
    decimals: 1,
    method: 'mean_interval_of_beats',
    source: 'Wang et al., IEEE TBME 2017;64:1479 (POS); de Haan and Jeanne, IEEE TBME 2013;60:2878 (CHROM)',
  },
  hrv_sdnn: {
    title: 'Standard deviation of normal beat intervals (SDNN)',
    unit: 'ms',
    loinc: '80404-7',
    plausible: [1, 300],
    minimumSeconds: VARIABILITY_SECONDS,
    minimumCleanShare: VARIABILITY_CLEAN_SHARE,
    tolerance: 10,
    residual: deviationOf(7.6),
    decimals: 1,
    method: 'normal_intervals_less_timing_noise',
    source: TASK_FORCE,
  },
  hrv_rmssd: {
    title: 'Root mean square of successive differences of beat intervals (RMSSD)',
    unit: 'ms',
    loinc: null,
    plausible: [1, 300],
    minimumSeconds: VARIABILITY_SECONDS,
    minimumCleanShare: VARIABILITY_CLEAN_SHARE,
    tolerance: 10,
    residual: deviationOf(11.9),
    decimals: 1,
    method: 'normal_intervals_less_timing_noise',
    source: TASK_FORCE,
  },
  hrv_pnn50: {
    title: 'Share of successive beat intervals that differ by more than 50 ms (pNN50)',
    unit: '%',
    loinc: null,
    plausible: [0, 100],
    minimumSeconds: VARIABILITY_SECONDS,
    minimumCleanShare: VARIABILITY_CLEAN_SHARE,
    tolerance: 10,
    residual: deviationOf(11.9),
    decimals: 1,
    method: 'normal_intervals_less_timing_noise',
    source: TASK_FORCE,
  },
  respiratory_rate: {
    title: 'Respiratory rate',
    unit: '/min',
    loinc: '9279-1',
    plausible: [7, 30],
    minimumSeconds: BREATHING_SECONDS,
    minimumCleanShare: RATE_CLEAN_SHARE,
    tolerance: 3,
    residual: deviationOf(1.15),
    decimals: 1,
    method: 'amplitude_and_interval_modulation',
    source: 'Karlen et al., IEEE TBME 2013;60:1946',
  },
  signal_quality: {
    title: 'Share of the signal between 40 and 240 per minute that is pulse',
    unit: '%',
    loinc: null,
    plausible: [0, 100],
    minimumSeconds: 0,
    minimumCleanShare: 0,
    tolerance: 10,
    residual: 5,
    decimals: 0,
    method: 'de_haan_signal_to_noise',
    source: 'de Haan and Jeanne, IEEE TBME 2013;60:2878',
  },
} as const satisfies Record<string, MarkerDefinition>;

export type MarkerName = keyof typeof MARKERS;
export const MARKER_NAMES = Object.keys(MARKERS) as readonly MarkerName[];
