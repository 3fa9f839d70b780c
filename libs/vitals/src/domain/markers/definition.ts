import type { MarkerName } from '@smartscan/kernel';
import type { Estimate, PulseAnalysis } from '@smartscan/signal';
import type { KnownPerson, PersonInput } from '../person.ts';

/** Why a marker is not offered at all. Closed: clients switch on it. */
export const UNSUPPORTED_REASONS = [
  /** No published formula gives it from a face video with a known error. */
  'no_validated_method',
  /** The person must do something that no 30 s at rest show. */
  'needs_maneuver',
  /** It shows on the skin's conductance or on another sensor that touches. */
  'needs_contact',
  'needs_sleep_recording',
  'needs_blood_test',
  /** It is a change against the person's own past, which is not kept here. */
  'needs_baseline',
] as const;
export type UnsupportedReason = (typeof UNSUPPORTED_REASONS)[number];

/** What a marker is, wherever it is named: results, OpenAPI, FHIR, documents. */
export interface MarkerRow {
  readonly title: string;
  /** In words. */
  readonly formula: string;
  readonly source: string;
  /** UCUM. */
  readonly unit: string;
  /** LOINC code; null where LOINC has none for it. */
  readonly loinc: string | null;
}

/** How a marker with a value is judged. */
export interface MarkerBounds {
  /** A value outside is an error of measurement in any adult at rest or at exercise, and is refused. */
  readonly plausible: readonly [number, number];
  /** Seconds of video, and the share of clean beats in it, below which there is no value. */
  readonly minimumSeconds: number;
  readonly minimumCleanShare: number;
  /**
   * Half width of the band that the confidence is the probability of: what a reader can live with, and narrow enough that a
   * constant guess among healthy adults mostly misses it.
   */
  readonly tolerance: number;
  /**
   * Standard deviation of the error that neither the trace nor the markers it is derived from show: what remains on faces
   * against the truth when every gate is passed, or a formula's own error.
   */
  readonly residual: number;
  /** Where the residual comes from. */
  readonly residualFrom: string;
  readonly decimals: number;
  readonly method: string;
}

/** Read off the pulse. */
export interface MeasuredMarker extends MarkerRow, MarkerBounds {
  readonly kind: 'measured';
  readonly measure: (analysis: PulseAnalysis) => Estimate;
}

/** A published formula over other markers and what the caller tells of the person. What refuses those refuses it. */
export interface DerivedMarker extends MarkerRow, MarkerBounds {
  readonly kind: 'derived';
  readonly from: readonly MarkerName[];
  readonly needs: readonly PersonInput[];
  /** NaN for a person whom the formula was not made for. `person` holds no more than `needs` for certain. */
  readonly derive: (values: readonly number[], person: KnownPerson, analysis: PulseAnalysis) => number;
}

/** Of the confidences of the markers that are read off the pulse and have a value, 0-1. */
export interface SummaryMarker extends MarkerRow, MarkerBounds {
  readonly kind: 'summary';
  readonly summarise: (confidences: readonly number[]) => number;
}

/**
 * No camera measures it: an estimate on the person's own reading, or on request (`estimates.ts`). Its residual is the
 * error of a reading carried forward.
 */
export interface EstimatedMarker extends MarkerRow, MarkerBounds {
  readonly kind: 'estimated';
}

export interface UnsupportedMarker extends MarkerRow {
  readonly kind: 'unsupported';
  readonly reason: UnsupportedReason;
  /** In a sentence, for people. */
  readonly why: string;
}

export type MarkerDefinition = MeasuredMarker | DerivedMarker | SummaryMarker | EstimatedMarker | UnsupportedMarker;
export type ValuedMarker = Exclude<MarkerDefinition, UnsupportedMarker>;

/** A mean absolute error as the standard deviation of a normal error. */
export const deviationOf = (meanAbsoluteError: number): number => meanAbsoluteError * Math.sqrt(Math.PI / 2);

/**
 * What an error on fingertips is multiplied with where no recorded face has the truth: the mean error of SDNN on faces, 7.6 ms
 * (118 windows), over that on 12 fingertip recordings, 2.26 ms (`score:pulse`, as every figure of fingertips), both gated.
 */
export const FACE_OVER_FINGER = 7.6 / 2.26;

/** The same in words. */
export const SCALED = `times ${FACE_OVER_FINGER.toFixed(1)}, by which SDNN errs more on faces`;

export const TASK_FORCE = 'Task Force of the ESC and NASPE, Circulation 1996;93:1043-1065';
