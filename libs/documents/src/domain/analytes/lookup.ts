import { alike } from '../layout/labels.ts';
import { ANALYTES } from './analyte-table.ts';
import type { Analyte, AnalyteGroup } from './analyte.ts';

/** Converts between units of one kind; undefined where they are not. */
export type ConvertUnits = (value: number, fromUcum: string, toUcum: string) => number | undefined;

/** The name stands in the table, or does but for letters that print alike (HbAlc), or for a misread letter. */
export type Match = 'exact' | 'alike' | 'near';

/** What a name may mean. */
export type NamedAnalyte =
  | { readonly kind: 'found'; readonly analyte: Analyte; readonly match: Match }
  | { readonly kind: 'unknown' }
  /** Two or more fit alike. */
  | { readonly kind: 'ambiguous'; readonly analytes: readonly Analyte[] };

/** Words that say nothing of what is measured. */
const EMPTY_WORDS = new Set([
  'count',
  'serum',
  'plasma',
  'level',
  'levels',
  'test',
  'blood',
  's',
  'value',
  'the',
  'of',
]);

const words = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKC')
    .split(/[^\p{L}\p{N}%#+]+/u)
    .filter((word) => word !== '');

/** Without order, empty words and British vowels: `Bilirubin, Total` and `total bilirubin` are one. */
export const nameKey = (text: string): string => {
  const all = words(text).map((word) => word.replace(/haem/g, 'hem').replace(/leuco/g, 'leuko'));
  const telling = all.filter((word) => !EMPTY_WORDS.has(word));
  return (telling.length === 0 ? all : telling).sort().join(' ');
};

const TABLE: readonly (readonly [string, Analyte])[] = ANALYTES.flatMap((analyte) =>
  [...new Set([analyte.name, ...analyte.aliases].map(nameKey))].map((key) => [key, analyte] as const),
);

/** Edits between two words: insertions, losses, changes, and swaps of neighbours (Damerau 1964, adjacent form). */
export const edits = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(change, next[j - 1]! + 1, last[j]! + 1, swap));
    }
    [before, last] = [last, next];
  }
  return last[b.length]!;
};

/** A name this short has neighbours a letter away (ALT and ALP, T3 and T4): it is known exactly or not at all. */
const SHORTEST_FUZZY = 6;
/** One misread letter in this many. Ours. */
const LETTERS_PER_EDIT = 6;

const digitsOf = (text: string): string => text.replace(/\D/g, '');

const byLikeness = (key: string): readonly (readonly [number, Analyte])[] =>
  key.length < SHORTEST_FUZZY
    ? []
    : TABLE.filter(([known]) => known.length >= SHORTEST_FUZZY && digitsOf(known) === digitsOf(key))
        .map(([known, analyte]) => [edits(key, known), analyte] as const)
        .filter(([distance]) => distance <= Math.floor(key.length / LETTERS_PER_EDIT))
        .sort(([a], [b]) => a - b);

const candidates = (key: string): { readonly analytes: readonly Analyte[]; readonly match: Match } => {
  const among = (same: (known: string) => boolean): Analyte[] =>
    TABLE.filter(([known]) => same(known)).map(([, analyte]) => analyte);
  const exact = among((known) => known === key);
  if (exact.length > 0) return { analytes: exact, match: 'exact' };
  const printed = alike(key);
  const similar = among((known) => alike(known) === printed);
  if (similar.length > 0) return { analytes: similar, match: 'alike' };
  const near = byLikeness(key);
  const [best] = near;
  // As near, or only a letter further: which of them it is, nobody can tell.
  const close = near.filter(([distance]) => distance <= (best?.[0] ?? 0) + 1).map(([, analyte]) => analyte);
  return { analytes: close, match: 'near' };
};

/** How the table spells a name that was read with letters that print alike: HbA1c for HbAlc. */
export const spelled = (name: string, { name: own, aliases }: Analyte): string => {
  const known = [own, ...aliases].filter((alias) => alike(alias) === alike(name));
  const lower = name.toLowerCase();
  return known.some((alias) => alias.toLowerCase() === lower) ? name : (known[0] ?? name);
};

/** What a value in this unit is in the analyte's own. */
export const inOwnUnit = (
  value: number,
  ucum: string,
  { analyte, convert }: { readonly analyte: Analyte; readonly convert: ConvertUnits },
): number | undefined => {
  const same = convert(value, ucum, analyte.ucum);
  if (same !== undefined) return same;
  for (const [alternate, factor] of Object.entries(analyte.alternates)) {
    const converted = ucum === alternate ? value : convert(value, ucum, alternate);
    if (converted !== undefined) return converted * factor;
  }
  return undefined;
};

export interface Lookup {
  /** Groups among which it is looked for. */
  readonly groups: readonly AnalyteGroup[];
  /** As printed with the value; undefined where none is. */
  readonly ucum: string | undefined;
  readonly convert: ConvertUnits;
}

/**
 * Which analyte a printed name means: by its aliases in any order of words, else by likeness, where only one is near. The
 * unit tells apart what is called alike: neutrophils in % and in cells.
 */
export const findAnalyte = (name: string, { groups, ucum, convert }: Lookup): NamedAnalyte => {
  const { analytes, match } = candidates(nameKey(name));
  const known = [...new Set(analytes)].filter(({ group }) => groups.includes(group));
  if (known.length === 0) return { kind: 'unknown' };
  const fitting =
    ucum === undefined ? known : known.filter((analyte) => inOwnUnit(1, ucum, { analyte, convert }) !== undefined);
  const [first, ...others] = fitting.length === 0 ? known : fitting;
  return first !== undefined && others.length === 0
    ? { kind: 'found', analyte: first, match }
    : { kind: 'ambiguous', analytes: known };
};
