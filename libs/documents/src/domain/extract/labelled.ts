import type { PaperType } from '@smartscan/kernel';
import type { LabelledField, ValueKind } from '../kinds/kind.ts';
import { KINDS, type FieldName } from '../kinds/kinds.ts';
import { OTHER_LABELS } from '../kinds/reading-rules.ts';
import { labelsOf, placesOf, type Labelled } from '../layout/labels.ts';
import type { Row } from '../layout/rows.ts';
import { textOf, type Slice } from '../layout/spans.ts';
import { readDate, type DateOrder } from '../values/dates.ts';
import { readCode, readIdentifier, readMoney, readName } from '../values/words.ts';
import { fieldOf, type Field, type Reading } from './fields.ts';

/** What the caller knows of the document. */
export interface ReadingHints {
  readonly dateOrder?: DateOrder | undefined;
}

const readDay = (slice: Slice, order: DateOrder | undefined): Reading<string> | undefined => {
  const date = readDate(textOf(slice), order);
  if (date === undefined) return undefined;
  if (date.kind === 'date') return { slice, value: date.value };
  const alternatives = date.values.map((value) => ({ value, confidence: 0.5 }));
  return { slice, value: date.values[0], reasons: ['ambiguous'], alternatives };
};

const plainReaders: Readonly<Record<Exclude<ValueKind, 'date'>, (text: string) => string | undefined>> = {
  name: (text) => readName(text.replace(/,?\s*(?:M\.?D\.?|D\.?O\.?|N\.?P\.?|P\.?A\.?|MBBS)\.?$/, '')),
  identifier: readIdentifier,
  code: readCode,
  money: (text) => readMoney(text)?.amount,
  text: (text) => (/[\p{L}\p{N}]{2}/u.test(text) ? text : undefined),
};

const readAs = (kind: ValueKind, slice: Slice, hints: ReadingHints): Reading<string> | undefined => {
  if (kind === 'date') return readDay(slice, hints.dateOrder);
  const value = plainReaders[kind](textOf(slice));
  return value === undefined ? undefined : { slice, value };
};

interface Candidate {
  readonly label: Labelled<string>;
  readonly reading: Reading<string>;
}

/** A label that is marked goes before one that may be a word of a sentence, then the longer one. */
const better = (a: Candidate, b: Candidate): number =>
  Number(b.label.marked) - Number(a.label.marked) || b.label.length - a.label.length;

const chosen = (candidates: readonly Candidate[]): Field | undefined => {
  const [best, ...others] = [...candidates].sort(better);
  if (best === undefined) return undefined;
  const rivals = others.filter((other) => better(best, other) === 0 && other.reading.value !== best.reading.value);
  if (rivals.length === 0) return fieldOf(best.reading);
  return fieldOf({
    ...best.reading,
    reasons: [...(best.reading.reasons ?? []), 'conflicting'],
    alternatives: rivals.map(({ reading }) => ({ value: reading.value ?? '', confidence: 0.5 })),
  });
};

/** The fields of a kind that stand beside or below their labels; those that are not there are left out. */
export const labelledFields = <K extends PaperType>(
  kind: K,
  rows: readonly Row[],
  hints: ReadingHints,
): Partial<Record<FieldName<K>, Field>> => {
  const fields: Readonly<Record<string, LabelledField>> = KINDS[kind].fields;
  const table = Object.fromEntries(Object.entries(fields).map(([name, { labels }]) => [name, labels]));
  const labels = labelsOf(rows, { ...table, '': OTHER_LABELS });
  const found = Object.entries(fields).flatMap(([name, { value }]) => {
    const candidates = labels
      .filter((label) => label.name === name)
      .flatMap((label) => {
        const readings = placesOf(label, rows, labels).map((place) => readAs(value, place, hints));
        const reading = readings.find((one) => one !== undefined);
        return reading === undefined ? [] : [{ label, reading }];
      });
    const field = chosen(candidates);
    return field === undefined ? [] : [[name, field] as const];
  });
  return Object.fromEntries(found) as Partial<Record<FieldName<K>, Field>>;
};
