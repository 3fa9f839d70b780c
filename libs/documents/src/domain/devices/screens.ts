import { folded } from '../layout/labels.ts';
import { isTelling, type Candidate } from './candidates.ts';
import { runsOf } from './labels.ts';
import { boxAround, boxOf, gapsBetween, type Box } from '../picture/geometry.ts';
import type { PrintedText } from './scene.ts';

/** What a display shows: a measurement of now, one that was stored, an average, or an error. */
export type ScreenKind = 'current' | 'stored' | 'average' | 'error';

export interface Screen {
  readonly kind: ScreenKind;
  /** What says so; null where nothing does. */
  readonly printed: string | null;
}

/** Words that displays light beside a stored reading and an average. Ours, out of manuals. */
const STORED = ['MEM', 'MEMORY', 'RECALL', 'M'];
const AVERAGE = ['AVG', 'AVE', 'AVERAGE', 'DAY AVG', 'DAYS AVG', '7 DAY', '14 DAY', '30 DAY', '90 DAY'];

/** Words further from the digits than this, in their heights, are on the case: the name of a key. Ours. */
const ON_DISPLAY = 0.9;

const isOnDisplay = (word: Box, digits: Box, height: number): boolean => {
  const { across, down } = gapsBetween(word, digits);
  return across <= ON_DISPLAY * height && down <= ON_DISPLAY * height;
};

/**
 * What kind of screen it is, by the words on the display and by an error that stands where the value does. An average of
 * stored readings is an average.
 */
export const screenOf = (candidates: readonly Candidate[], printed: readonly PrintedText[]): Screen => {
  const values = candidates.filter(isTelling);
  if (values.length === 0) return { kind: 'current', printed: null };
  const height = Math.max(...values.map((value) => value.height));
  const tallest = values.find((value) => value.height === height)!;
  if (tallest.numeral.kind === 'error') return { kind: 'error', printed: tallest.numeral.printed };
  const display = boxAround(values.map(({ box }) => box));
  const near = printed.filter(({ quad }) => isOnDisplay(boxOf(quad), display, height)).flatMap(runsOf);
  const said = (words: readonly string[]): string | undefined => {
    const keys = new Set(words.map(folded));
    return near.find(({ text }) => keys.has(folded(text)))?.text;
  };
  const average = said(AVERAGE);
  if (average !== undefined) return { kind: 'average', printed: average };
  const stored = said(STORED);
  return stored === undefined ? { kind: 'current', printed: null } : { kind: 'stored', printed: stored };
};
