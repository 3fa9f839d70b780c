import { centreOf, distance, heightOf, project, solve, type Homography, type Point } from '../picture/geometry.ts';
import { textRead } from '../text/transcribe.ts';
import type { PageLine, Span } from './spans.ts';

/** Spans that stand on one line of the page, from left to right. */
export interface Row {
  readonly y: number;
  readonly height: number;
  readonly spans: readonly Span[];
}

/** Lines of a page seen aslant meet in a point: the one through height `y` at the left edge is y + x (tilt + fan · y). */
interface Slant {
  readonly tilt: number;
  readonly fan: number;
}

interface Placed {
  readonly line: PageLine;
  readonly left: Point;
  readonly right: Point;
  readonly height: number;
}

/** A line shorter than this many of its heights says little of the page's slant: a box around "41" is as good as upright. */
const TELLING_LENGTH = 3;
/** Slopes of boxes further than this from the rest are a logo's or a stamp's. Ours. */
const OUTLYING_SLOPE = 0.05;

const heightAtLeft = ({ x, y }: Point, { tilt, fan }: Slant): number => (y - tilt * x) / (1 + fan * x);

const fitted = (lines: readonly Placed[], start: Slant, tolerance: number): Slant => {
  const sums = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const { left, right } of lines) {
    const y = heightAtLeft(centreOf([left, right]), start);
    const slope = (right.y - left.y) / Math.max(1, right.x - left.x);
    if (Math.abs(slope - start.tilt - start.fan * y) > tolerance) continue;
    const weight = distance(left, right);
    const terms = [1, y, slope];
    for (let i = 0; i < 2; i++) for (let k = 0; k < 3; k++) sums[i]![k]! += weight * terms[i]! * terms[k]!;
  }
  // Few lines, or all at one height, tell a tilt and nothing more: this much of a fan they are denied. Ours.
  sums[1]![1]! += 1e-3 * sums[1]![1]! + 1;
  const [tilt = 0, fan = 0] = solve(sums) ?? [];
  return { tilt, fan };
};

/** By least squares over the slopes of lines that are long enough to tell, twice without those that lie apart. */
const slantOf = (lines: readonly Placed[]): Slant => {
  const telling = lines.filter(({ left, right, height }) => distance(left, right) > TELLING_LENGTH * height);
  if (telling.length === 0) return { tilt: 0, fan: 0 };
  const slopes = telling
    .map(({ left, right }) => (right.y - left.y) / Math.max(1, right.x - left.x))
    .sort((a, b) => a - b);
  const middle: Slant = { tilt: slopes[Math.floor(slopes.length / 2)]!, fan: 0 };
  const rough = fitted(telling, middle, 2 * OUTLYING_SLOPE);
  return fitted(telling, rough, OUTLYING_SLOPE);
};

const placed = (line: PageLine, toFlat: Homography): Placed => {
  const [a, b, c, d] = line.quad.map((point) => project(toFlat, point)) as [Point, Point, Point, Point];
  return { line, left: centreOf([a, d]), right: centreOf([b, c]), height: heightOf([a, b, c, d]) };
};

const spanOf = ({ line, left, right, height }: Placed, slant: Slant): Span => ({
  ...line,
  text: textRead(line.characters),
  left: left.x,
  right: right.x,
  y: heightAtLeft(centreOf([left, right]), slant),
  height,
});

/** Spans belong to a row whose middle is nearer than this part of their height. Ours: rows of tables are 1.2 apart or more. */
const SAME_ROW = 0.5;

const grouped = (spans: readonly Span[]): Span[][] => {
  const rows: { y: number; height: number; spans: Span[] }[] = [];
  for (const span of [...spans].sort((a, b) => a.y - b.y)) {
    const row = rows.at(-1);
    if (row !== undefined && Math.abs(span.y - row.y) < SAME_ROW * Math.min(row.height, span.height)) {
      row.spans.push(span);
      row.y += (span.y - row.y) / row.spans.length;
      row.height = Math.min(row.height, span.height);
    } else {
      rows.push({ y: span.y, height: span.height, spans: [span] });
    }
  }
  return rows.map((row) => row.spans);
};

/**
 * The rows of a page, from the top. What is left of tilt and perspective after the page's outline was straightened is taken
 * out by the slopes of the lines themselves: so a photo without an outline has its rows as well.
 *
 * @param toFlat from pixels of the page as it was sent to the straightened page
 */
export const rowsOf = (lines: readonly PageLine[], toFlat: Homography): Row[] => {
  const all = lines.map((line) => placed(line, toFlat));
  const slant = slantOf(all);
  const spans = all.map((line) => spanOf(line, slant)).filter(({ text }) => text !== '');
  return grouped(spans).map((row) => ({
    y: row.reduce((sum, { y }) => sum + y, 0) / row.length,
    height: Math.max(...row.map(({ height }) => height)),
    spans: row.sort((a, b) => a.left - b.left),
  }));
};
