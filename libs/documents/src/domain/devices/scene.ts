import type { DisplaySight, Glyph } from '../display/glyphs.ts';
import type { Point, Quad } from '../picture/geometry.ts';
import type { ReadCharacter } from '../text/transcribe.ts';

/** A line of a display as both readers saw it, in pixels of the picture as it is turned upright. */
export interface SeenLine {
  /** The detector's. */
  readonly text: string;
  /** From left to right. */
  readonly glyphs: readonly Glyph[];
  readonly quad: Quad;
  /** What the recogniser made of crops of the line, the tightest first. */
  readonly seconds: readonly (readonly ReadCharacter[])[];
}

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
}

/** Upright bounds. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const boxOf = (points: readonly Point[]): Box => ({
  left: Math.min(...points.map(({ x }) => x)),
  top: Math.min(...points.map(({ y }) => y)),
  right: Math.max(...points.map(({ x }) => x)),
  bottom: Math.max(...points.map(({ y }) => y)),
});

export const boxAround = (boxes: readonly Box[]): Box => ({
  left: Math.min(...boxes.map(({ left }) => left)),
  top: Math.min(...boxes.map(({ top }) => top)),
  right: Math.max(...boxes.map(({ right }) => right)),
  bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
});

/** How far two boxes lie apart in each direction; 0 where they overlap in it. */
export const gapsBetween = (a: Box, b: Box): { readonly across: number; readonly down: number } => ({
  across: Math.max(0, a.left - b.right, b.left - a.right),
  down: Math.max(0, a.top - b.bottom, b.top - a.bottom),
});

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** A point and a dash are no measure of the height of a line. */
const isTall = ({ symbol }: Glyph): boolean => symbol !== '.' && symbol !== '-' && symbol !== ':';

/** The height of the digits of a line. */
export const heightOfGlyphs = (glyphs: readonly Glyph[]): number => {
  const tall = glyphs.filter(isTall);
  return median((tall.length > 0 ? tall : glyphs).map(({ height }) => height));
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
