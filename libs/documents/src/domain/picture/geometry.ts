export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Four corners, clockwise from the top left one as whatever is inside is read. */
export type Quad = readonly [Point, Point, Point, Point];

export const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

/** The point on the way from `a` to `b`: `a` at 0, `b` at 1. */
export const between = (a: Point, b: Point, at: number): Point => ({
  x: a.x + (b.x - a.x) * at,
  y: a.y + (b.y - a.y) * at,
});

export const centreOf = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

/** Shoelace formula; positive where the corners run clockwise on a screen. */
export const areaOf = (polygon: readonly Point[]): number =>
  polygon.reduce((sum, a, i) => {
    const b = polygon[(i + 1) % polygon.length]!;
    return sum + (a.x * b.y - b.x * a.y) / 2;
  }, 0);

/** Mean length of the upper and lower side. */
export const widthOf = ([a, b, c, d]: Quad): number => (distance(a, b) + distance(d, c)) / 2;

/** Mean length of the left and right side. */
export const heightOf = ([a, b, c, d]: Quad): number => (distance(a, d) + distance(b, c)) / 2;

export const quadOf = (left: number, top: number, right: number, bottom: number): Quad => [
  { x: left, y: top },
  { x: right, y: top },
  { x: right, y: bottom },
  { x: left, y: bottom },
];

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

/** The part of a quad between two shares of its width, 0-1. */
export const sliceOf = ([a, b, c, d]: Quad, from: number, to: number): Quad => [
  between(a, b, from),
  between(a, b, to),
  between(d, c, to),
  between(d, c, from),
];

const cross = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);

/** Convex hull, clockwise on a screen (Andrew's monotone chain, 1979). */
export const hullOf = (points: readonly Point[]): Point[] => {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (run: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of run) {
      while (chain.length >= 2 && cross(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.reverse())];
};

/** The rotated rectangle of least area around points; one of its sides lies on the hull. */
export const leastRectangle = (points: readonly Point[]): Quad => {
  const hull = hullOf(points);
  let best: { area: number; corners: Quad } | undefined;
  hull.forEach((a, i) => {
    const b = hull[(i + 1) % hull.length]!;
    const length = distance(a, b);
    if (length === 0) return;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const along = hull.map(({ x, y }) => x * ux + y * uy);
    const across = hull.map(({ x, y }) => y * ux - x * uy);
    const [left, right] = [Math.min(...along), Math.max(...along)];
    const [top, bottom] = [Math.min(...across), Math.max(...across)];
    const area = (right - left) * (bottom - top);
    if (best !== undefined && area >= best.area) return;
    const at = (p: number, q: number): Point => ({ x: p * ux - q * uy, y: p * uy + q * ux });
    best = { area, corners: [at(left, top), at(right, top), at(right, bottom), at(left, bottom)] };
  });
  const [only = { x: 0, y: 0 }] = points;
  return best?.corners ?? [only, only, only, only];
};

/** A projective map of the plane, row by row; the last of its nine numbers is 1. */
export type Homography = readonly [number, number, number, number, number, number, number, number];

export const project = (h: Homography, { x, y }: Point): Point => {
  const w = h[6] * x + h[7] * y + 1;
  return { x: (h[0] * x + h[1] * y + h[2]) / w, y: (h[3] * x + h[4] * y + h[5]) / w };
};

/** Gauss with partial pivoting; `rows` are n equations with n unknowns and their right side. Undefined where singular. */
export const solve = (rows: number[][]): number[] | undefined => {
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    if (Math.abs(head[column]!) < 1e-12) return undefined;
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]! / head[column]!;
      for (let k = column; k <= n; k++) rows[i]![k]! -= factor * head[k]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
};

/** The map that takes the corners of one quad to those of another; undefined where three of them lie on a line. */
export const homographyBetween = (from: Quad, to: Quad): Homography | undefined => {
  const rows = from.flatMap(({ x, y }, i) => {
    const { x: u, y: v } = to[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  return solve(rows) as unknown as Homography | undefined;
};

/** Whether a point lies in a quad whose corners go clockwise as they are seen. */
export const isWithin = ({ x, y }: Point, quad: Quad): boolean =>
  quad.every((corner, i) => {
    const next = quad[(i + 1) % quad.length]!;
    return (next.x - corner.x) * (y - corner.y) - (next.y - corner.y) * (x - corner.x) >= 0;
  });
