import type { Glyph } from '../display/glyphs.ts';
import { isWithin, type Quad } from '../picture/geometry.ts';
import type { ReadCharacter } from '../text/transcribe.ts';
import { heightOfGlyphs, quadOfGlyphs, type SeenLine } from './scene.ts';

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
