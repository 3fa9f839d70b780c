import { ABSENT_REASONS, DOCUMENT_EXTENSIONS, DOCUMENT_SYSTEMS } from '@smartscan/contracts/extraction/fhir';
import { categoryOf, conceptOf, quantityOf } from '@smartscan/contracts/fhir/datatypes';
import { CODE_SYSTEMS, type ObservationCategory } from '@smartscan/contracts/fhir/terms';
import {
  effectiveOf,
  identifierOf,
  issuedOf,
  referenceTo,
  subjectOf,
  DOCUMENT_AT,
  type InDocument,
  type Made,
} from './fhir-context.ts';
import {
  confidenceOf,
  evidenceOf,
  ifSaid,
  isWithdrawn,
  plain,
  valueOf,
  type MeasuredField,
  type Placed,
  type ReadField,
  type ResourceOf,
} from './fhir-fields.ts';
import type { Analyte } from './fhir-terms.ts';

export type Observation = ResourceOf<'Observation'>;
type Concept = Observation['code'];
type Value = Pick<Observation, 'valueQuantity' | 'dataAbsentReason'>;
type Component = NonNullable<Observation['component']>[number];

/** A measured field, and what else an observation needs to be said of it. */
export interface Measurement extends Placed<MeasuredField> {
  readonly code: Concept;
  readonly category: ObservationCategory;
}

/** The panel of blood pressure and its parts (hl7.org/fhir/R4/bp.html), by the keys of their analytes. */
const PRESSURE_PANEL = '85354-9';
const PRESSURES = { sys: '8480-6', dia: '8462-4' } as const;
type Pressure = keyof typeof PRESSURES;
const isPressure = (key: string): key is Pressure => Object.hasOwn(PRESSURES, key);

/** The general code that a profile of a vital sign wants beside a more exact one (hl7.org/fhir/R4/observation-vitalsigns.html). */
const GENERAL: Readonly<Record<string, string>> = { '59408-5': '2708-6', '8889-8': '8867-4' };

/** The units that those profiles allow (hl7.org/fhir/R4/valueset-ucum-vitals-common.html). */
const VITAL_UNITS: ReadonlySet<string | null> = new Set([
  ...['%', 'cm', '[in_i]', 'kg', 'g', '[lb_av]', 'Cel', '[degF]', 'mm[Hg]', '/min', 'kg/m2', 'm2'],
]);

const loincOf = (code: string) => ({ system: CODE_SYSTEMS.loinc, code });
/** A code that is known, and the general one beside it. */
const codings = (loinc: string | null | undefined) =>
  loinc ? [loinc, GENERAL[loinc]].flatMap((code) => (code === undefined ? [] : [loincOf(code)])) : [];

/** What was measured: LOINC where it is known, our own code, and how it is called. */
export const measuredCode = (
  loinc: string | null | undefined,
  own: { readonly system: string; readonly code: string; readonly display: string } | undefined,
  printed: string,
): Concept => {
  const coding = [...codings(loinc), ...(own === undefined ? [] : [own])];
  return { ...(coding.length === 0 ? {} : { coding }), text: plain(printed) ?? 'not named' };
};

export const analyteCode = (loinc: string | null, analyte: Analyte | undefined, printed: string): Concept => {
  const { key, name } = analyte ?? {};
  const own = key === undefined || name === undefined ? undefined : { code: key, display: name };
  return measuredCode(loinc ?? analyte?.loinc, own && { system: DOCUMENT_SYSTEMS.analyte, ...own }, printed);
};

/** In the unit that is shown; of a vital sign, where its profile does not allow that one, in the analyte's own. */
const quantityIn = (field: MeasuredField, value: number, isVital: boolean): Value['valueQuantity'] => {
  const { ucum, unit, comparator, comparable } = field;
  const compared = comparator === null ? {} : { comparator };
  const isMachines = value === field.value;
  if (isVital && isMachines && comparable && !VITAL_UNITS.has(ucum) && VITAL_UNITS.has(comparable.ucum))
    return { ...quantityOf(comparable.value, comparable.ucum), ...compared };
  const printed = unit === null ? undefined : plain(unit);
  if (ucum === null) return { value, ...compared, ...ifSaid('unit', printed) };
  return { ...quantityOf(value, ucum), ...compared, ...ifSaid('unit', printed) };
};

/** The value, or why there is none: it could not be read, or a person says that there is none. */
const saidValue = (field: MeasuredField, isVital: boolean): Value => {
  const value = valueOf(field);
  if (typeof value === 'number') return { valueQuantity: quantityIn(field, value, isVital) };
  const [unknown, none] = ABSENT_REASONS;
  const reason = conceptOf(CODE_SYSTEMS.absent, isWithdrawn(field) ? none : unknown);
  return { dataAbsentReason: { ...reason, ...ifSaid('text', plain(field.reasons.join(', '))) } };
};

/** What the machine says is preliminary; what a person says of every part of it is final. */
const statusOf = (fields: readonly ReadField[]): Observation['status'] => {
  if (fields.every(isWithdrawn)) return 'entered-in-error';
  return fields.every(({ review }) => review !== undefined) ? 'final' : 'preliminary';
};

type Also = Pick<Observation, 'interpretation' | 'referenceRange' | 'specimen'>;

const headOf = (from: InDocument, at: string, fields: readonly Placed[]) => {
  const { answer, reading } = from;
  const screen = reading.screen;
  const shown = screen === null ? [] : [{ url: DOCUMENT_EXTENSIONS.screen, valueCode: screen.kind }];
  return {
    resourceType: 'Observation' as const,
    ...deviceOf(from),
    extension: [...evidenceOf(fields, reading.type_confidence), ...shown],
    identifier: identifierOf(answer, at),
    status: statusOf(fields.map(({ field }) => field)),
    ...ifSaid('subject', subjectOf(from)),
    issued: issuedOf(answer, fields),
    derivedFrom: [referenceTo(answer, DOCUMENT_AT)] as Observation['derivedFrom'],
  };
};

const DEVICE_ID = 'device';

/** The device that was photographed; what it is is all that is known of it. */
const deviceOf = ({ reading, terms }: InDocument): Pick<Observation, 'contained' | 'device'> => {
  if (reading.screen === null) return {};
  const type = {
    coding: [{ system: DOCUMENT_SYSTEMS.type, code: reading.type }],
    text: terms.title(reading.type),
  };
  return {
    contained: [{ resourceType: 'Device', id: DEVICE_ID, type }],
    device: { reference: `#${DEVICE_ID}` },
  };
};

/** An observation of one field. */
export const observationOf = (
  from: InDocument,
  { code, category, ...one }: Measurement,
  { day, also = {} }: { readonly day?: string | undefined; readonly also?: Also } = {},
): Made<Observation> => ({
  at: one.at,
  resource: {
    ...headOf(from, one.at, [one]),
    category: categoryOf(category),
    code,
    ...effectiveOf(day),
    ...saidValue(one.field, category === 'vital-signs'),
    ...also,
  },
});

const component = (key: Pressure, one: Placed<MeasuredField> | undefined): Component => {
  const code = { coding: [loincOf(PRESSURES[key])] };
  if (one === undefined) return { code, dataAbsentReason: conceptOf(CODE_SYSTEMS.absent, ABSENT_REASONS[0]) };
  return { extension: [confidenceOf(one.field.confidence)], code, ...saidValue(one.field, true) };
};

/** Both pressures as one observation; one that was not seen is said to be absent, since the profile wants both. */
const pressureOf = (from: InDocument, found: Partial<Record<Pressure, Placed<MeasuredField>>>): Made<Observation> => {
  const at = `${from.at}/blood_pressure`;
  const fields = [found.sys, found.dia].flatMap((one) => one ?? []);
  return {
    at,
    resource: {
      ...headOf(from, at, fields),
      category: categoryOf('vital-signs'),
      code: { coding: [loincOf(PRESSURE_PANEL)], text: 'Blood pressure' },
      ...effectiveOf(undefined),
      component: [component('sys', found.sys), component('dia', found.dia)],
    },
  };
};

/** An observation each, but one of both pressures; a pressure that is there twice is one of its own the second time. */
export const observationsOf = (
  from: InDocument,
  measurements: readonly (Measurement & { readonly key: string })[],
): Made<Observation>[] => {
  const pressures = new Map<string, Measurement>();
  for (const one of measurements) if (isPressure(one.key) && !pressures.has(one.key)) pressures.set(one.key, one);
  const panel = pressures.size === 0 ? [] : [pressureOf(from, Object.fromEntries(pressures))];
  const others = measurements.filter((one) => pressures.get(one.key) !== one);
  return [...panel, ...others.map(({ key: _, ...one }) => observationOf(from, one))];
};
