import { linesOf, type DisplaySight, type Glyph } from '@smartscan/documents';
import { grouped, percent } from './groups.ts';
import { FACTORS, stepOf, type DrawnGlyph, type LabelledPicture } from './labelled-picture.ts';

/** How one picture was seen. */
export interface Seen {
  readonly picture: LabelledPicture;
  /** Glyphs that were drawn, those of them that were found where they are, and those that were found at all. */
  readonly drawn: number;
  readonly found: number;
  readonly claimed: number;
  /** Values, those of them that stand as a line somewhere, and whether all do. */
  readonly values: number;
  readonly valuesFound: number;
  readonly isWhole: boolean;
  readonly isUpright: boolean | null;
  readonly isKind: boolean | null;
  readonly cpuMs: number;
  readonly lines: readonly string[];
}

/** A glyph is where it was drawn if its centre is off by less than this part of its height, or this many pixels. */
const NEAR = 0.3;
const NEAR_PIXELS = 2;
/** Less sure glyphs aren't counted as claims: whoever reads lines would drop them. */
const CLAIMED = 0.4;

const isAt = (glyph: Glyph, drawn: DrawnGlyph): boolean => {
  const reach = Math.max(NEAR_PIXELS, NEAR * Math.max(drawn.height, drawn.width));
  return glyph.symbol === drawn.symbol && Math.abs(glyph.x - drawn.x) < reach && Math.abs(glyph.y - drawn.y) < reach;
};

const likeliest = (sight: DisplaySight): string =>
  Object.entries(sight.kinds).reduce((best, one) => (one[1] > best[1] ? one : best))[0];

export const seenOf = (picture: LabelledPicture, sight: DisplaySight, cpuMs: number): Seen => {
  const isUpright = picture.turn === undefined || picture.values === undefined ? null : picture.turn === sight.turn;
  const drawn = picture.glyphs ?? [];
  const claims = sight.glyphs.filter(({ confidence }) => confidence >= CLAIMED);
  const found = isUpright === false ? 0 : drawn.filter((one) => claims.some((glyph) => isAt(glyph, one))).length;
  const lines = linesOf(claims).map(({ text }) => text);
  const values = Object.values(picture.values);
  const valuesFound = values.filter((value) => lines.includes(value)).length;
  return {
    picture,
    drawn: drawn.length,
    found,
    claimed: picture.glyphs === undefined ? 0 : claims.length,
    values: values.length,
    valuesFound,
    isWhole: values.length > 0 && valuesFound === values.length,
    isUpright: drawn.length === 0 ? null : isUpright,
    isKind: picture.kind === undefined ? null : picture.kind === likeliest(sight),
    cpuMs,
    lines,
  };
};

const sum = (seen: readonly Seen[], of: (one: Seen) => number): number =>
  seen.reduce((total, one) => total + of(one), 0);

/** Of those of which it is known. */
const share = (seen: readonly Seen[], of: (one: Seen) => boolean | null): string => {
  const known = seen.map(of).filter((one) => one !== null);
  return percent(known.filter(Boolean).length, known.length);
};

const rowOf = (name: string, seen: readonly Seen[]): string => {
  const withValues = seen.filter(({ values }) => values > 0);
  const cells = [
    String(seen.length),
    percent(
      sum(seen, ({ found }) => found),
      sum(seen, ({ drawn }) => drawn),
    ),
    percent(
      sum(seen, ({ found }) => found),
      sum(seen, ({ claimed }) => claimed),
    ),
    percent(
      sum(seen, ({ valuesFound }) => valuesFound),
      sum(seen, ({ values }) => values),
    ),
    percent(withValues.filter(({ isWhole }) => isWhole).length, withValues.length),
    share(seen, ({ isUpright }) => isUpright),
    share(seen, ({ isKind }) => isKind),
    (sum(seen, ({ cpuMs }) => cpuMs) / seen.length).toFixed(0),
  ];
  return `| ${[name, ...cells].join(' | ')} |`;
};

const HEAD = [
  '| pictures | n | glyphs found, % | claims right, % | values as lines, % | all values, % | right way up, % | right kind, % | ms CPU |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
] as const;

/** A table of everything, of each kind, and of each step of each factor. */
export const tableOf = (seen: readonly Seen[]): string[] => {
  const rows = [rowOf('all', seen)];
  for (const [name, group] of grouped(seen, ({ picture }) => picture.kind ?? picture.device))
    rows.push(rowOf(name, group));
  for (const [factor, bounds] of Object.entries(FACTORS)) {
    const groups = grouped(seen, ({ picture }) => stepOf(bounds, picture.factors?.[factor]));
    for (const [name, group] of groups) rows.push(rowOf(`${factor} ${name}`, group));
  }
  for (const [name, group] of grouped(seen, ({ picture }) => picture.factors?.['look'] as string | undefined)) {
    rows.push(rowOf(`look ${name}`, group));
  }
  return [...HEAD, ...rows];
};
