import type { Region } from './decode-request.ts';
import type { SkinPatch } from './patches.ts';

/** Landmarks along the edge of the face from the temple up, on each side: beyond them lie hair or the room, never a neck. */
const ARCS = [
  { name: 'beside.right', edge: [103, 54, 21, 162] },
  { name: 'beside.left', edge: [332, 284, 251, 389] },
] as const;

/** The sides of the face at the height of the ears: its middle lies between them. */
const SIDES = [234, 454] as const;

/** A place beside the face lies between its edge drawn out from its middle by these two factors (by eye). */
const FROM = 1.12;
const TO = 1.34;

/** Points of the landmark model; those of the backdrop follow them. */
const LANDMARKS = 468;

/** Numbers, x and y, that the points of the backdrop take behind those of the face. */
export const BACKDROP_NUMBERS = 2 * ARCS.reduce((sum, { edge }) => sum + 2 * edge.length, 0);

/** Places beside the face, as outlines over the landmarks and the points behind them: out along the arc, and back. */
export const BACKDROP: readonly SkinPatch[] = ARCS.map(({ name, edge }, arc) => {
  const first = LANDMARKS + 2 * edge.length * arc;
  const inner = edge.map((_, i) => first + i);
  const outer = edge.map((_, i) => first + edge.length + i);
  return { name, outline: [...inner, ...outer.reverse()] };
});

/** Sets the points of the backdrop from those of the face; what would leave the part of the picture around it stops at the edge. */
export const placeBackdrop = (points: Float32Array, part: Region): void => {
  const middleX = (points[2 * SIDES[0]]! + points[2 * SIDES[1]]!) / 2;
  const middleY = (points[2 * SIDES[0] + 1]! + points[2 * SIDES[1] + 1]!) / 2;
  const within = (value: number, from: number, size: number): number =>
    Math.min(Math.max(value, from), from + size - 1);
  let at = 2 * LANDMARKS;
  for (const { edge } of ARCS) {
    for (const factor of [FROM, TO]) {
      for (const corner of edge) {
        points[at++] = within(middleX + factor * (points[2 * corner]! - middleX), part.x, part.width);
        points[at++] = within(middleY + factor * (points[2 * corner + 1]! - middleY), part.y, part.height);
      }
    }
  }
};
