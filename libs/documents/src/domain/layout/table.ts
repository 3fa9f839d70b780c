import type { Column } from '../kinds/kind.ts';
import { folded } from './labels.ts';
import type { Row } from './rows.ts';
import { extentOf, textOf, wholeOf, wordsOf, type Slice, type Span } from './spans.ts';

/** A head of a column, and where it stands. */
interface Head<Name extends string> {
  readonly name: Name;
  readonly left: number;
  readonly right: number;
}

/** A row of a table, cell by cell; what a cell holds is in as many pieces as were found. */
export interface TableRow<Name extends string> {
  readonly row: Row;
  readonly cells: Readonly<Partial<Record<Name, readonly Slice[]>>>;
}

const overlap = (a: readonly [number, number], b: readonly [number, number]): number =>
  Math.min(a[1], b[1]) - Math.max(a[0], b[0]);

/** Heads in a span: the whole of it is one, or a run of its words is, for heads that were found in one piece. */
const headsIn = <Name extends string>(span: Span, names: ReadonlyMap<string, Name>): Head<Name>[] => {
  const words = wordsOf(wholeOf(span));
  const found: Head<Name>[] = [];
  for (let from = 0; from < words.length; from++) {
    for (let to = words.length; to > from; to--) {
      const slice: Slice = { span, from: words[from]!.from, to: words[to - 1]!.to };
      const name = names.get(folded(textOf(slice)));
      if (name === undefined) continue;
      const [left, right] = extentOf(slice);
      found.push({ name, left, right });
      from = to - 1;
      break;
    }
  }
  return found;
};

/** Words of a row that are no heads: a sentence with "result" in it is none of a table's. */
const MOSTLY_HEADS = 0.5;

const headsOf = <Name extends string>(row: Row, names: ReadonlyMap<string, Name>): Head<Name>[] => {
  const heads = row.spans.flatMap((span) => headsIn(span, names));
  const printed = row.spans.reduce((sum, { left, right }) => sum + right - left, 0);
  const covered = heads.reduce((sum, { left, right }) => sum + right - left, 0);
  return new Set(heads.map(({ name }) => name)).size >= 2 && covered > MOSTLY_HEADS * printed ? heads : [];
};

/** How far a piece lies from a column: by its left edges, its middles or its right edges, whichever are nearest. */
const farFrom = <Name extends string>([left, right]: readonly [number, number], head: Head<Name>): number =>
  Math.min(
    Math.abs(left - head.left),
    Math.abs((left + right) / 2 - (head.left + head.right) / 2),
    Math.abs(right - head.right),
  );

const columnOf = <Name extends string>(extent: readonly [number, number], heads: readonly Head<Name>[]): Head<Name> =>
  heads.reduce((best, head) => (farFrom(extent, head) < farFrom(extent, best) ? head : best));

/** A piece under several heads was found in one: it is taken apart by its words. */
const piecesOf = <Name extends string>(span: Span, heads: readonly Head<Name>[]): Slice[] => {
  const whole = wholeOf(span);
  const over = heads.filter(
    ({ left, right }) => overlap([left, right], [span.left, span.right]) > 0.3 * (right - left),
  );
  return over.length > 1 ? wordsOf(whole) : [whole];
};

const cellsOf = <Name extends string>(row: Row, heads: readonly Head<Name>[]): TableRow<Name> => {
  const cells: Partial<Record<Name, Slice[]>> = {};
  for (const span of row.spans) {
    for (const piece of piecesOf(span, heads)) {
      const { name } = columnOf(extentOf(piece), heads);
      (cells[name] ??= []).push(piece);
    }
  }
  return { row, cells };
};

/** Tables that stand side by side have their heads twice: each goes from one first column to the next. */
const sideBySide = <Name extends string>(heads: readonly Head<Name>[], first: Name): Head<Name>[][] => {
  const tables: Head<Name>[][] = [];
  for (const head of heads) {
    if (head.name === first || tables.length === 0) tables.push([]);
    tables.at(-1)!.push(head);
  }
  return tables;
};

const between = (row: Row, from: number, to: number): Row => ({
  ...row,
  spans: row.spans.filter(({ left, right }) => (left + right) / 2 >= from && (left + right) / 2 < to),
});

export interface TableLayout<Name extends string> {
  readonly columns: Readonly<Record<Name, Column>>;
  /** The column that each table begins with. */
  readonly first: Name;
}

/**
 * Rows below every head of a table until the next one. Cells go to the column whose edge or middle they share, wherever
 * the lines of the page run: so a cell that is left empty leaves the others where they belong.
 */
export const tableRows = <Name extends string>(
  rows: readonly Row[],
  { columns, first }: TableLayout<Name>,
): TableRow<Name>[] => {
  const names = new Map(
    (Object.entries(columns) as [Name, Column][]).flatMap(([name, { heads }]) =>
      heads.map((head) => [folded(head), name] as const),
    ),
  );
  const found: TableRow<Name>[] = [];
  let tables: Head<Name>[][] = [];
  for (const row of rows) {
    const heads = headsOf(row, names);
    if (heads.some(({ name }) => name === first)) {
      tables = sideBySide(heads, first);
      continue;
    }
    tables.forEach((table, i) => {
      const from = i === 0 ? -Infinity : table[0]!.left - row.height;
      const to = tables[i + 1] === undefined ? Infinity : tables[i + 1]![0]!.left - row.height;
      const part = between(row, from, to);
      if (part.spans.length > 0) found.push(cellsOf(part, table));
    });
  }
  return found;
};
