import type { DisplaySight, Glyph } from '../display/glyphs.ts';
import { distance, sliceOf, type Point, type Quad } from '../picture/geometry.ts';
import { medianOf } from '../statistics.ts';
import type { ReadCharacter } from '../text/transcribe.ts';

/** A line of a display as all readers saw it, in pixels of the picture as it is turned upright. */
export interface SeenLine {
  /** The detector's. */
  readonly text: string;
  /** From left to right. */
  readonly glyphs: readonly Glyph[];
  readonly quad: Quad;
  /** What the reader of lines made of it; nothing where it was not asked. */
  readonly lined?: readonly ReadCharacter[];
  /** What the recogniser made of crops of the line, the tightest first. */
  readonly seconds: readonly (readonly ReadCharacter[])[];
  /** Whether the finder of print, which knows nothing of the detector's lines, has this very number in a box of its own. */
  readonly isBoxed?: boolean;
}

/** What others than the detector made of a line. */
export const readingsOf = ({ lined, seconds }: SeenLine): SeenLine['seconds'] =>
  lined === undefined ? seconds : [lined, ...seconds];

/** Words beside the digits: on the case, or lit on the display. */
export interface PrintedText {
  readonly text: string;
  readonly quad: Quad;
  readonly confidence: number;
}

/** All that was seen of one picture, turned upright. */
export interface DisplayScene {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly SeenLine[];
  readonly printed: readonly PrintedText[];
  readonly kinds: DisplaySight['kinds'];
  /** Whether nothing tells it from the same picture on its head. */
  readonly mayBeOnItsHead: boolean;
}

/** The words of a line of print, each with its place; letters are taken as equally wide. */
export const wordsOf = ({ text, quad, confidence }: PrintedText): PrintedText[] =>
  [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    quad: sliceOf(quad, index / text.length, (index + word.length) / text.length),
    confidence,
  }));

export const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** A point and a dash are no measure of the height of a line. */
const isTall = ({ symbol }: Glyph): boolean => symbol !== '.' && symbol !== '-' && symbol !== ':';

/** The height of the digits of a line. */
export const heightOfGlyphs = (glyphs: readonly Glyph[]): number => {
  const tall = glyphs.filter(isTall);
  return medianOf((tall.length > 0 ? tall : glyphs).map(({ height }) => height));
};

/**
 * The four corners of a line of glyphs, along the straight line through their middles, with a margin.
 *
 * @param margin in heights of the digits
 */
export const quadOfGlyphs = (glyphs: readonly Glyph[], margin: number): Quad => {
  const height = heightOfGlyphs(glyphs);
  const tall = glyphs.filter(isTall);
  const on = tall.length > 0 ? tall : glyphs;
  const [mx, my] = [mean(on.map(({ x }) => x)), mean(on.map(({ y }) => y))];
  const spread = on.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
  const slope = on.length < 2 ? 0 : on.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0) / Math.max(1, spread);
  const norm = Math.hypot(1, slope);
  const [ux, uy] = [1 / norm, slope / norm];
  const half = height * (0.5 + margin);
  const along = glyphs.flatMap(({ x, y, width }) => {
    const at = (x - mx) * ux + (y - my) * uy;
    return [at - width / 2, at + width / 2];
  });
  const [start, end] = [Math.min(...along) - margin * height, Math.max(...along) + margin * height];
  const at = (p: number, q: number): Point => ({ x: mx + p * ux - q * uy, y: my + p * uy + q * ux });
  return [at(start, -half), at(end, -half), at(end, half), at(start, half)];
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A line of so many digits tells how the display lies. */
const TELLING_DIGITS = 2;

/** By how much a display is rolled, in radians, clockwise: the middle of its lines' slopes, each counted by its length. */
const rollOf = (lines: readonly SeenLine[]): number => {
  const slopes = lines
    .filter(({ glyphs }) => glyphs.filter(isTall).length >= TELLING_DIGITS)
    .map(({ quad: [a, b] }) => ({ slope: Math.atan2(b.y - a.y, b.x - a.x), length: distance(a, b) }))
    .sort((a, b) => a.slope - b.slope);
  const half = slopes.reduce((sum, { length }) => sum + length, 0) / 2;
  let passed = 0;
  return slopes.find(({ length }) => (passed += length) >= half)?.slope ?? 0;
};

export interface LevelScene {
  readonly scene: DisplayScene;
  /** From the level scene to the picture as it was turned upright. */
  readonly toUpright: (quad: Quad) => Quad;
}

/** The scene with its lines level: what stands beside and what below is told by upright bounds then. */
export const levelled = (scene: DisplayScene): LevelScene => {
  const roll = rollOf(scene.lines);
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const level = ({ x, y }: Point): Point => ({ x: x * cos + y * sin, y: y * cos - x * sin });
  const rolled = ({ x, y }: Point): Point => ({ x: x * cos - y * sin, y: y * cos + x * sin });
  const each = (quad: Quad, map: (point: Point) => Point): Quad => quad.map(map) as unknown as Quad;
  return {
    scene: {
      ...scene,
      lines: scene.lines.map((line) => ({
        ...line,
        quad: each(line.quad, level),
        glyphs: line.glyphs.map((glyph) => ({ ...glyph, ...level(glyph) })),
      })),
      printed: scene.printed.map((print) => ({ ...print, quad: each(print.quad, level) })),
    },
    toUpright: (quad) => each(quad, rolled),
  };
};
