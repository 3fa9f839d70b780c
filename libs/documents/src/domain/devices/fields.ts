import { analyteOf } from '../analytes/analyte-table.ts';
import { inOwnUnit, type ConvertUnits } from '../analytes/lookup.ts';
import { LOW_CONFIDENCE, rounded, statusOf, type FieldReason, type MeasuredField } from '../extract/fields.ts';
import type { Quad } from '../picture/geometry.ts';
import { UNIT_PRINTS } from '../values/units.ts';
import type { Candidate } from './candidates.ts';
import type { DeviceField } from './device.ts';
import type { SeenUnit } from './labels.ts';
import { shownValue, wouldDo, type Shown } from './units.ts';

/** Where a field of a device is, and what else is known of it. */
export interface FieldPlace {
  readonly page: number;
  /** From the picture as it is turned upright to the page as it was sent. */
  readonly toPage: (quad: Quad) => Quad;
  readonly convert: ConvertUnits;
  /** 0-1: that the device is of its kind. A value is right only where it is. */
  readonly kindConfidence: number;
  readonly reasons: readonly FieldReason[];
}

/** What one reader alone saw is given from this on. Ours. */
const SURE_ALONE = 0.75;

const printOf = (ucum: string): string => UNIT_PRINTS.find(([, known]) => known === ucum)?.[0] ?? ucum;

/** A point that one of the readers saw, where the number would do without it as well: nobody can tell which it is. */
const pointReasons = (candidate: Candidate, field: DeviceField, seen: readonly SeenUnit[]): FieldReason[] => {
  const { pointless } = candidate;
  return pointless !== undefined && wouldDo(pointless, { candidate, field, seen }) ? ['ambiguous'] : [];
};

/** Of a point that only one reader saw, the unit may say whether it is there: mg/dL are shown without, mmol/L with one. */
const asUnitSays = (candidate: Candidate, field: DeviceField, seen: readonly SeenUnit[]): Candidate => {
  const { agreed, numeral, pointless } = candidate;
  if (pointless === undefined || agreed.pointless === undefined) return candidate;
  const does = (one: typeof numeral): boolean => wouldDo(one, { candidate, field, seen });
  if (does(numeral) || !does(pointless)) return candidate;
  const alternatives = [{ value: agreed.text, confidence: agreed.confidence }];
  return {
    ...candidate,
    numeral: pointless,
    pointless: undefined,
    agreed: { ...agreed, text: agreed.pointless, pointless: undefined, alternatives },
  };
};

const readingReasons = ({ agreed }: Candidate): FieldReason[] => {
  const { reasons, confidence } = agreed;
  const alone = reasons.includes('single_reader') && confidence < SURE_ALONE;
  return [...reasons, ...(alone ? (['unreadable'] as const) : [])];
};

const comparableOf = ({ value, ucum, analyte: key }: Shown, convert: ConvertUnits): MeasuredField['comparable'] => {
  const analyte = analyteOf(key);
  const own = analyte && ucum !== null ? inOwnUnit(value, ucum, { analyte, convert }) : undefined;
  return analyte === undefined || own === undefined ? null : { value: Number(own.toPrecision(12)), ucum: analyte.ucum };
};

/** A field out of the line that is it, with every reason to doubt it. */
export const deviceField = (
  seen: Candidate,
  field: DeviceField,
  { units, place }: { readonly units: readonly SeenUnit[]; readonly place: FieldPlace },
): MeasuredField => {
  const candidate = asUnitSays(seen, field, units);
  const { agreed, line } = candidate;
  const shown = shownValue(candidate, field, units);
  const confidence = rounded(agreed.confidence * place.kindConfidence);
  const reasons = new Set([
    ...readingReasons(candidate),
    ...pointReasons(candidate, field, units),
    ...shown.reasons,
    ...place.reasons,
    ...(agreed.confidence < LOW_CONFIDENCE ? (['uncertain_characters'] as const) : []),
  ]);
  const status = statusOf([...reasons], agreed.confidence);
  const given = status !== 'refused';
  return {
    value: given ? shown.value : null,
    printed: agreed.text,
    confidence,
    status,
    reasons: [...reasons],
    page: place.page,
    polygon: place.toPage(line.quad),
    alternatives: given
      ? agreed.alternatives
      : [{ value: agreed.text, confidence }, ...agreed.alternatives.filter(({ value }) => value !== agreed.text)],
    unit: shown.ucum === null ? null : printOf(shown.ucum),
    ucum: shown.ucum,
    loinc: analyteOf(shown.analyte)?.loinc ?? null,
    comparator: null,
    comparable: given ? comparableOf(shown, place.convert) : null,
  };
};

/** A field in whose place the device shows something that is no value. */
export const refusedField = ({ agreed, line }: Candidate, place: FieldPlace): MeasuredField => ({
  value: null,
  printed: agreed.text,
  confidence: rounded(agreed.confidence),
  status: 'refused',
  reasons: [...agreed.reasons, ...place.reasons],
  page: place.page,
  polygon: place.toPage(line.quad),
  alternatives: [],
  unit: null,
  ucum: null,
  loinc: null,
  comparator: null,
  comparable: null,
});
