import type { DocumentReading } from '@smartscan/documents';

/** A photo of a device with what it shows; what follows `unit` is known of rendered pictures alone. */
export interface LabelledDevice {
  readonly file: string;
  /** `none` for a picture of no medical device. */
  readonly device: string;
  readonly values: Readonly<Record<string, string>>;
  /** UCUM, of the first value. */
  readonly unit: string | null;
  readonly screen?: string;
  readonly factors?: Readonly<Record<string, number | boolean | string>>;
}

/** A value as it was read, and whether it is right. */
export interface ScoredValue {
  readonly name: string;
  readonly truth: string | null;
  readonly read: number | null;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly confidence: number;
  readonly isRight: boolean;
}

export interface ScoredDevice {
  readonly file: string;
  readonly device: string;
  /** What we say that it is. */
  readonly kind: string;
  /** Exact: all values that are true were given, and nothing else was. Wrong: a value was given that is not. */
  readonly outcome: 'exact' | 'wrong' | 'refused';
  /** A value that was given is said to be uncertain. */
  readonly flagged: boolean;
  readonly values: readonly ScoredValue[];
  readonly problems: readonly string[];
  readonly cpuMs: number;
  readonly factors: NonNullable<LabelledDevice['factors']>;
}

/** Names of the truth, and those under which we read the same. */
const NAMES: Readonly<Record<string, string>> = {
  fat: 'body_fat',
  water: 'body_water',
  visceral: 'visceral_fat',
  energy: 'basal_metabolism',
  pi: 'perfusion_index',
  rate: 'infusion_rate',
  volume: 'volume_to_infuse',
  infused: 'volume_infused',
  ppeak: 'peak_pressure',
};

/** Devices of the truth, and the kinds under which we read the same. */
const KINDS: Readonly<Record<string, string>> = {
  glucometer: 'glucose_meter',
  bp_monitor: 'blood_pressure_monitor',
  hba1c: 'hba1c_meter',
  none: 'not_a_medical_document',
};

/** A rate that is not of an infusion is of breaths. */
const nameOf = (name: string, { unit }: LabelledDevice): string =>
  name === 'rate' && unit === '/min' ? 'resp_rate' : (NAMES[name] ?? name);

type Read = DocumentReading['documents'][number];
interface ReadField {
  readonly value: string | number | null;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly confidence: number;
  readonly ucum?: string | null;
}

const fieldsOf = (document: Read): Readonly<Record<string, ReadField | undefined>> =>
  document.kind === 'not_a_medical_document' ? {} : document.fields;

const valueOf = (field: ReadField | undefined): number | null =>
  typeof field?.value === 'number' ? field.value : null;

const scoredValue = (
  name: string,
  truth: string | null,
  field: ReadField | undefined,
  isUnitRight: boolean,
): ScoredValue => ({
  name,
  truth,
  read: valueOf(field),
  status: field?.status ?? 'missing',
  reasons: field?.reasons ?? [],
  confidence: field?.confidence ?? 0,
  isRight: truth !== null && valueOf(field) === Number(truth) && isUnitRight,
});

/** The truth's values as they were read; on a screen that shows none, whatever was read. */
const valuesOf = (labelled: LabelledDevice, documents: DocumentReading['documents']): ScoredValue[] => {
  const [first] = documents;
  const names = Object.entries(labelled.values).map(([name, truth]) => [nameOf(name, labelled), truth] as const);
  if (names.length === 0) {
    return Object.entries(fieldsOf(first)).map(([name, field]) => scoredValue(name, null, field, false));
  }
  const shown =
    documents.find((document) => names.some(([name]) => valueOf(fieldsOf(document)[name]) !== null)) ?? first;
  return names.map(([name, truth], i) => {
    const field = fieldsOf(shown)[name];
    const isUnitRight = i > 0 || field?.ucum == null || labelled.unit === null || field.ucum === labelled.unit;
    return scoredValue(name, truth, field, isUnitRight);
  });
};

const outcomeOf = (values: readonly ScoredValue[]): ScoredDevice['outcome'] => {
  if (values.some(({ read, isRight }) => read !== null && !isRight)) return 'wrong';
  return values.every(({ truth, isRight }) => truth === null || isRight) ? 'exact' : 'refused';
};

/** What was read of a device beside what it shows. A reading of which a value was refused or not found is refused. */
export const scoreDevice = (labelled: LabelledDevice, { documents }: DocumentReading, cpuMs: number): ScoredDevice => {
  const values = valuesOf(labelled, documents);
  const [first] = documents;
  return {
    file: labelled.file,
    device: KINDS[labelled.device] ?? labelled.device,
    kind: first.kind,
    outcome: outcomeOf(values),
    flagged: values.some(({ read, status }) => read !== null && status !== 'ok'),
    values,
    problems: first.quality.problems,
    cpuMs,
    factors: labelled.factors ?? {},
  };
};

const share = (part: number, of: number): number | null => (of === 0 ? null : Number(((100 * part) / of).toFixed(2)));

const counts = (devices: readonly ScoredDevice[]): object => {
  const of = (outcome: ScoredDevice['outcome']): number => devices.filter((one) => one.outcome === outcome).length;
  return {
    n: devices.length,
    exact: of('exact'),
    wrong: of('wrong'),
    refused: of('refused'),
    exactPercent: share(of('exact'), devices.length),
    wrongPercent: share(of('wrong'), devices.length),
    exactAndFlagged: devices.filter(({ outcome, flagged }) => outcome === 'exact' && flagged).length,
    wrongAndNotFlagged: devices.filter(({ outcome, flagged }) => outcome === 'wrong' && !flagged).length,
    kindRight: devices.filter(({ device, kind }) => device === kind).length,
  };
};

const BINS = 10;

/** Expected calibration error of the values that were given (Naeini et al. 2015), in ten bins of confidence. */
export const calibrationError = (values: readonly ScoredValue[]): number | null => {
  const given = values.filter(({ read }) => read !== null);
  if (given.length === 0) return null;
  const bins = Array.from({ length: BINS }, (_, bin) =>
    given.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin),
  );
  const error = bins.reduce((sum, bin) => {
    const confidence = bin.reduce((total, one) => total + one.confidence, 0);
    return sum + Math.abs(confidence - bin.filter(({ isRight }) => isRight).length);
  }, 0);
  return Number((error / given.length).toFixed(4));
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** The parts into which factors of rendered pictures are cut: below each bound, and beyond the last. */
const CUTS: Readonly<Record<string, readonly number[]>> = {
  blur: [0.02, 0.05, 0.1],
  glare: [0.01, 0.3],
  tilt: [10, 20, 30],
  digit_px: [12, 20, 40, 80],
};

const binOf = (value: number, cuts: readonly number[]): string => {
  const at = cuts.findIndex((cut) => value < cut);
  if (at === 0) return `below ${cuts[0]}`;
  return at < 0 ? `from ${cuts.at(-1)}` : `${cuts[at - 1]} to ${cuts[at]}`;
};

const groupsBy = (devices: readonly ScoredDevice[], keyOf: (one: ScoredDevice) => string | undefined): object => {
  const keys = [...new Set(devices.flatMap((one) => keyOf(one) ?? []))].sort();
  return Object.fromEntries(keys.map((key) => [key, counts(devices.filter((one) => keyOf(one) === key))]));
};

/** All pictures, by device, and by each factor of which the pictures tell. */
export const deviceSummary = (devices: readonly ScoredDevice[]): object => ({
  ...counts(devices),
  calibrationError: calibrationError(devices.flatMap(({ values }) => values)),
  medianCpuMs: median(devices.map(({ cpuMs }) => cpuMs)),
  byDevice: groupsBy(devices, ({ device }) => device),
  byFactor: Object.fromEntries(
    Object.entries(CUTS).map(([factor, cuts]) => [
      factor,
      groupsBy(devices, ({ factors }) => {
        const value = factors[factor];
        return typeof value === 'number' ? binOf(value, cuts) : undefined;
      }),
    ]),
  ),
});
