import { findAnalyte, spelled, type ConvertUnits } from '../analytes/lookup.ts';
import type { AnalyteGroup } from '../analytes/analyte.ts';
import { KINDS } from '../kinds/kinds.ts';
import { LAB_GROUPS } from '../kinds/reading-rules.ts';
import type { Row } from '../layout/rows.ts';
import { textOf, trimmed, wholeOf, wordsOf, type Slice } from '../layout/spans.ts';
import { tableRows, type TableRow } from '../layout/table.ts';
import { readFlag, readNumber, readRange, type Flag, type ReferenceRange } from '../values/numbers.ts';
import { readUnit, type Unit } from '../values/units.ts';
import type { MeasuredField } from './fields.ts';
import { measuredField, type Measurement } from './measured.ts';

/** A row of a lab report. */
export interface LabResult {
  /** As printed; of letters that print alike, those that a known name is spelled with. */
  readonly name: string;
  /** Key of the analyte; null where it isn't known. */
  readonly analyte: string | null;
  readonly result: MeasuredField;
  readonly reference: { readonly printed: string; readonly range: ReferenceRange | null } | null;
  readonly flag: Flag | null;
}

type LabColumn = keyof typeof KINDS.lab_report.columns;
type Cells = TableRow<LabColumn>['cells'];

const textOfAll = (slices: readonly Slice[] = []): string => slices.map((slice) => textOf(trimmed(slice))).join(' ');

/** A value with what may stand beside it in its cell: `132 H`, `132 mg/dL`, `H 132`. */
interface ValueCell {
  readonly slice: Slice;
  readonly flag: Flag | undefined;
  /** What else there is. */
  readonly rest: string;
}

/** `<` and `>` belong to the number behind them, also where a space is between. */
const isComparator = (text: string): boolean => /^(?:[<>]=?|[≤≥])$/.test(text);

const valueIn = (slices: readonly Slice[] = []): ValueCell | undefined => {
  const words = slices.flatMap((slice) => wordsOf(slice));
  const at = words.findIndex((word) => /^[<>≤≥]?=?[+-]?\d/.test(textOf(word)));
  if (at < 0) return undefined;
  const before = words[at - 1];
  const number = words[at]!;
  const joined = before !== undefined && before.span === number.span && isComparator(textOf(before));
  const slice = withoutFlag({ span: number.span, from: joined ? before.from : number.from, to: number.to });
  const others = words.filter((_, i) => i !== at && !(joined && i === at - 1));
  const attached = textOf({ span: number.span, from: slice.to, to: number.to });
  const flags = [...others.map(textOf), attached].flatMap((text) => readFlag(text) ?? []);
  const rest = others.filter((word) => readFlag(textOf(word)) === undefined).map(textOf);
  return { slice, flag: flags[0], rest: rest.join(' ') };
};

/** A flag that is printed right behind the digits: `132H`, `132*`. */
const withoutFlag = ({ span, from, to }: Slice): Slice => {
  const flag = /(?<=\d)[HL*]+$/.exec(textOf({ span, from, to }))?.[0] ?? '';
  return { span, from, to: to - flag.length };
};

const unitIn = (text: string): Unit | 'unknown' | undefined => {
  const plain = text.trim().replace(/^[([]|[)\]]$/g, '');
  return plain === '' ? undefined : (readUnit(plain) ?? 'unknown');
};

/** A reference range may have the unit behind it, where the table has no column for units. */
const unitBehindRange = (reference: string): Unit | undefined => {
  const behind = /[\d)\]]\s+([^\d\s()[\]-]\S*)$/.exec(reference)?.[1];
  return behind === undefined ? undefined : readUnit(behind);
};

const unitOf = (cells: Cells, rest: string, reference: string): Unit | 'unknown' | undefined =>
  unitIn(textOfAll(cells.unit)) ?? readUnit(rest) ?? unitBehindRange(reference);

/** Bullets, leader dots and marks of footnotes are no part of a name. */
const nameIn = (slices: readonly Slice[] | undefined): string =>
  textOfAll(slices)
    .replace(/^[•*·-]+\s*|[\s.…:*]+$/g, '')
    .trim();

/** A line of text with a number in it is no result: a known name, a range or a unit says that it is one. */
const isResult = ({ range, unit }: Measurement, known: boolean): boolean =>
  known || range !== undefined || (unit !== undefined && unit !== 'unknown');

const printedRange = (printed: string): LabResult['reference'] =>
  printed === '' ? null : { printed, range: readRange(printed) ?? null };

const resultOf = (cells: Cells, groups: readonly AnalyteGroup[], convert: ConvertUnits): LabResult | undefined => {
  const name = nameIn(cells.name);
  const value = valueIn(cells.value);
  if (!/\p{L}/u.test(name) || value === undefined) return undefined;
  const reference = textOfAll(cells.reference);
  const measurement: Measurement = {
    name,
    number: readNumber(textOf(value.slice)),
    slice: value.slice,
    unit: unitOf(cells, value.rest, reference),
    range: readRange(reference),
    flag: value.flag ?? readFlag(textOfAll(cells.flag)),
    groups,
  };
  const { field, analyte } = measuredField(measurement, convert);
  if (!isResult(measurement, analyte !== undefined)) return undefined;
  return {
    name: analyte === undefined ? name : spelled(name, analyte),
    analyte: analyte?.key ?? null,
    result: field,
    reference: printedRange(reference),
    flag: measurement.flag ?? null,
  };
};

/** A row that a table without heads may have: a known name, then the value, then the rest. */
const cellsWithoutHeads = ({ spans }: Row, convert: ConvertUnits): Cells | undefined => {
  const words = spans.flatMap((span) => wordsOf(wholeOf(span)));
  const isNumber = (word: Slice): boolean => readNumber(textOf(word).replace(/[HL*]+$/, '')) !== undefined;
  for (let at = 1; at < words.length; at++) {
    if (!isNumber(words[at]!)) continue;
    const name = words.slice(0, at).filter((word) => !isComparator(textOf(word)));
    const lookup = { groups: [...LAB_GROUPS, 'urine'] as const, ucum: undefined, convert };
    if (findAnalyte(nameIn(name), lookup).kind === 'unknown') continue;
    const rest = words.slice(at + 1);
    const isRange = (i: number): boolean => readRange(textOfAll(rest.slice(i))) !== undefined;
    const from = rest.findIndex((_, i) => isRange(i));
    const [middle, reference] = from < 0 ? [rest, []] : [rest.slice(0, from), rest.slice(from)];
    const flags = middle.filter((word) => readFlag(textOf(word)) !== undefined);
    return { name, value: [words[at]!], unit: middle.filter((word) => !flags.includes(word)), flag: flags, reference };
  }
  return undefined;
};

const headlessRows = (rows: readonly Row[], convert: ConvertUnits): TableRow<LabColumn>[] =>
  rows.flatMap((row) => {
    const cells = cellsWithoutHeads(row, convert);
    return cells === undefined ? [] : [{ row, cells }];
  });

const isUrine = (heading: string): boolean => /\burin/i.test(heading);
const otherSpecimen = (heading: string): boolean =>
  /\b(?:csf|cerebrospinal|stool|saliva|sputum|fluid|semen)\b/i.test(heading);

/** Below a heading that names a specimen, a name means what it means there. */
const groupsBelow = (heading: string): readonly AnalyteGroup[] => {
  if (isUrine(heading)) return ['urine'];
  return otherSpecimen(heading) ? [] : [...LAB_GROUPS, 'urine'];
};

/** A row of a table that names nothing but what follows. */
const headingOf = ({ cells }: TableRow<LabColumn>): string | undefined =>
  cells.value === undefined && cells.unit === undefined && cells.reference === undefined
    ? textOfAll(cells.name)
    : undefined;

/**
 * The results of a lab report, from the top. A row needs a name and a number, and something that says that it is one: a
 * known analyte, a unit or a range.
 *
 * @param specimen as the document says, where it does: blood where it doesn't
 */
export const labResults = (rows: readonly Row[], specimen: string, convert: ConvertUnits): LabResult[] => {
  const table = tableRows<LabColumn>(rows, { columns: KINDS.lab_report.columns, first: 'name' });
  let heading = specimen;
  return (table.length > 0 ? table : headlessRows(rows, convert)).flatMap((row) => {
    const below = headingOf(row);
    if (below !== undefined && below !== '') heading = below;
    const result = resultOf(row.cells, groupsBelow(heading), convert);
    return result === undefined ? [] : [result];
  });
};
