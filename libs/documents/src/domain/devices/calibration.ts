/** How a line was read: by both readers alike, by one of them, or differently. */
export type Reading = 'both' | 'one' | 'disagreeing';

/** A score of the networks, and how often a line with that score was right. */
export type Knot = readonly [score: number, right: number];

/** Not measured yet: scores go through as they are. */
const KNOTS: Readonly<Record<Reading, readonly [Knot, ...Knot[]]>> = {
  both: [
    [0, 0],
    [1, 1],
  ],
  one: [
    [0, 0],
    [1, 1],
  ],
  disagreeing: [
    [0, 0],
    [1, 1],
  ],
};

/** Straight between two knots, level beyond the outermost ones. */
export const interpolated = (score: number, knots: readonly [Knot, ...Knot[]]): number => {
  const after = knots.findIndex(([at]) => at >= score);
  if (after < 0) return knots.at(-1)![1];
  const [x1, y1] = knots[after]!;
  const [x0, y0] = knots[after - 1] ?? [x1, y1];
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (score - x0)) / (x1 - x0);
};

/** How likely a line that was read in this way with this score is right. */
export const calibrated = (reading: Reading, score: number): number => interpolated(score, KNOTS[reading]);
