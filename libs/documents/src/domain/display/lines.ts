import { boxAround, type Box, type Point, type Quad } from '../picture/geometry.ts';
import { medianOf } from '../statistics.ts';
import type { Glyph, GlyphSymbol } from './glyphs.ts';

/** Glyphs that stand side by side, as one number, word or time of day. */
export interface DisplayLine {
  /** In reading order. A zero or one behind L or H is the o of Lo, the i of Hi. */
  readonly text: string;
  readonly glyphs: readonly Glyph[];
  /** Of its digits, in pixels: the median. */
  readonly height: number;
  /** How far it rises or falls, in radians; positive where its end is lower on the screen. */
  readonly slope: number;
  readonly box: Box;
  /** Along its slope, clockwise from the top left. */
  readonly quad: Quad;
  /** Of its least sure glyph. */
  readonly confidence: number;
}

/** Neighbours in a line, in parts of the taller one's height. Ours, from the geometry of displays that are rendered. */
const MAX_SHIFT = 0.3;
/** Where no two digits say how the display lies. */
const MAX_SHIFT_UNKNOWN = 0.45;
const LEAST_RATIO = 0.66;
/** Between ink and ink. Of a one's cell only the right edge is ink. */
const MAX_GAP = 0.62;
const MAX_GAP_OF_ONE = 1.0;
/** A point belongs to the digit before it. */
const MAX_GAP_OF_POINT = 0.35;
/** A digit's height to its width, roughly. */
const WIDTH_TO_HEIGHT = 1.7;

/** Symbols that say nothing of a line's height: least and most that they stand below its centre, and how tall they may be. */
const PLACES: Readonly<Partial<Record<GlyphSymbol, readonly [number, number, number]>>> = {
  '.': [0.2, 0.75, 0.5],
  ':': [-0.25, 0.3, 1],
  '/': [-0.3, 0.3, 1.4],
};

const isTall = ({ symbol }: Glyph): boolean => !/[-.:/roi]/.test(symbol);
const isMark = ({ symbol }: Glyph): boolean => symbol in PLACES;

/** How tall a digit would be beside a glyph: of a stroke the width says so, lower letters have half the height. */
const tallness = ({ symbol, width, height }: Glyph): number => {
  if (symbol === '-') return WIDTH_TO_HEIGHT * width;
  return symbol === 'r' || symbol === 'o' || symbol === 'i' ? 2 * height : height;
};

/** How far below its line's centre a glyph stands, in heights of the line. */
const lowered = ({ symbol }: Glyph): number => (symbol === 'r' || symbol === 'o' || symbol === 'i' ? 0.25 : 0);

/** How the lines of a display lie, and how far neighbours may be off. */
interface Lie {
  readonly slope: number;
  readonly maxShift: number;
}

/** Along and across lines of a slope. */
const turned = ({ x, y }: Point, slope: number): Point => {
  const [cos, sin] = [Math.cos(slope), Math.sin(slope)];
  return { x: x * cos + y * sin, y: y * cos - x * sin };
};

const offset = (from: Glyph, to: Glyph, slope: number): Point => turned({ x: to.x - from.x, y: to.y - from.y }, slope);

const gapBetween = (a: Glyph, b: Glyph, { x }: Point): number => Math.abs(x) - (a.width + b.width) / 2;

/** What stands right of a gap says how wide it may be. */
const reachOf = ({ symbol }: Glyph): number => (symbol === '1' || symbol === 'i' ? MAX_GAP_OF_ONE : MAX_GAP);

/** A mark beside a glyph of the line. */
const isMarkOf = (glyph: Glyph, mark: Glyph, slope: number): boolean => {
  const [least, most, tallest] = PLACES[mark.symbol]!;
  const height = tallness(glyph);
  const at = offset(glyph, mark, slope);
  const below = at.y / height + lowered(glyph);
  if (below < least || below > most || mark.height > tallest * height) return false;
  const reach = mark.symbol === '.' ? MAX_GAP_OF_POINT : reachOf(at.x > 0 ? mark : glyph);
  return gapBetween(glyph, mark, at) < reach * height;
};

const areNeighbours = (a: Glyph, b: Glyph, { slope, maxShift }: Lie): boolean => {
  if (isMark(a)) return !isMark(b) && isMarkOf(b, a, slope);
  if (isMark(b)) return isMarkOf(a, b, slope);
  const [one, other] = [tallness(a), tallness(b)];
  const height = Math.max(one, other);
  if (Math.min(one, other) < LEAST_RATIO * height) return false;
  const at = offset(a, b, slope);
  const shift = at.y - (lowered(b) - lowered(a)) * height;
  return Math.abs(shift) < maxShift * height && gapBetween(a, b, at) < reachOf(at.x > 0 ? b : a) * height;
};

/** Groups of glyphs that hang together by neighbours. */
const groupsOf = (glyphs: readonly Glyph[], lie: Lie): Glyph[][] => {
  const rest = new Set(glyphs);
  const groups: Glyph[][] = [];
  for (const first of glyphs) {
    if (!rest.delete(first)) continue;
    const group = [first];
    // Grows while it is walked.
    for (const glyph of group) {
      const near = [...rest].filter((other) => areNeighbours(glyph, other, lie));
      near.forEach((other) => rest.delete(other));
      group.push(...near);
    }
    groups.push(group);
  }
  return groups;
};

/** Displays that lean more are turned. */
const MAX_SLOPE = 0.6;

/** How far the lines of a display rise or fall: the median over digits and the next one of their size. */
const lieOf = (glyphs: readonly Glyph[]): Lie => {
  const slopes: number[] = [];
  for (const a of glyphs) {
    const next = glyphs
      .filter((b) => b.x > a.x && Math.min(a.height, b.height) > LEAST_RATIO * Math.max(a.height, b.height))
      .filter((b) => Math.abs(b.y - a.y) < Math.tan(MAX_SLOPE) * (b.x - a.x))
      .filter((b) => b.x - a.x - (a.width + b.width) / 2 < reachOf(b) * Math.max(a.height, b.height))
      .sort((b, c) => b.x - c.x)[0];
    if (next !== undefined) slopes.push(Math.atan2(next.y - a.y, next.x - a.x));
  }
  return { slope: medianOf(slopes), maxShift: slopes.length === 0 ? MAX_SHIFT_UNKNOWN : MAX_SHIFT };
};

/** Of the centres of a group: least squares. One glyph alone lies as the display does. */
const slopeOf = (group: readonly Glyph[], common: number): number => {
  const count = group.length;
  const middle = group.reduce((sum, { x }) => sum + x, 0) / count;
  const mean = group.reduce((sum, { y }) => sum + y, 0) / count;
  const spread = group.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const along = group.reduce((sum, { x, y }) => sum + (x - middle) * (y - mean), 0);
  return count < 2 || spread === 0 ? common : Math.atan(along / spread);
};

/** What says how a line lies: its digits, or whatever it has. */
interface Baseline {
  readonly glyphs: readonly Glyph[];
  readonly height: number;
  readonly slope: number;
  readonly centre: Point;
}

const baseOf = (group: readonly Glyph[], common: number): Baseline => ({
  glyphs: group,
  height: medianOf(group.map(tallness)),
  slope: slopeOf(group, common),
  centre: {
    x: group.reduce((sum, { x }) => sum + x, 0) / group.length,
    y: group.reduce((sum, { y }) => sum + y, 0) / group.length,
  },
});

/** Along and across a line, from its centre, in its heights. */
const inLine = (base: Baseline, { x, y }: Point): Point => {
  const at = turned({ x: x - base.centre.x, y: y - base.centre.y }, base.slope);
  return { x: at.x / base.height, y: at.y / base.height };
};

/** How far behind a digit's ink its point stands at most, in heights. */
const POINT_BEHIND = 0.15;

/** Points stand at the feet of digits, which lean: each goes behind the digit whose place for it is nearest. */
const inOrder = (base: Baseline, group: readonly Glyph[]): Glyph[] => {
  const along = (glyph: Glyph): number => inLine(base, glyph).x;
  const half = ({ width }: Glyph): number => width / 2 / base.height;
  const order = group.filter(({ symbol }) => symbol !== '.').sort((a, b) => along(a) - along(b));
  const places = order.map((glyph, i) => {
    const [right, next] = [along(glyph) + half(glyph), order[i + 1]];
    return right + (next === undefined ? POINT_BEHIND : Math.min(POINT_BEHIND, (along(next) - half(next) - right) / 2));
  });
  const behind = new Map<number, Glyph[]>();
  for (const point of group.filter(({ symbol }) => symbol === '.')) {
    const x = along(point);
    const distances = places.map((place) => Math.abs(place - x));
    const isFirst = order[0] === undefined || x < along(order[0]) - half(order[0]);
    const at = isFirst ? -1 : distances.indexOf(Math.min(...distances));
    behind.set(at, [...(behind.get(at) ?? []), point]);
  }
  return [...(behind.get(-1) ?? []), ...order.flatMap((glyph, i) => [glyph, ...(behind.get(i) ?? [])])];
};

/** L0 and H1 are how seven segments write Lo and Hi. */
const words = (text: string): string => text.replace(/^L[0o]$/, 'Lo').replace(/^H[1i]$/, 'Hi');

const quadOfLine = (base: Baseline, glyphs: readonly Glyph[]): Quad => {
  const corners = glyphs.map((glyph) => {
    const { x, y } = inLine(base, glyph);
    const [w, h] = [glyph.width / 2 / base.height, glyph.height / 2 / base.height];
    return { left: x - w, right: x + w, top: y - h, bottom: y + h };
  });
  const { left, top, right, bottom } = boxAround(corners);
  const [cos, sin] = [Math.cos(base.slope) * base.height, Math.sin(base.slope) * base.height];
  const at = (x: number, y: number): Point => ({
    x: base.centre.x + x * cos - y * sin,
    y: base.centre.y + x * sin + y * cos,
  });
  return [at(left, top), at(right, top), at(right, bottom), at(left, bottom)];
};

const boxOfGlyph = ({ x, y, width, height }: Glyph): Box => ({
  left: x - width / 2,
  top: y - height / 2,
  right: x + width / 2,
  bottom: y + height / 2,
});

const lineOf = (group: readonly Glyph[], common: number): DisplayLine => {
  const tall = group.filter(isTall);
  const base = baseOf(tall.length > 0 ? tall : group, common);
  const glyphs = inOrder(base, group);
  return {
    text: words(glyphs.map(({ symbol }) => symbol).join('')),
    glyphs,
    height: base.height,
    slope: base.slope,
    box: boxAround(glyphs.map(boxOfGlyph)),
    quad: quadOfLine(base, glyphs),
    confidence: Math.min(...glyphs.map(({ confidence }) => confidence)),
  };
};

/** Lines of an upright picture's glyphs, the tallest first. Points and colons that stand beside nothing are dropped. */
export const linesOf = (glyphs: readonly Glyph[]): DisplayLine[] => {
  const lie = lieOf(glyphs.filter(isTall));
  return groupsOf(glyphs, lie)
    .filter((group) => group.some((glyph) => !isMark(glyph)))
    .map((group) => lineOf(group, lie.slope))
    .sort((a, b) => b.height - a.height);
};

/** What is nowhere surer than this is grain, an edge, a letter. Ours: on scenes that are rendered. */
const SURE = 0.5;

/** Glyphs of lines that have a sure one. */
export const glyphsOfSureLines = (glyphs: readonly Glyph[]): Glyph[] =>
  linesOf(glyphs)
    .filter((line) => line.glyphs.some(({ confidence }) => confidence >= SURE))
    .flatMap((line) => line.glyphs);
