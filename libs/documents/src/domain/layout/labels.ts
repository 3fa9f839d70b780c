import { trimmed, wholeOf, type Slice, type Span } from './spans.ts';
import type { Row } from './rows.ts';

/** A label that is printed, and what stands behind it in the same span. */
export interface Labelled<Name extends string> {
  readonly name: Name;
  readonly span: Span;
  readonly row: number;
  /** Of the characters after it, up to the next label. */
  readonly behind: Slice;
  /** It is followed by a colon, a number sign, or nothing: it can't be a word of a sentence. */
  readonly marked: boolean;
  /** How much of the label there is: a longer one is more exact. */
  readonly length: number;
}

/** Letters that print alike become one, and case doesn't count. As long as the text. */
export const alike = (text: string): string =>
  text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[i1|]/g, 'l')
    .replace(/0/g, 'o');

/** What is left of a text where neither case nor spaces nor marks count, and letters that print alike are one. */
export const folded = (text: string): string => alike(text.toLowerCase().replace(/[^\p{Letter}\p{Number}#%/+]/gu, ''));

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{Letter}\p{Number}]/u.test(character);

/** The end of a label that stands at a place of a text, or -1. */
const endOfLabel = (text: string, start: number, label: string): number => {
  let matched = '';
  for (let at = start; at < text.length; at++) {
    matched += folded(text[at]!);
    if (matched.length > label.length || !label.startsWith(matched)) return -1;
    if (matched === label && folded(text[at]!) !== '') return isWordCharacter(text[at + 1]) ? -1 : at + 1;
  }
  return -1;
};

interface Occurrence<Name extends string> {
  readonly name: Name;
  readonly start: number;
  readonly end: number;
  readonly marked: boolean;
}

/** Field names with the labels that stand for them. */
export type LabelTable<Name extends string> = Readonly<Record<Name, readonly string[]>>;

const SEPARATOR = /[\s|;,/(]/;

/** What follows says that it is a label; at the beginning, that nothing follows says so, too. */
const isMarked = (text: string, start: number, end: number): boolean =>
  /^\s*[:#]/.test(text.slice(end)) || text[start] === '#' || (start === 0 && /^\s*\.?\s*$/.test(text.slice(end)));

/** A label begins with the text, behind a separator, or with a number sign. */
const canBegin = (text: string, at: number): boolean => {
  if (text[at] === '#') return true;
  return isWordCharacter(text[at]) && (at === 0 || SEPARATOR.test(text[at - 1]!));
};

/** The longest label that stands at a place. */
const labelAt = <Name extends string>(text: string, start: number, table: readonly (readonly [Name, string])[]) => {
  let best: Occurrence<Name> | undefined;
  for (const [name, label] of table) {
    const end = endOfLabel(text, start, label);
    if (end <= (best?.end ?? -1)) continue;
    const marked = isMarked(text, start, end);
    if (marked || start === 0) best = { name, start, end, marked };
  }
  return best;
};

/** Labels of a text from left to right. */
const occurrences = <Name extends string>(text: string, table: readonly (readonly [Name, string])[]) => {
  const found: Occurrence<Name>[] = [];
  for (let start = 0; start < text.length; start++) {
    const label = canBegin(text, start) ? labelAt(text, start, table) : undefined;
    if (label === undefined) continue;
    found.push(label);
    start = label.end - 1;
  }
  return found;
};

const afterMarks = (span: Span, from: number, to: number): Slice => {
  let start = from;
  while (start < to && /[\s:#.=_-]/.test(span.text[start]!)) start++;
  return trimmed({ span, from: start, to });
};

/** Every label of a table that stands on the page. */
export const labelsOf = <Name extends string>(rows: readonly Row[], labels: LabelTable<Name>): Labelled<Name>[] => {
  const table = (Object.entries(labels) as [Name, readonly string[]][]).flatMap(([name, all]) =>
    all.map((label) => [name, folded(label)] as const),
  );
  return rows.flatMap(({ spans }, row) =>
    spans.flatMap((span) => {
      const found = occurrences(span.text, table);
      return found.map(({ name, start, end, marked }, i) => ({
        name,
        span,
        row,
        behind: afterMarks(span, end, found[i + 1]?.start ?? span.text.length),
        marked,
        length: end - start,
      }));
    }),
  );
};

/** How far to the right of a label, in its heights, and how many heights below, what it labels can stand. Ours. */
const REACH_RIGHT = 14;
const REACH_BELOW = 2.6;

const toTheRight = <Name extends string>({ span, row }: Labelled<Name>, rows: readonly Row[]): Span | undefined =>
  rows[row]!.spans.find(({ left }) => left > span.left && left - span.right < REACH_RIGHT * span.height);

const below = <Name extends string>({ span, row }: Labelled<Name>, rows: readonly Row[]): Span | undefined =>
  rows
    .slice(row + 1, row + 3)
    .flatMap(({ spans }) => spans)
    .find(
      ({ left, right, y, height }) =>
        y - span.y < REACH_BELOW * Math.max(height, span.height) && left < span.right && right > span.left,
    );

/**
 * Where the value of a label may stand: behind it, else in the next cell of its row, else below it. What begins with a
 * label itself is no value.
 */
export const placesOf = <Name extends string>(
  label: Labelled<Name>,
  rows: readonly Row[],
  labels: readonly Labelled<Name>[],
): Slice[] => {
  if (label.behind.to > label.behind.from) return [label.behind];
  const isLabel = (span: Span): boolean => labels.some((other) => other.span === span);
  return [toTheRight(label, rows), below(label, rows)].flatMap((span) =>
    span === undefined || isLabel(span) ? [] : [trimmed(wholeOf(span))],
  );
};
