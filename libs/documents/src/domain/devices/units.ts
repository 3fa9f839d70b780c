import type { FieldReason } from '../extract/fields.ts';
import type { Candidate } from './candidates.ts';
import type { DeviceField, ShownUnit } from './device.ts';
import { affinity, type SeenUnit } from './labels.ts';
import { stonesOf, type Numeral } from './numerals.ts';

/** A value in a unit of its field. */
export interface Shown {
  readonly value: number;
  readonly ucum: string | null;
  readonly analyte: string | null;
  readonly reasons: readonly FieldReason[];
}

/** The only unit in which a display shows two numbers for one value. */
const STONES = '[stone_av]';

/** What a numeral is in a unit; undefined where it is none. */
const valueIn = (numeral: Numeral, ucum: string): number | undefined => {
  if (numeral.kind === 'number') return numeral.value;
  return numeral.kind === 'pair' && ucum === STONES ? stonesOf(numeral.first, numeral.second) : undefined;
};

const fits = (numeral: Numeral, ucum: string, { range: [least, most], decimals }: ShownUnit): boolean => {
  const value = valueIn(numeral, ucum);
  if (value === undefined || value < least || value > most) return false;
  return numeral.kind !== 'number' || decimals.includes(numeral.decimals);
};

/** Whether devices show such a number for the field, in any unit. */
export const canBe = (numeral: Numeral, field: DeviceField): boolean =>
  Object.entries(field.units).some(([ucum, unit]) => fits(numeral, ucum, unit));

/** What a line shows for a field: the number with a point that one reader alone saw, or the one without, where only that can be. */
export const numeralFor = ({ numeral, pointless }: Candidate, field: DeviceField): Numeral =>
  pointless !== undefined && !canBe(numeral, field) && canBe(pointless, field) ? pointless : numeral;

/** Whether a line can be the value of a field. */
export const mayShow = (candidate: Candidate, field: DeviceField): boolean =>
  canBe(numeralFor(candidate, field), field);

/** A unit nearer than another by this much of the reach of a label is the number's. Ours. */
const CLEARLY = 0.15;

/** The unit that is printed for a number: the only one of its field that is seen, else the one that is clearly nearest. */
const printedUnit = (field: DeviceField, { box }: Candidate, seen: readonly SeenUnit[]): string | undefined => {
  const own = seen.filter(({ ucum }) => ucum in field.units);
  const nearest = new Map<string, number>();
  for (const { ucum, box: place } of own) {
    nearest.set(ucum, Math.max(nearest.get(ucum) ?? 0, affinity(place, box)));
  }
  const [first, second] = [...nearest].sort(([, a], [, b]) => b - a);
  if (first === undefined || second === undefined) return first?.[0];
  return first[1] - second[1] > CLEARLY ? first[0] : undefined;
};

/** Whether another reading of a number would do as well, in the unit that is printed with it or in any. */
export const wouldDo = (
  numeral: Numeral,
  {
    candidate,
    field,
    seen,
  }: { readonly candidate: Candidate; readonly field: DeviceField; readonly seen: readonly SeenUnit[] },
): boolean => {
  const printed = printedUnit(field, candidate, seen);
  return printed === undefined ? canBe(numeral, field) : fits(numeral, printed, field.units[printed]!);
};

const inUnit = (candidate: Candidate, field: DeviceField, ucum: string): Shown => {
  const { numeral } = candidate;
  const unit = field.units[ucum]!;
  const reasons: readonly FieldReason[] = fits(numeral, ucum, unit) ? [] : ['implausible'];
  return { value: valueIn(numeral, ucum) ?? NaN, ucum, analyte: unit.analyte, reasons };
};

const WITHOUT_UNIT: Readonly<Record<ShownUnit['unseen'], readonly FieldReason[]>> = {
  taken: [],
  said: ['unit_assumed'],
  refused: ['unit_missing', 'ambiguous'],
};

/**
 * A number in the unit that is printed with it, or, where none is, in the only one in which such devices show such a number.
 * Where two fit, no unit is given.
 */
export const shownValue = (candidate: Candidate, field: DeviceField, seen: readonly SeenUnit[]): Shown => {
  const { numeral } = candidate;
  const printed = printedUnit(field, candidate, seen);
  if (printed !== undefined) return inUnit(candidate, field, printed);
  const fitting = Object.entries(field.units).filter(([ucum, unit]) => fits(numeral, ucum, unit));
  const [first, second] = fitting;
  if (first === undefined) {
    const [ucum = ''] = Object.keys(field.units);
    return { ...inUnit(candidate, field, ucum), ucum: null };
  }
  const [ucum, unit] = first;
  const value = valueIn(numeral, ucum)!;
  return second === undefined
    ? { value, ucum, analyte: unit.analyte, reasons: WITHOUT_UNIT[unit.unseen] }
    : { value, ucum: null, analyte: unit.analyte, reasons: ['unit_missing'] };
};
