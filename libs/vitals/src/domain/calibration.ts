import { Fault } from '@smartscan/kernel';

/** What an instrument showed, in the unit of its name. */
export type Reading =
  | { readonly kind: 'cuff'; readonly systolic_mmhg: number; readonly diastolic_mmhg: number }
  | { readonly kind: 'oximeter'; readonly spo2_percent: number };
export type ReadingKind = Reading['kind'];

/** One person's reference reading. */
export interface Calibration {
  readonly takenAtMs: number;
  readonly reading: Reading;
}

/** What an automatic cuff for adults must be able to show, mmHg (IEC 80601-2-30): beyond it is a slip of the hand. */
export const SYSTOLIC_RANGE = [60, 230] as const;
export const DIASTOLIC_RANGE = [40, 130] as const;

/** Where oximeters are tested against blood, % (ISO 80601-2-61): below nobody knows what one is worth. */
export const SPO2_RANGE = [70, 100] as const;

/**
 * A reading belongs to a scan at most this far away. Ours: the guidelines ask for five minutes of rest before a cuff is
 * read (Muntner et al. 2019, Hypertension 73:e35), so ten around a scan are the same rest.
 */
export const FARTHEST_MS = 10 * 60 * 1_000;

/**
 * A reading older than this is estimated from no more: the figures of how far a person wanders from day to day are of
 * four weeks (Kato et al. 2010, Am J Hypertens 23:980).
 */
export const USABLE_MS = 28 * 24 * 60 * 60 * 1_000;

const inside = (value: number, [least, most]: readonly [number, number]): boolean => value >= least && value <= most;

const isPlausible = (reading: Reading): boolean =>
  reading.kind === 'oximeter'
    ? inside(reading.spo2_percent, SPO2_RANGE)
    : inside(reading.systolic_mmhg, SYSTOLIC_RANGE) &&
      inside(reading.diastolic_mmhg, DIASTOLIC_RANGE) &&
      reading.systolic_mmhg > reading.diastolic_mmhg;

/**
 * That a reading can be one of a person, and belongs to the scan of that time.
 *
 * @throws Fault `vitals.implausible_reading`, `vitals.reading_too_far` (invalid)
 */
export const checkCalibration = ({ reading, takenAtMs }: Calibration, scanAtMs: number): void => {
  if (!isPlausible(reading)) {
    const [spo2, systolic, diastolic] = [SPO2_RANGE, SYSTOLIC_RANGE, DIASTOLIC_RANGE].map((range) =>
      range.join(' to '),
    );
    throw new Fault('invalid', 'vitals.implausible_reading', 'The reading is no reading of a person.', {
      status: 422,
      remedy: `Send a saturation of ${spo2} %, or pressures of ${systolic} over ${diastolic} mmHg, systolic above diastolic.`,
    });
  }
  if (Math.abs(takenAtMs - scanAtMs) > FARTHEST_MS) {
    throw new Fault('invalid', 'vitals.reading_too_far', 'The reading was not taken at the time of the scan.', {
      status: 422,
      remedy: `Take it within ${FARTHEST_MS / 60_000} minutes of the scan.`,
    });
  }
};

export const isUsable = ({ takenAtMs }: Pick<Calibration, 'takenAtMs'>, nowMs: number): boolean =>
  Math.abs(nowMs - takenAtMs) <= USABLE_MS;
