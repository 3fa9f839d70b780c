import type { Point, Quad } from './geometry.ts';
import type { Turn } from '../display/glyphs.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a point of the turned picture is in the picture as it was, of the size that is given. */
export const turnedBack = ({ x, y }: Point, turn: Turn, { width, height }: Size): Point => {
  if (turn === 90) return { x: y, y: height - x };
  if (turn === 180) return { x: width - x, y: height - y };
  return turn === 270 ? { x: width - y, y: x } : { x, y };
};

/** Where a point of the picture as it was is in the turned one. */
export const turned = ({ x, y }: Point, turn: Turn, { width, height }: Size): Point => {
  if (turn === 90) return { x: height - y, y: x };
  if (turn === 180) return { x: width - x, y: height - y };
  return turn === 270 ? { x: y, y: width - x } : { x, y };
};

const each = (quad: Quad, map: (point: Point) => Point): Quad => quad.map(map) as unknown as Quad;

/** The corners keep their order, so what is upright in the turned picture is read upright in the other as well. */
export const quadTurnedBack = (quad: Quad, turn: Turn, size: Size): Quad =>
  each(quad, (point) => turnedBack(point, turn, size));

export const quadTurned = (quad: Quad, turn: Turn, size: Size): Quad =>
  each(quad, (point) => turned(point, turn, size));
