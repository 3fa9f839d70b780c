import type { MarkerName } from '@smartscan/kernel';
import { HEART_RATE_SECONDS } from '@smartscan/signal';
import { DIASTOLIC_RANGE, SPO2_RANGE, SYSTOLIC_RANGE } from '../calibration.ts';
import type { EstimatedMarker } from './definition.ts';

/** The method of an estimate that rests on a person's own reference reading. */
const CARRIED_FORWARD = 'calibrated_reading_carried_forward';

/** Standard deviation of one person's home readings from day to day; two such readings differ by the root of two more. */
const KATO = 'Kato et al., Am J Hypertens 2010;23:980 (1,215 people, 4 weeks)';
const FROM_KATO = `Readings of one person from day to day: ${KATO}.`;

const PRESSURE = {
  kind: 'estimated',
  formula: 'The reading by cuff, carried forward: nothing seen of a pulse has given pressure in independent tests.',
  unit: 'mm[Hg]',
  minimumSeconds: HEART_RATE_SECONDS,
  minimumCleanShare: 0,
  // What AAMI, ESH and ISO call tolerable (Stergiou et al., J Hypertens 2018;36:472).
  tolerance: 10,
  decimals: 0,
  method: CARRIED_FORWARD,
} as const;

/**
 * What a camera shows only against a reading of the person's own, by cuff or oximeter: no measurements but estimates, on a
 * calibration or on request. Until one is given they are unsupported.
 */
export const CALIBRATED = {
  blood_pressure_systolic: {
    ...PRESSURE,
    title: 'Systolic blood pressure, estimated',
    source: KATO,
    loinc: '8480-6',
    plausible: SYSTOLIC_RANGE,
    residual: Math.SQRT2 * 8.6,
    residualFrom: FROM_KATO,
  },
  blood_pressure_diastolic: {
    ...PRESSURE,
    title: 'Diastolic blood pressure, estimated',
    source: KATO,
    loinc: '8462-4',
    plausible: DIASTOLIC_RANGE,
    residual: Math.SQRT2 * 5.8,
    residualFrom: FROM_KATO,
  },
  mean_arterial_pressure: {
    ...PRESSURE,
    title: 'Mean arterial pressure, estimated',
    formula: 'Two thirds of the diastolic and one third of the systolic pressure of the reading by cuff.',
    source: `Sesso et al., Hypertension 2000;36:801; ${KATO}`,
    loinc: '8478-0',
    plausible: [DIASTOLIC_RANGE[0], Math.floor((SYSTOLIC_RANGE[1] + 2 * DIASTOLIC_RANGE[1]) / 3)],
    residual: Math.SQRT2 * ((8.6 + 2 * 5.8) / 3),
    residualFrom: `As if both were off together, which is the most that they can be. ${FROM_KATO}`,
  },
  oxygen_saturation: {
    kind: 'estimated',
    title: 'Oxygen saturation (SpO2), estimated',
    formula: 'The reading by oximeter, carried forward; on request 100 - 5 R, R the ratio of ratios of red and blue.',
    source: 'Scully et al., IEEE TBME 2012;59:303',
    unit: '%',
    loinc: '2708-6',
    plausible: SPO2_RANGE,
    minimumSeconds: HEART_RATE_SECONDS,
    minimumCleanShare: 0,
    // ISO 80601-2-61.
    tolerance: 4,
    residual: 12.5,
    residualFrom:
      'Recorded fingers whose owners breathed ever less oxygen (`score:oximetry`): a reading carried forward sees no fall, and a fall is what matters.',
    decimals: 0,
    method: CARRIED_FORWARD,
  },
} as const satisfies Partial<Record<MarkerName, EstimatedMarker>>;
