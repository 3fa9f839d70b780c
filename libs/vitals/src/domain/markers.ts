import type { Estimate, PulseAnalysis, PulseReason } from '@smartscan/signal';
import { MARKERS, type MarkerDefinition, type MarkerName } from './marker-table.ts';

export type MarkerStatus = 'ok' | 'low_confidence' | 'refused' | 'unsupported';
/** `wide_interval`: there is a value, and the truth may lie further from it than a reader can live with. */
export type MarkerReason = PulseReason | 'implausible' | 'wide_interval';

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
}
export type Markers = Record<MarkerName, Marker>;

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
const within = (tolerance: number, deviation: number): number => erf(tolerance / (deviation * Math.SQRT2));

const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

const refusedMarker = (definition: MarkerDefinition, reasons: readonly MarkerReason[]): Marker => ({
  value: null,
  unit: definition.unit,
  confidence: 0,
  status: 'refused',
  reasons: [...reasons],
  method: definition.method,
});

const markerOf = (estimate: Estimate, definition: MarkerDefinition): Marker => {
  const { value, standardError, reasons } = estimate;
  if (value === null || standardError === null) return refusedMarker(definition, reasons);
  const [least, most] = definition.plausible;
  if (!(value >= least && value <= most)) return refusedMarker(definition, ['implausible']);
  const deviation = Math.hypot(standardError, definition.residual);
  const confidence = rounded(within(definition.tolerance, deviation), 2);
  const bound = (edge: number): number => rounded(Math.min(most, Math.max(least, edge)), definition.decimals);
  return {
    value: rounded(value, definition.decimals),
    unit: definition.unit,
    confidence,
    status: confidence >= OK_FROM ? 'ok' : 'low_confidence',
    reasons: confidence >= OK_FROM ? [] : ['wide_interval'],
    method: definition.method,
    interval: [bound(value - NINETY_FIVE * deviation), bound(value + NINETY_FIVE * deviation)],
  };
};

/** The signal-to-noise ratio as a share: 50 % at 0 dB, where the gate of the heart rate is. */
const qualityOf = (analysis: PulseAnalysis): Estimate => {
  if (!Number.isFinite(analysis.snrDecibels)) return { value: null, standardError: null, reasons: ['no_signal'] };
  const ratio = 10 ** (analysis.snrDecibels / 10);
  return { value: (100 * ratio) / (1 + ratio), standardError: 0, reasons: [] };
};

/** The markers of a scan from the analysis of its pulse. */
export const markersOf = (analysis: PulseAnalysis): Markers => ({
  heart_rate: markerOf(analysis.heartRate, MARKERS.heart_rate),
  hrv_sdnn: markerOf(analysis.sdnn, MARKERS.hrv_sdnn),
  hrv_rmssd: markerOf(analysis.rmssd, MARKERS.hrv_rmssd),
  hrv_pnn50: markerOf(analysis.pnn50, MARKERS.hrv_pnn50),
  respiratory_rate: markerOf(analysis.respiratoryRate, MARKERS.respiratory_rate),
  signal_quality: markerOf(qualityOf(analysis), MARKERS.signal_quality),
});
