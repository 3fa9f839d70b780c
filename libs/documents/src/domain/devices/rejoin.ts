import type { Glyph } from '../display/glyphs.ts';
import { isWithin, type Quad } from '../picture/geometry.ts';
import { textRead, type ReadCharacter } from '../text/transcribe.ts';
import { digitsOf, heightOfGlyphs, quadOfGlyphs, type SeenLine } from './scene.ts';

/** What the recogniser read in a box of its own finder. */
export interface FoundText {
  readonly text: string;
  readonly quad: Quad;
  readonly characters: readonly ReadCharacter[];
}

/** A number, as displays show them. */
const NUMBER = /^(?:\d{2,5}|\d{1,3}\.\d{1,2})$/;
/** A digit of which only a part was seen is no lower than this part of the tallest. Ours. */
const LEAST_HEIGHT = 0.35;

/** The lines whose digits stand in a box, as one; undefined where they are not what was read there. */
const asOne = (lines: readonly SeenLine[], { text, quad, characters }: FoundText): SeenLine | undefined => {
  const glyphs = lines.flatMap((line) => line.glyphs).sort((a, b) => a.x - b.x);
  const symbols = glyphs.map(({ symbol }) => symbol).join('');
  const height = heightOfGlyphs(glyphs);
  const isPart = (glyph: Glyph): boolean => glyph.symbol !== '.' && glyph.height < LEAST_HEIGHT * height;
  if (symbols !== text || glyphs.some(isPart)) return undefined;
  if (!lines.every((line) => line.glyphs.every((glyph) => isWithin(glyph, quad)))) return undefined;
  return { text, glyphs, quad: quadOfGlyphs(glyphs, 0), seconds: [characters] };
};

/**
 * Joins what the detector took for several lines where the recogniser's own finder saw one number and both read the same
 * digits: of a one whose upper half is pale the detector sees the lower, and takes it for no neighbour of what is twice as tall.
 */
export const rejoined = (lines: readonly SeenLine[], found: readonly FoundText[]): readonly SeenLine[] =>
  found
    .filter(({ text }) => NUMBER.test(text))
    .reduce((all, one) => {
      const parts = all.filter((line) => line.glyphs.some((glyph) => isWithin(glyph, one.quad)));
      const joined = parts.length < 2 ? undefined : asOne(parts, one);
      return joined === undefined ? all : [...all.filter((line) => !parts.includes(line)), joined];
    }, lines);

/** Ink of two numbers is at least this much apart, in heights; of the cell of a one only the right edge is ink. Ours. */
const APART = 0.3;
const APART_BEFORE_ONE = 0.75;

const isApart = (before: Glyph, after: Glyph, height: number): boolean => {
  const gap = Math.hypot(after.x - before.x, after.y - before.y) - (before.width + after.width) / 2;
  return gap > (after.symbol === '1' ? APART_BEFORE_ONE : APART) * height;
};

/** Where glyphs are cut into runs of so many digits each; a point goes with the digit before it, other marks fall away. */
const runsOf = (glyphs: readonly Glyph[], counts: readonly number[]): Glyph[][] => {
  const digits = glyphs.filter(({ symbol }) => /\d/.test(symbol));
  const ends = counts.map((_, i) => digits[counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0) - 1]!);
  return ends.map((end, i) => {
    const from = i === 0 ? 0 : glyphs.indexOf(ends[i - 1]!) + 1;
    const run = glyphs.slice(from, glyphs.indexOf(end) + 1);
    return run.slice(run.findIndex(({ symbol }) => /\d/.test(symbol)));
  });
};

/**
 * Parts of a line that are numbers of their own: the recogniser sees spaces between them, all digits are the detector's, and
 * they stand apart. What the reader of lines and the detector say alike, and is a number, is one.
 */
export const parted = ({ text, glyphs, lined, seconds }: SeenLine): readonly Pick<SeenLine, 'text' | 'glyphs'>[] => {
  if (lined !== undefined && textRead(lined) === text && NUMBER.test(text)) return [];
  const height = heightOfGlyphs(glyphs);
  for (const words of seconds.map((characters) => textRead(characters).trim().split(/\s+/))) {
    const counts = words.map((word) => digitsOf(word).length);
    if (words.length < 2 || counts.includes(0) || digitsOf(words.join('')) !== digitsOf(text)) continue;
    const runs = runsOf(glyphs, counts);
    if (runs.slice(1).every((run, i) => isApart(runs[i]!.findLast(({ symbol }) => symbol !== '.')!, run[0]!, height))) {
      return runs.map((run) => ({ text: run.map(({ symbol }) => symbol).join(''), glyphs: run }));
    }
  }
  return [];
};
