import type { Point, Quad } from '../picture/geometry.ts';
import type { Glyph } from './glyphs.ts';

/** Glyphs that stand side by side, as one number, word or time of day. */
export interface DisplayLine {
  /** In reading order. A zero or one behind L or H is the o of Lo, the i of Hi. */
  readonly text: string;
  readonly glyphs: readonly Glyph[];
  /** Of its digits, in pixels: the median. */
  readonly height: number;
  /** How far it rises or falls, in radians; positive where its end is lower on the screen. */
  readonly slope: number;
  /** Upright box: left, top, right, bottom. */
  readonly box: readonly [number, number, number, number];
  /** Along its slope, clockwise from the top left. */
  readonly quad: Quad;
  /** Of its least sure glyph. */
  readonly confidence: number;
}

/** Neighbours in a line, in parts of the taller one's height. Ours, from the geometry of displays that are rendered. */
const MAX_SHIFT = 0.42;
const LEAST_RATIO = 0.66;
/** Between ink and ink. A one is ink at one edge of its cell only. */
const MAX_GAP = 0.62;
const MAX_GAP_OF_ONE = 1.0;
/** Lower letters and strokes are measured against their line, not against each other. */
const LOW = new Set(['r', 'o', 'i', '-', ':', '/', '.']);

const isTall = ({ symbol }: Glyph): boolean => !LOW.has(symbol);

const gapBetween = (left: Glyph, right: Glyph): number => right.x - right.width / 2 - (left.x + left.width / 2);

const areNeighbours = (a: Glyph, b: Glyph): boolean => {
  const [left, right] = a.x <= b.x ? [a, b] : [b, a];
  const height = Math.max(a.height, b.height);
  if (Math.min(a.height, b.height) < LEAST_RATIO * height) return false;
  const reach = (a.symbol === '1' || b.symbol === '1' ? MAX_GAP_OF_ONE : MAX_GAP) * height;
  return Math.abs(a.y - b.y) < MAX_SHIFT * height && gapBetween(left, right) < reach;
};

/** Groups of glyphs that hang together by neighbours. */
const groupsOf = (glyphs: readonly Glyph[]): Glyph[][] => {
  const rest = new Set(glyphs);
  const groups: Glyph[][] = [];
  for (const first of glyphs) {
    if (!rest.delete(first)) continue;
    const group = [first];
    // Grows while it is walked.
    for (const glyph of group) {
      const near = [...rest].filter((other) => areNeighbours(glyph, other));
      near.forEach((other) => rest.delete(other));
      group.push(...near);
    }
    groups.push(group);
  }
  return groups;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Of the feet of a group: least squares. One glyph alone lies level. */
const slopeOf = (group: readonly Glyph[]): number => {
  const count = group.length;
  const middle = group.reduce((sum, { x }) => sum + x, 0) / count;
  const mean = group.reduce((sum, { y }) => sum + y, 0) / count;
  const spread = group.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const along = group.reduce((sum, { x, y }) => sum + (x - middle) * (y - mean), 0);
  return spread === 0 ? 0 : Math.atan(along / spread);
};

interface Base {
  readonly glyphs: readonly Glyph[];
  readonly height: number;
  readonly slope: number;
  readonly centre: Point;
}

const baseOf = (group: readonly Glyph[]): Base => ({
  glyphs: group,
  height: median(group.map(({ height }) => height)),
  slope: slopeOf(group),
  centre: {
    x: group.reduce((sum, { x }) => sum + x, 0) / group.length,
    y: group.reduce((sum, { y }) => sum + y, 0) / group.length,
  },
});

/** Along and across a line, from its centre, in its heights. */
const inLine = (base: Base, { x, y }: Point): Point => {
  const [cos, sin] = [Math.cos(base.slope), Math.sin(base.slope)];
  const [dx, dy] = [x - base.centre.x, y - base.centre.y];
  return { x: (dx * cos + dy * sin) / base.height, y: (dy * cos - dx * sin) / base.height };
};

/** How high in a line a low symbol may stand: least and most, in heights below its centre; and how tall it may be. */
const PLACES: Readonly<Record<string, readonly [number, number, number]>> = {
  '.': [0.22, 0.75, 0.5],
  '-': [-0.3, 0.3, 0.5],
  ':': [-0.25, 0.3, 1],
  '/': [-0.3, 0.3, 1.4],
  r: [-0.05, 0.45, 0.9],
  o: [-0.05, 0.45, 0.9],
  i: [-0.3, 0.5, 1.2],
};
/** How far beyond the ends of a line it may stand, in heights. A point is never far. */
const reachOf = ({ symbol }: Glyph): number => (symbol === '.' ? 0.35 : 0.75);

const distanceTo = (base: Base, mark: Glyph): number => {
  const [least, most, tallest] = PLACES[mark.symbol]!;
  const at = inLine(base, mark);
  if (at.y < least || at.y > most || mark.height > tallest * base.height) return Infinity;
  const half = mark.width / 2 / base.height;
  const gaps = base.glyphs.map((glyph) => {
    const place = inLine(base, glyph);
    return Math.max(0, Math.abs(place.x - at.x) - glyph.width / 2 / base.height - half);
  });
  const nearest = Math.min(...gaps);
  return nearest <= reachOf(mark) ? nearest : Infinity;
};

/** Each low symbol goes to the nearest line in which it can stand; what stands in none is a line of its own, or nothing. */
const withMarks = (bases: readonly Base[], marks: readonly Glyph[]): Glyph[][] => {
  const lines = bases.map(({ glyphs }) => [...glyphs]);
  const alone: Glyph[] = [];
  for (const mark of marks) {
    const distances = bases.map((base) => distanceTo(base, mark));
    const nearest = Math.min(...distances);
    if (Number.isFinite(nearest)) lines[distances.indexOf(nearest)]!.push(mark);
    else if (mark.symbol !== '.' && mark.symbol !== ':') alone.push(mark);
  }
  return [...lines, ...groupsOf(alone)];
};

/** L0 and H1 are how seven segments write Lo and Hi. */
const words = (text: string): string => text.replace(/^L[0o]$/, 'Lo').replace(/^H[1i]$/, 'Hi');

const quadOfLine = (base: Base, glyphs: readonly Glyph[]): Quad => {
  const corners = glyphs.map((glyph) => {
    const { x, y } = inLine(base, glyph);
    const [w, h] = [glyph.width / 2 / base.height, glyph.height / 2 / base.height];
    return { left: x - w, right: x + w, top: y - h, bottom: y + h };
  });
  const left = Math.min(...corners.map((one) => one.left));
  const right = Math.max(...corners.map((one) => one.right));
  const top = Math.min(...corners.map((one) => one.top));
  const bottom = Math.max(...corners.map((one) => one.bottom));
  const [cos, sin] = [Math.cos(base.slope) * base.height, Math.sin(base.slope) * base.height];
  const at = (x: number, y: number): Point => ({
    x: base.centre.x + x * cos - y * sin,
    y: base.centre.y + x * sin + y * cos,
  });
  return [at(left, top), at(right, top), at(right, bottom), at(left, bottom)];
};

const lineOf = (group: readonly Glyph[]): DisplayLine => {
  const tall = group.filter(isTall);
  const base = baseOf(tall.length > 0 ? tall : group);
  const along = (glyph: Glyph): number => inLine(base, glyph).x;
  const glyphs = [...group].sort((a, b) => along(a) - along(b));
  return {
    text: words(glyphs.map(({ symbol }) => symbol).join('')),
    glyphs,
    height: base.height,
    slope: base.slope,
    box: [
      Math.min(...glyphs.map(({ x, width }) => x - width / 2)),
      Math.min(...glyphs.map(({ y, height }) => y - height / 2)),
      Math.max(...glyphs.map(({ x, width }) => x + width / 2)),
      Math.max(...glyphs.map(({ y, height }) => y + height / 2)),
    ],
    quad: quadOfLine(base, glyphs),
    confidence: Math.min(...glyphs.map(({ confidence }) => confidence)),
  };
};

/** Lines of an upright picture's glyphs, the tallest first. */
export const linesOf = (glyphs: readonly Glyph[]): DisplayLine[] => {
  const bases = groupsOf(glyphs.filter(isTall)).map(baseOf);
  const marks = glyphs.filter((glyph) => !isTall(glyph));
  return withMarks(bases, marks)
    .map(lineOf)
    .sort((a, b) => b.height - a.height);
};
