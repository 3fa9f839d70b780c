import type { DocumentReading } from '@smartscan/documents';
import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import { grouped, percent } from '../displays/groups.ts';
import { FACTORS, stepOf, type LabelledPicture } from '../displays/labelled-picture.ts';
import { calibrationErrorOf } from '../learned/judgement.ts';
import { medianOf } from './summary.ts';

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
  readonly factors: NonNullable<LabelledPicture['factors']>;
  readonly turn: number | null;
  /** Null where nobody measured it. */
  readonly isReadable: boolean | null;
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

const kindOf = ({ device }: LabelledPicture): string => KINDS[device] ?? device;

/** What a picture is of; undefined where it is of no device. */
export const deviceTypeOf = (labelled: LabelledPicture): DeviceType | undefined =>
  DEVICE_TYPES.find((type) => type === kindOf(labelled));

/** A rate that is not of an infusion is of breaths. */
const nameOf = (name: string, { unit }: LabelledPicture): string =>
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
const valuesOf = (labelled: LabelledPicture, documents: DocumentReading['documents']): ScoredValue[] => {
  const [first] = documents;
  const names = Object.entries(labelled.values).map(([name, truth]) => [nameOf(name, labelled), truth] as const);
  if (names.length === 0) {
    return Object.entries(fieldsOf(first)).map(([name, field]) => scoredValue(name, null, field, false));
  }
  const shown =
    documents.find((document) => names.some(([name]) => valueOf(fieldsOf(document)[name]) !== null)) ?? first;
  const asked = names.map(([name, truth], i) => {
    const field = fieldsOf(shown)[name];
    const isUnitRight = i > 0 || field?.ucum == null || labelled.unit === null || field.ucum === labelled.unit;
    return scoredValue(name, truth, field, isUnitRight);
  });
  // A number of what the device isn't is as wrong as a wrong number. Of a photo the truth may leave some out.
  const isAll = labelled.kind !== undefined || (shown.kind !== kindOf(labelled) && labelled.device !== 'none');
  const others = Object.entries(fieldsOf(shown)).filter(
    ([name, field]) => isAll && valueOf(field) !== null && !names.some(([known]) => known === name),
  );
  return [...asked, ...others.map(([name, field]) => scoredValue(name, null, field, false))];
};

const outcomeOf = (values: readonly ScoredValue[]): ScoredDevice['outcome'] => {
  if (values.some(({ read, isRight }) => read !== null && !isRight)) return 'wrong';
  return values.every(({ truth, isRight }) => truth === null || isRight) ? 'exact' : 'refused';
};

/** What was read of a device beside what it shows. A reading of which a value was refused or not found is refused. */
export const scoreDevice = (labelled: LabelledPicture, { documents }: DocumentReading, cpuMs: number): ScoredDevice => {
  const values = valuesOf(labelled, documents);
  const [first] = documents;
  return {
    file: labelled.file,
    device: kindOf(labelled),
    kind: first.kind,
    outcome: outcomeOf(values),
    flagged: values.some(({ read, status }) => read !== null && status !== 'ok'),
    values,
    problems: first.quality.problems,
    cpuMs,
    factors: labelled.factors ?? {},
    turn: labelled.turn ?? null,
    isReadable: labelled.readable ?? null,
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

/** Of the values that were given; null where none was. */
const calibrationError = (values: readonly ScoredValue[]): number | null => {
  const given = values.filter(({ read }) => read !== null);
  const forecasts = given.map(({ confidence, isRight }) => ({ probability: confidence, right: isRight }));
  return given.length === 0 ? null : Number(calibrationErrorOf(forecasts).toFixed(4));
};

const groupsBy = (devices: readonly ScoredDevice[], keyOf: (one: ScoredDevice) => string | undefined): object =>
  Object.fromEntries(grouped(devices, keyOf).map(([key, group]) => [key, counts(group)]));

/** All pictures, by device, and by each factor of which the pictures tell. */
export const deviceSummary = (devices: readonly ScoredDevice[]): object => ({
  ...counts(devices),
  calibrationError: calibrationError(devices.flatMap(({ values }) => values)),
  medianCpuMs: medianOf(devices.map(({ cpuMs }) => cpuMs)),
  byDevice: groupsBy(devices, ({ device }) => device),
  byFactor: Object.fromEntries(
    Object.entries(FACTORS).map(([factor, bounds]) => [
      factor,
      groupsBy(devices, ({ factors }) => stepOf(bounds, factors[factor])),
    ]),
  ),
});

const rowOf = (name: string, devices: readonly ScoredDevice[]): string => {
  const of = (is: (one: ScoredDevice) => boolean): string => percent(devices.filter(is).length, devices.length);
  const cells = [
    String(devices.length),
    of(({ outcome }) => outcome === 'exact'),
    of(({ outcome }) => outcome === 'wrong'),
    of(({ outcome, flagged }) => outcome === 'wrong' && !flagged),
    of(({ outcome }) => outcome === 'refused'),
    of(({ device, kind }) => device === kind),
  ];
  return `| ${[name, ...cells].join(' | ')} |`;
};

const READABLE = { true: 'all of it can be read', false: 'something can not be read' } as const;

/** A table of all pictures, of those that can be read, by device, and by each step of each factor. */
export const deviceTable = (devices: readonly ScoredDevice[]): string[] => {
  const by = (keyOf: (one: ScoredDevice) => string | undefined): string[] =>
    grouped(devices, keyOf).map(([name, group]) => rowOf(name, group));
  return [
    '| pictures | n | exact, % | wrong, % | wrong without a doubt, % | refused, % | kind right, % |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    rowOf('all', devices),
    ...by(({ isReadable }) => (isReadable === null ? undefined : READABLE[`${isReadable}`])),
    ...by(({ turn }) => (turn === null ? undefined : turn === 0 ? 'upright' : 'lies turned')),
    ...by(({ device }) => device),
    ...Object.entries(FACTORS).flatMap(([factor, bounds]) =>
      by(({ factors }) => {
        const step = stepOf(bounds, factors[factor]);
        return step === undefined ? undefined : `${factor} ${step}`;
      }),
    ),
  ];
};
