import { publishedSaturation } from '@smartscan/signal';
import { isUsable, type Calibration, type Reading, type ReadingKind } from './calibration.ts';
import { withoutValue, withValue, type Marker, type MarkerReason } from './marker.ts';
import { CALIBRATED } from './markers/calibrated.ts';

export type EstimatedName = keyof typeof CALIBRATED;
export const ESTIMATED = Object.keys(CALIBRATED) as readonly EstimatedName[];

/** What is known beside the pulse. */
export interface Reference {
  /** (AC/DC of red) / (AC/DC of blue); null where the trace has none. */
  readonly colourRatio: number | null;
  /** The person's latest reading of each kind. */
  readonly calibrations: Readonly<Partial<Record<ReadingKind, Calibration>>>;
  /** Whether the caller asks for estimates without a calibration. */
  readonly wellness: boolean;
  readonly nowMs: number;
}

/** Nothing known: no estimate of anything. */
export const NO_REFERENCE: Reference = { colourRatio: null, calibrations: {}, wellness: false, nowMs: 0 };

export interface EstimateInputs extends Reference {
  /** The scan's own: without a living pulse before the camera there is no estimate of anything. */
  readonly heartRate: Marker;
}

/** A value without a calibration, how far off it is, and how it is come by. */
interface Guess {
  readonly value: number;
  readonly deviation: number;
  readonly method: string;
}

/**
 * Standard deviation of the error of saturation by that line, %: measured on 241 windows of recorded fingers at 65-100 %
 * (`score:oximetry`), 10.9, where the mean of the other people is off by 8.4. It has no skill, and the interval says so.
 */
const SPO2_DEVIATION = 11;

/**
 * Nothing that a camera sees of a pulse has given blood pressure in independent tests (1.2 ± 15.9 mmHg), so the guess is
 * the mean of adults: 122 over 71 mmHg (Wright et al. 2011, Natl Health Stat Report 35). Its error: between people 15.1
 * and 9.0, within one from day to day 8.6 and 5.8 (Kato et al. 2010, Am J Hypertens 23:980).
 */
const ADULTS = {
  blood_pressure_systolic: { value: 122, deviation: Math.hypot(15.1, 8.6), method: 'mean_of_adults' },
  blood_pressure_diastolic: { value: 71, deviation: Math.hypot(9.0, 5.8), method: 'mean_of_adults' },
} as const satisfies Record<string, Guess>;

const KIND_OF: Readonly<Record<EstimatedName, ReadingKind>> = {
  oxygen_saturation: 'oximeter',
  blood_pressure_systolic: 'cuff',
  blood_pressure_diastolic: 'cuff',
  mean_arterial_pressure: 'cuff',
};

/** What a reading says of a marker. Mean pressure: Sesso et al. 2000, Hypertension 36:801. */
const readOff = (name: EstimatedName, reading: Reading): number => {
  if (reading.kind === 'oximeter') return reading.spo2_percent;
  const { systolic_mmhg: systolic, diastolic_mmhg: diastolic } = reading;
  if (name === 'mean_arterial_pressure') return (systolic + 2 * diastolic) / 3;
  return name === 'blood_pressure_systolic' ? systolic : diastolic;
};

/** Never `ok`: however narrow its interval, the camera did not see it. */
const doubted = (marker: Marker, reason: MarkerReason): Marker =>
  marker.value === null
    ? marker
    : { ...marker, status: 'low_confidence', reasons: [reason, ...marker.reasons.filter((one) => one !== reason)] };

/**
 * The person's own reading, carried forward. Shrunk towards it altogether: a ratio calibrated at one point was off by
 * more than the reading alone (15.2 against 12.5 % on recorded fingers), and nothing seen of a pulse gave pressure. So the
 * reading is the best estimate there is, and its interval is how far people wander from theirs.
 */
const calibrated = (name: EstimatedName, { reading, takenAtMs }: Calibration): Marker => ({
  ...doubted(withValue(readOff(name, reading), CALIBRATED[name].residual, CALIBRATED[name]), 'carried_forward'),
  calibrated_at: new Date(takenAtMs).toISOString(),
});

const guessOf = (name: EstimatedName, { colourRatio }: EstimateInputs): Guess | EstimateRefusal => {
  if (name === 'mean_arterial_pressure') return 'not_calibrated';
  if (name !== 'oxygen_saturation') return ADULTS[name];
  if (colourRatio === null) return 'no_colour_ratio';
  return { value: publishedSaturation(colourRatio), deviation: SPO2_DEVIATION, method: 'ratio_of_ratios_uncalibrated' };
};
type EstimateRefusal = 'not_calibrated' | 'no_colour_ratio';

const unasked = (name: EstimatedName, inputs: EstimateInputs, reason: MarkerReason): Marker => {
  const guess = inputs.wellness ? guessOf(name, inputs) : 'not_calibrated';
  if (guess === 'no_colour_ratio') return withoutValue(CALIBRATED[name], [guess]);
  if (guess === 'not_calibrated') return withoutValue(CALIBRATED[name], [reason], 'unsupported');
  const marker = doubted(withValue(guess.value, guess.deviation, CALIBRATED[name]), reason);
  return marker.value === null ? marker : { ...marker, method: guess.method, wellness_estimate: true };
};

const estimateOf = (name: EstimatedName, inputs: EstimateInputs): Marker => {
  const { heartRate, calibrations, nowMs } = inputs;
  if (heartRate.value === null) return withoutValue(CALIBRATED[name], heartRate.reasons);
  const calibration = calibrations[KIND_OF[name]];
  if (calibration === undefined) return unasked(name, inputs, 'not_calibrated');
  return isUsable(calibration, nowMs) ? calibrated(name, calibration) : unasked(name, inputs, 'calibration_too_old');
};

/** Oxygen saturation and blood pressure: estimates, on the person's calibration or on request, never as if measured. */
export const estimatesOf = (inputs: EstimateInputs): Record<EstimatedName, Marker> =>
  Object.fromEntries(ESTIMATED.map((name) => [name, estimateOf(name, inputs)])) as Record<EstimatedName, Marker>;
