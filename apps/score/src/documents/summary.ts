import type { Compared, Comparison } from './compare.ts';

export interface ScoredPicture {
  readonly quality: string;
  readonly cpuMs: number;
  readonly comparison: Comparison;
}

const counts = (all: readonly Compared[]): object => {
  const of = (outcome: Compared['outcome']): number => all.filter((one) => one.outcome === outcome).length;
  const wrong = all.filter(({ outcome }) => outcome === 'wrong');
  return {
    n: all.length,
    right: of('right'),
    wrong: wrong.length,
    wrongAndNotFlagged: wrong.filter(({ flagged }) => !flagged).length,
    refused: of('refused'),
    missing: of('missing'),
    rightPercent: all.length === 0 ? null : Number(((100 * of('right')) / all.length).toFixed(1)),
    rightAndFlagged: all.filter(({ outcome, flagged }) => outcome === 'right' && flagged).length,
  };
};

/** The upper one of the two in the middle where there are two. */
export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** By quality, in the order in which they come. */
export const summaryOf = (pictures: readonly ScoredPicture[]): object => {
  const qualities = [...new Set(pictures.map(({ quality }) => quality))];
  const part = (of: readonly ScoredPicture[]): object => ({
    n: of.length,
    types: of.filter(({ comparison }) => comparison.type).length,
    rows: counts(of.flatMap(({ comparison }) => comparison.rows)),
    fields: counts(of.flatMap(({ comparison }) => comparison.fields)),
    medianCpuMs: medianOf(of.map(({ cpuMs }) => cpuMs)),
  });
  return {
    ...part(pictures),
    byQuality: Object.fromEntries(
      qualities.map((quality) => [quality, part(pictures.filter((picture) => picture.quality === quality))]),
    ),
  };
};
