import {
  areaOf,
  between,
  distance,
  heightOf,
  leastRectangle,
  widthOf,
  type Point,
  type Quad,
} from '../picture/geometry.ts';
import type { Plane } from '../picture/picture.ts';

/** A place in which the detector sees a line of text. */
export interface TextBox {
  /** In pixels of the map, clockwise from the corner that is its top left one where the page is upright. */
  readonly quad: Quad;
  /** Mean of the map inside, 0-1. */
  readonly score: number;
}

/** PaddleOCR's own for PP-OCRv4 (`det_db_thresh`, `det_db_box_thresh`, `det_db_unclip_ratio`). */
const INSIDE = 0.3;
const MIN_SCORE = 0.6;
const UNCLIP = 1.5;
/** A line less high than this in the map can't be read. PaddleOCR's `min_size`. */
const MIN_SIDE_PIXELS = 3;

/** The pixels of one island of text, by their rows' outermost ones, which is all that its hull needs. */
interface Island {
  readonly edge: Point[];
  readonly sum: number;
  readonly count: number;
}

const islandFrom = ({ width, height, data }: Plane, seen: Uint8Array, start: number): Island => {
  const stack = [start];
  const rows = new Map<number, [number, number]>();
  let sum = 0;
  let count = 0;
  seen[start] = 1;
  const visit = (x: number, y: number): void => {
    const at = y * width + x;
    if (x < 0 || x >= width || y < 0 || y >= height || seen[at] === 1 || data[at]! <= INSIDE) return;
    seen[at] = 1;
    stack.push(at);
  };
  while (stack.length > 0) {
    const at = stack.pop()!;
    const x = at % width;
    const y = (at - x) / width;
    sum += data[at]!;
    count++;
    const row = rows.get(y);
    if (row === undefined) rows.set(y, [x, x]);
    else if (x < row[0]) row[0] = x;
    else if (x > row[1]) row[1] = x;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) visit(x + dx, y + dy);
  }
  const edge = [...rows].flatMap(([y, [left, right]]) => [
    { x: left, y },
    { x: right + 1, y },
    { x: left, y: y + 1 },
    { x: right + 1, y: y + 1 },
  ]);
  return { edge, sum, count };
};

/** The same corners, begun with the one from which the first side points most to the right. */
const upright = ([a, b, c, d]: Quad): Quad => {
  const turns: readonly Quad[] = [
    [a, b, c, d],
    [b, c, d, a],
    [c, d, a, b],
    [d, a, b, c],
  ];
  const slope = ([p, q]: Quad): number => (q.x - p.x) / Math.max(1e-9, distance(p, q));
  return turns.reduce((best, turn) => (slope(turn) > slope(best) ? turn : best));
};

/** The rectangle with every side moved outwards: the network was trained on shrunk lines (Liao et al., arXiv:1911.08947). */
const grown = (quad: Quad): Quad => {
  const [a, b, c, d] = quad;
  const margin = (Math.abs(areaOf(quad)) * UNCLIP) / (2 * (distance(a, b) + distance(b, c)));
  const [alongX, alongY] = [margin / distance(a, b), margin / distance(b, c)];
  const row = (p: Point, q: Point): readonly [Point, Point] => [between(p, q, -alongX), between(p, q, 1 + alongX)];
  const [upperLeft, upperRight] = row(a, b);
  const [lowerLeft, lowerRight] = row(d, c);
  return [
    between(upperLeft, lowerLeft, -alongY),
    between(upperRight, lowerRight, -alongY),
    between(upperRight, lowerRight, 1 + alongY),
    between(upperLeft, lowerLeft, 1 + alongY),
  ];
};

/**
 * Lines of text out of the detector's map of what is text, 0-1: islands of the map, the least rectangle around each,
 * grown back to the line's full height.
 */
export const textBoxes = (map: Plane): TextBox[] => {
  const seen = new Uint8Array(map.data.length);
  const boxes: TextBox[] = [];
  for (let at = 0; at < map.data.length; at++) {
    if (seen[at] === 1 || map.data[at]! <= INSIDE) continue;
    const { edge, sum, count } = islandFrom(map, seen, at);
    const score = sum / count;
    if (score < MIN_SCORE) continue;
    const quad = upright(leastRectangle(edge));
    if (Math.min(widthOf(quad), heightOf(quad)) >= MIN_SIDE_PIXELS) boxes.push({ quad: grown(quad), score });
  }
  return boxes;
};
