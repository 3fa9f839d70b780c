import type { PulseReason } from '@smartscan/signal';
import type { MarkerBounds, UnsupportedReason, ValuedMarker } from './markers/definition.ts';
import type { PersonInput } from './person.ts';
import { rounded } from './rounding.ts';

export type MarkerStatus = 'ok' | 'low_confidence' | 'refused' | 'unsupported';

/** Why an estimate that the camera can't measure is not given, or doubted. */
export type EstimateReason = 'not_calibrated' | 'calibration_too_old' | 'carried_forward' | 'no_colour_ratio';

/** What nobody watched beside a pulse that others measured, and so could be taken for one (`witnesses.ts`). */
export type WitnessReason = 'movement_not_witnessed' | 'light_not_witnessed';

/**
 * `wide_interval`: there is a value, and the truth may lie further from it than a reader can live with. `needs_…`: the request
 * lacks that input. `outside_of_formula`: the published formula was not made for such a person. `no_markers`: there is
 * nothing to sum up.
 */
export type MarkerReason =
  | PulseReason
  | UnsupportedReason
  | EstimateReason
  | WitnessReason
  | `needs_${PersonInput}`
  | 'implausible'
  | 'outside_of_formula'
  | 'wide_interval'
  | 'no_markers';

/** One marker of a result, as the API answers it. */
export interface Marker {
  /** Null exactly where the status is `refused` or `unsupported`. */
  value: number | null;
  /** UCUM. */
  unit: string;
  /** Probability that the truth lies within the marker's tolerance of the value, 0-1; 0 without a value. */
  confidence: number;
  status: MarkerStatus;
  /** Why there is no value, or why it is doubted. */
  reasons: MarkerReason[];
  method: string;
  /** 95 % interval, in the unit. */
  interval?: [number, number];
  /** When the reference reading was taken that the value rests on, ISO 8601. */
  calibrated_at?: string;
  /** Neither measured nor calibrated. */
  wellness_estimate?: boolean;
}
/**
 * Below this a value is `low_confidence`. A constant guess of SDNN, off by 17 ms in standard deviation, lies within its
 * tolerance with 0.44: what isn't clearly better than that is not `ok` (ours).
 */
const OK_FROM = 0.6;

/** 95 % of a normal distribution. */
const NINETY_FIVE = 1.96;

/** Error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
const erf = (x: number): number => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - tail * Math.exp(-x * x));
};

/** Probability that a normal error stays within a tolerance. */
export const within = (tolerance: number, deviation: number): number => erf(tolerance / (deviation * Math.SQRT2));

export const clamped = (value: number, { plausible: [least, most] }: MarkerBounds): number =>
  Math.min(most, Math.max(least, value));

export const isPlausible = (value: number, { plausible: [least, most] }: MarkerBounds): boolean =>
  value >= least && value <= most;

/** A marker without a value. */
export const withoutValue = (
  { unit, method }: Pick<ValuedMarker, 'unit' | 'method'>,
  reasons: readonly MarkerReason[],
  status: 'refused' | 'unsupported' = 'refused',
): Marker => ({ value: null, unit, confidence: 0, status, reasons: [...reasons], method });

/** A marker with a value whose whole error is normal with this standard deviation. */
export const withValue = (value: number, deviation: number, row: ValuedMarker): Marker => {
  if (!isPlausible(value, row)) return withoutValue(row, ['implausible']);
  const { unit, method, decimals } = row;
  // 0 says that there is no value.
  const confidence = Math.max(0.01, rounded(within(row.tolerance, deviation), 2));
  const bound = (edge: number): number => rounded(clamped(edge, row), decimals);
  return {
    value: rounded(value, decimals),
    unit,
    confidence,
    status: confidence >= OK_FROM ? 'ok' : 'low_confidence',
    reasons: confidence >= OK_FROM ? [] : ['wide_interval'],
    method,
    interval: [bound(value - NINETY_FIVE * deviation), bound(value + NINETY_FIVE * deviation)],
  };
};
