import { sliceOf, type Quad } from '../picture/geometry.ts';
import type { ReadCharacter } from '../text/transcribe.ts';

/** A run of text as it was found, in one piece, on a page. */
export interface PageLine {
  readonly page: number;
  /** Where, in pixels of the page as it was sent. */
  readonly quad: Quad;
  readonly characters: readonly ReadCharacter[];
}

/** A run of text in a row, with its place on the straightened page. */
export interface Span extends PageLine {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  /** Of its middle. */
  readonly y: number;
  readonly height: number;
}

/** A part of a span, by characters. */
export interface Slice {
  readonly span: Span;
  readonly from: number;
  readonly to: number;
}

export const wholeOf = (span: Span): Slice => ({ span, from: 0, to: span.characters.length });

export const textOf = ({ span, from, to }: Slice): string => span.text.slice(from, to);

/** Without spaces at its ends. */
export const trimmed = (slice: Slice): Slice => {
  const { span } = slice;
  let { from, to } = slice;
  while (from < to && span.text[from] === ' ') from++;
  while (to > from && span.text[to - 1] === ' ') to--;
  return { span, from, to };
};

/** Share of the span's width at which a slice begins and ends. */
const sharesOf = ({ span: { characters }, from, to }: Slice): readonly [number, number] => {
  const half = 0.5 / Math.max(1, characters.length);
  const start = from === 0 ? 0 : (characters[from]?.at ?? 1) - half;
  const end = to >= characters.length ? 1 : (characters[to - 1]?.at ?? 0) + half;
  return [Math.max(0, start), Math.min(1, Math.max(start, end))];
};

export const quadOfSlice = (slice: Slice): Quad => sliceOf(slice.span.quad, ...sharesOf(slice));

/** Where a slice begins and ends on the straightened page. */
export const extentOf = (slice: Slice): readonly [number, number] => {
  const { left, right } = slice.span;
  const [start, end] = sharesOf(slice);
  return [left + (right - left) * start, left + (right - left) * end];
};

/** The least certain of its characters; spaces aside. */
export const confidenceOf = ({ span, from, to }: Slice): number =>
  span.characters
    .slice(from, to)
    .reduce((least, { character, confidence }) => (character === ' ' ? least : Math.min(least, confidence)), 1);

/** Words of a slice, each a slice. */
export const wordsOf = ({ span, from, to }: Slice): Slice[] => {
  const words: Slice[] = [];
  let start = from;
  for (let at = from; at <= to; at++) {
    if (at < to && span.text[at] !== ' ') continue;
    if (at > start) words.push({ span, from: start, to: at });
    start = at + 1;
  }
  return words;
};
