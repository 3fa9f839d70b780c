import { findAnalyte, inOwnUnit, type ConvertUnits, type NamedAnalyte } from '../analytes/lookup.ts';
import type { Analyte, AnalyteGroup } from '../analytes/analyte.ts';
import type { Slice } from '../layout/spans.ts';
import { textOf } from '../layout/spans.ts';
import type { Flag, PrintedNumber, ReferenceRange } from '../values/numbers.ts';
import type { Unit } from '../values/units.ts';
import { fieldOf, type FieldReason, type MeasuredField } from './fields.ts';

/** The pieces of one measurement, as they stand on the page. */
export interface Measurement {
  readonly name: string;
  /** The value and where it stands. */
  readonly number: PrintedNumber | undefined;
  readonly slice: Slice;
  /** Undefined where none is printed, `unknown` where what is printed is none that is known. */
  readonly unit: Unit | 'unknown' | undefined;
  readonly range?: ReferenceRange | undefined;
  readonly flag?: Flag | undefined;
  readonly groups: readonly AnalyteGroup[];
}

/** What a number that stands where a result stands could be, where its point or comma leaves that open. */
const unclear = (slice: Slice): boolean => /^[<>]?\s*\d{1,3},\d{3}$/.test(textOf(slice).trim());

const unitReasons = (unit: Measurement['unit'], analyte: Analyte | undefined): FieldReason[] => {
  if (unit === 'unknown') return ['unit_unknown'];
  // INR, pH and specific gravity have none.
  return unit === undefined && analyte !== undefined && !/^[{[]/.test(analyte.ucum) ? ['unit_missing'] : [];
};

const nameReasons = (named: NamedAnalyte): FieldReason[] => {
  if (named.kind === 'found') return named.match === 'near' ? ['name_inexact'] : [];
  return ['analyte_unknown'];
};

const flagDisagrees = ({ number, range, flag }: Measurement): boolean => {
  if (number === undefined || range === undefined || number.comparator !== undefined) return false;
  const { low, high } = range;
  if (flag === 'high' || flag === 'critical_high') return high !== undefined && number.value <= high;
  if (flag === 'low' || flag === 'critical_low') return low !== undefined && number.value >= low;
  return false;
};

/** A point that was lost or made up shows beside a range that has one. */
const decimalsDiffer = ({ number, range }: Measurement): boolean =>
  number !== undefined && range !== undefined && range.decimals > 0 && number.decimals === 0;

const valueReasons = (measurement: Measurement, comparable: number | undefined, analyte: Analyte | undefined) => {
  const reasons: FieldReason[] = [];
  if (analyte !== undefined && comparable !== undefined) {
    const [low, high] = analyte.plausible;
    if (comparable < low || comparable > high) reasons.push('implausible');
  }
  if (decimalsDiffer(measurement)) reasons.push('decimals_differ');
  if (flagDisagrees(measurement)) reasons.push('flag_disagrees');
  return reasons;
};

interface Placed {
  readonly named: NamedAnalyte;
  readonly analyte: Analyte | undefined;
  readonly ucum: string | undefined;
  /** In the analyte's own unit. */
  readonly comparable: number | undefined;
}

/** Which analyte it is, and what the value is in the analyte's own unit. */
const placed = (measurement: Measurement, convert: ConvertUnits): Placed => {
  const { name, groups, number, unit } = measurement;
  const ucum = unit === undefined || unit === 'unknown' ? undefined : unit.ucum;
  const named = findAnalyte(name, { groups, ucum, convert });
  if (named.kind !== 'found') return { named, analyte: undefined, ucum, comparable: undefined };
  const { analyte } = named;
  const comparable = number && inOwnUnit(number.value, ucum ?? analyte.ucum, { analyte, convert });
  return { named, analyte, ucum, comparable };
};

const reasonsOf = (measurement: Measurement, { named, analyte, comparable }: Placed): FieldReason[] => {
  const { number, slice, unit } = measurement;
  const unfit = analyte !== undefined && number !== undefined && comparable === undefined;
  return [
    ...nameReasons(named),
    ...unitReasons(unit, analyte),
    ...(unfit ? (['unit_unfit'] as const) : []),
    ...(number === undefined && unclear(slice) ? (['ambiguous'] as const) : []),
    ...valueReasons(measurement, comparable, analyte),
  ];
};

const comparableOf = ({ analyte, comparable }: Placed): MeasuredField['comparable'] =>
  analyte === undefined || comparable === undefined
    ? null
    : { value: Number(comparable.toPrecision(12)), ucum: analyte.ucum };

const printedUnit = (unit: Measurement['unit']): string | null =>
  unit === undefined || unit === 'unknown' ? null : unit.printed;

/** A measured value with its codes, and every reason to doubt it. */
export const measuredField = (
  measurement: Measurement,
  convert: ConvertUnits,
): { readonly field: MeasuredField; readonly analyte: Analyte | undefined } => {
  const { number, slice, unit } = measurement;
  const place = placed(measurement, convert);
  const field = fieldOf({ slice, value: number?.value, reasons: reasonsOf(measurement, place) });
  const given = field.value !== null;
  return {
    analyte: place.analyte,
    field: {
      ...field,
      unit: printedUnit(unit),
      ucum: place.ucum ?? null,
      loinc: place.analyte?.loinc ?? null,
      comparator: given ? (number?.comparator ?? null) : null,
      comparable: given ? comparableOf(place) : null,
    },
  };
};
