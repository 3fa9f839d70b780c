import { areaOf, between, distance, hullOf, quadOf, type Point, type Quad } from './geometry.ts';
import { shrink, type Picture } from './picture.ts';

/** The page is looked for at this size: its text and the grain of a photo are averaged away then. Ours. */
const SEARCH_SIDE = 320;
/** Where the colours around a pixel differ by more than this, of 255, a surface ends. Ours: grain leaves 2-4. */
const EDGE = 20;
/** A page is at least this part of the picture, and its outline is nearly all of the quad around it. Ours. */
const LEAST_SHARE = 0.15;
const LEAST_FILL = 0.94;
/** Beyond its edge it is darker by this much at least, of 255: else the edge may be a table's on the page. Ours. */
const LEAST_STEP = 18;

const isEdge = ({ width, data }: Picture, pixel: number): boolean => {
  for (let at = 3 * pixel; at < 3 * pixel + 3; at++) {
    const across = Math.abs(data[at + 3]! - data[at - 3]!);
    const down = Math.abs(data[at + 3 * width]! - data[at - 3 * width]!);
    if (across > EDGE || down > EDGE) return true;
  }
  return false;
};

/** 1 where a surface ends. A pixel of such an edge is like its neighbours along it, so it is known by those across. */
const edgesOf = (picture: Picture): Uint8Array => {
  const { width, height } = picture;
  const edges = new Uint8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      if (isEdge(picture, y * width + x)) edges[y * width + x] = 1;
    }
  }
  return edges;
};

const neighbours = (at: number, width: number, count: number): number[] => {
  const x = at % width;
  return [
    ...(x > 0 ? [at - 1] : []),
    ...(x < width - 1 ? [at + 1] : []),
    ...(at >= width ? [at - width] : []),
    ...(at < count - width ? [at + width] : []),
  ];
};

/** 1 for what hangs together with the picture's edge: the table on which the page lies. */
const surroundings = (picture: Picture): Uint8Array => {
  const { width, height } = picture;
  const edges = edgesOf(picture);
  const count = width * height;
  const outside = new Uint8Array(count);
  const stack: number[] = [];
  for (let at = 0; at < count; at++) {
    const x = at % width;
    if (x > 0 && x < width - 1 && at >= width && at < count - width) continue;
    outside[at] = 1;
    stack.push(at);
  }
  while (stack.length > 0) {
    const at = stack.pop()!;
    for (const next of neighbours(at, width, count)) {
      if (outside[next] === 1 || edges[next] === 1) continue;
      outside[next] = 1;
      stack.push(next);
    }
  }
  return outside;
};

const islandAt = (start: number, seen: Uint8Array, width: number): number[] => {
  const island = [start];
  seen[start] = 1;
  for (let i = 0; i < island.length; i++) {
    for (const next of neighbours(island[i]!, width, seen.length)) {
      if (seen[next] === 1) continue;
      seen[next] = 1;
      island.push(next);
    }
  }
  return island;
};

/** Pixels of the largest island that is not outside. */
const largestIsland = (outside: Uint8Array, width: number): number[] => {
  const seen = Uint8Array.from(outside);
  let largest: number[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1) continue;
    const island = islandAt(start, seen, width);
    if (island.length > largest.length) largest = island;
  }
  return largest;
};

/** The point where the lines through two sides meet; undefined where they hardly do. */
const meeting = ([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): Point | undefined => {
  const [rx, ry, sx, sy] = [b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y];
  const turn = rx * sy - ry * sx;
  if (Math.abs(turn) < 1e-9) return undefined;
  const t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / turn;
  return { x: a.x + t * rx, y: a.y + t * ry };
};

/**
 * The four-cornered outline of a hull: the side whose loss adds the least area goes, its neighbours meet beyond it, until
 * four are left.
 */
const fourSides = (hull: readonly Point[]): Quad | undefined => {
  let corners = [...hull];
  while (corners.length > 4) {
    const n = corners.length;
    let best: { readonly cost: number; readonly at: number; readonly corner: Point } | undefined;
    for (let i = 0; i < n; i++) {
      const [before, a, b, after] = [-1, 0, 1, 2].map((k) => corners[(i + k + n) % n]!) as [Point, Point, Point, Point];
      const corner = meeting([before, a], [b, after]);
      if (corner === undefined || distance(corner, a) + distance(corner, b) > 8 * distance(a, b) + 8) continue;
      const cost = Math.abs(areaOf([a, corner, b]));
      if (best === undefined || cost < best.cost) best = { cost, at: i, corner };
    }
    if (best === undefined) return undefined;
    const { at, corner } = best;
    corners = corners.flatMap((point, i) => (i === at ? [corner] : i === (at + 1) % n ? [] : [point]));
  }
  return corners.length === 4 ? (corners as unknown as Quad) : undefined;
};

/** Begins with the corner that is nearest to the top left. */
const fromTopLeft = (quad: Quad): Quad => {
  const first = quad.reduce((best, point, i) => (point.x + point.y < quad[best]!.x + quad[best]!.y ? i : best), 0);
  return [0, 1, 2, 3].map((k) => quad[(first + k) % 4]!) as unknown as Quad;
};

const lightness = ({ width, height, data }: Picture, { x, y }: Point): number | undefined => {
  const [px, py] = [Math.floor(x), Math.floor(y)];
  if (px < 0 || py < 0 || px >= width || py >= height) return undefined;
  const at = 3 * (py * width + px);
  return Math.max(data[at]!, data[at + 1]!, data[at + 2]!);
};

/** Median step of lightness from just outside to just inside, around the quad. */
const stepAcross = (picture: Picture, quad: Quad): number => {
  const centre = between(quad[0], quad[2], 0.5);
  const steps: number[] = [];
  quad.forEach((corner, i) => {
    for (let k = 1; k < 20; k++) {
      const edge = between(corner, quad[(i + 1) % 4]!, k / 20);
      const reach = 4 / Math.max(1, distance(edge, centre));
      const inside = lightness(picture, between(edge, centre, reach));
      const beyond = lightness(picture, between(edge, centre, -reach));
      if (inside !== undefined && beyond !== undefined) steps.push(inside - beyond);
    }
  });
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
};

/**
 * The corners of a page or card that lies on something darker, in pixels of the picture, clockwise from the top left.
 * Undefined where there is none to be seen, as on a scan: then the whole picture is the page.
 */
export const findPage = (picture: Picture): Quad | undefined => {
  const small = shrink(picture, SEARCH_SIDE);
  const { width, height } = small;
  const island = largestIsland(surroundings(small), width);
  if (island.length < LEAST_SHARE * width * height) return undefined;
  const corners = island.flatMap((at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return quadOf(x, y, x + 1, y + 1);
  });
  const hull = hullOf(corners);
  const quad = fourSides(hull);
  if (quad === undefined || areaOf(hull) < LEAST_FILL * areaOf(quad)) return undefined;
  if (stepAcross(small, quad) < LEAST_STEP) return undefined;
  const [across, down] = [picture.width / width, picture.height / height];
  return fromTopLeft(quad.map(({ x, y }) => ({ x: x * across, y: y * down })) as unknown as Quad);
};
