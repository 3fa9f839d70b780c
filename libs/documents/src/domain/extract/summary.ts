import { ANALYTES } from '../analytes/analyte-table.ts';
import type { ConvertUnits } from '../analytes/lookup.ts';
import { KINDS } from '../kinds/kinds.ts';
import { alike, folded } from '../layout/labels.ts';
import type { Row } from '../layout/rows.ts';
import { trimmed, wholeOf, type Slice, type Span } from '../layout/spans.ts';
import { readNumber } from '../values/numbers.ts';
import { readUnit } from '../values/units.ts';
import { readDiagnosis, type PrintedCode } from '../values/words.ts';
import { fieldOf, type Field, type MeasuredField } from './fields.ts';
import { measuredField } from './measured.ts';

export interface Diagnosis {
  readonly diagnosis: Field;
  /** The code that is printed beside it. */
  readonly icd10: Field | null;
}

export interface VitalSign {
  readonly analyte: string;
  readonly result: MeasuredField;
}

type SectionName = keyof typeof KINDS.discharge_summary.sections;

/** The lines of each part of a document. What stands behind a heading in its own line belongs to it. */
export type Sections = Readonly<Record<SectionName, readonly Row[]>>;

const HEADINGS = (
  Object.entries(KINDS.discharge_summary.sections) as [SectionName, { readonly headings: readonly string[] }][]
).flatMap(([name, { headings }]) => headings.map((heading) => [folded(heading), name] as const));

/** The section that a span is the heading of, and how many of its characters that takes. */
const headingIn = ({ text }: Span): { readonly name: SectionName; readonly length: number } | undefined => {
  const colon = text.indexOf(':');
  const length = colon < 0 ? text.length : colon + 1;
  const printed = folded(text.slice(0, length));
  const known = HEADINGS.find(([heading]) => heading === printed);
  return known === undefined ? undefined : { name: known[1], length };
};

const without = (span: Span, count: number): Span => ({
  ...span,
  text: span.text.slice(count),
  characters: span.characters.slice(count),
});

export const sectionsOf = (rows: readonly Row[]): Sections => {
  const sections: Record<SectionName, Row[]> = {
    diagnoses: [],
    vital_signs: [],
    medications: [],
    follow_up: [],
    other: [],
  };
  let current: SectionName | undefined;
  for (const row of rows) {
    const [first, ...others] = row.spans;
    const heading = first === undefined ? undefined : headingIn(first);
    if (heading !== undefined) current = heading.name;
    if (current === undefined || first === undefined) continue;
    const behind = heading === undefined ? first : without(first, heading.length);
    const spans = behind.text.trim() === '' ? others : [behind, ...others];
    if (spans.length > 0) sections[current].push({ ...row, spans });
  }
  return sections;
};

const linesOf = (rows: readonly Row[]): Slice[] =>
  rows.flatMap(({ spans }) => spans.map((span) => trimmed(wholeOf(span))));

const codeField = ({ span, from }: Slice, printed: PrintedCode | undefined): Field | null => {
  if (printed === undefined) return null;
  const { code, at, isMisread } = printed;
  const slice = { span, from: from + at, to: from + at + code.length };
  return fieldOf({ slice, value: code, reasons: isMisread ? ['uncertain_characters'] : [] });
};

export const diagnosesIn = (rows: readonly Row[]): Diagnosis[] =>
  linesOf(rows).flatMap((slice) => {
    const { span, from, to } = slice;
    const found = readDiagnosis(span.text.slice(from, to));
    if (found === undefined) return [];
    return [{ diagnosis: fieldOf({ slice, value: found.name }), icd10: codeField(slice, found.icd10) }];
  });

export const textLines = (rows: readonly Row[]): Field[] =>
  linesOf(rows).map((slice) => fieldOf({ slice, value: slice.span.text.slice(slice.from, slice.to) }));

/** A value behind the name of a vital sign: `HR 105 bpm`, `Temp: 36.4 °C`, `SpO2 99 %`. */
const NUMBER_AND_UNIT = /^[\s:=-]*(\d+(?:[.,]\d+)?)\s*([%°º]?\s?[A-Za-z/]*)/;
const PRESSURE = /^[\s:=-]*(\d{2,3})\s?\/\s?(\d{2,3})\s*(mm\s?Hg|kPa)?/i;
const PRESSURE_NAMES = ['blood pressure', 'bp'];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s?');

const VITAL_NAMES = ANALYTES.filter(({ group }) => group === 'vital')
  .flatMap(({ name, aliases }) => [name, ...aliases].map((alias) => [alias, name] as const))
  .filter(([alias]) => alias.length > 1)
  .sort(([a], [b]) => b.length - a.length);

interface Place {
  readonly span: Span;
  /** Where in the span's text what follows the name begins. */
  readonly from: number;
}

const sliceOf = ({ span, from }: Place, matched: string, value: string): Slice => {
  const start = from + matched.indexOf(value);
  return { span, from: start, to: start + value.length };
};

const pressureAt = (place: Place, convert: ConvertUnits): VitalSign[] => {
  const match = PRESSURE.exec(place.span.text.slice(place.from));
  if (match === null) return [];
  const at = place.from + match[0].indexOf(match[1]!);
  const slash = place.span.text.indexOf('/', at);
  const second = place.span.text.indexOf(match[2]!, slash);
  const unit = match[3] === undefined ? undefined : readUnit(match[3]);
  const parts = [
    ['Systolic blood pressure', at, match[1]!],
    ['Diastolic blood pressure', second, match[2]!],
  ] as const;
  return parts.flatMap(([name, from, text]) => {
    const slice = { span: place.span, from, to: from + text.length };
    const { field, analyte } = measuredField(
      { name, number: readNumber(text), slice, unit, groups: ['vital'] },
      convert,
    );
    return analyte === undefined ? [] : [{ analyte: analyte.key, result: field }];
  });
};

const signAt = (name: string, place: Place, convert: ConvertUnits): VitalSign[] => {
  const match = NUMBER_AND_UNIT.exec(place.span.text.slice(place.from));
  if (match === null) return [];
  const slice = sliceOf(place, match[0], match[1]!);
  const unit = match[2]!.trim() === '' ? undefined : (readUnit(match[2]!) ?? 'unknown');
  const { field, analyte } = measuredField(
    { name, number: readNumber(match[1]!), slice, unit, groups: ['vital'] },
    convert,
  );
  return analyte === undefined ? [] : [{ analyte: analyte.key, result: field }];
};

/** Where a name stands as a word of its own; -1 where it doesn't. */
const endOfName = (text: string, name: string): number => {
  const match = new RegExp(`(?:^|[^A-Za-z0-9])${escaped(alike(name))}(?![A-Za-z0-9])`).exec(alike(text));
  return match === null ? -1 : match.index + match[0].length;
};

/** Vital signs in lines of text; of a sign that is named twice, the first. */
export const vitalSigns = (rows: readonly Row[], convert: ConvertUnits): VitalSign[] => {
  const found: VitalSign[] = [];
  for (const span of rows.flatMap(({ spans }) => spans)) {
    for (const alias of PRESSURE_NAMES) {
      const from = endOfName(span.text, alias);
      if (from >= 0) found.push(...pressureAt({ span, from }, convert));
    }
    for (const [alias, name] of VITAL_NAMES) {
      const from = endOfName(span.text, alias);
      if (from >= 0) found.push(...signAt(name, { span, from }, convert));
    }
  }
  return found.filter(({ analyte }, at) => found.findIndex((other) => other.analyte === analyte) === at);
};
