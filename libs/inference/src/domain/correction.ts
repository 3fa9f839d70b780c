/**
 * How much longer a job keeps a worker than was measured elsewhere: the machine's speed, what else it does, and what of the
 * job runs side by side. Learned from job to job.
 */
export type Correction = number;
export const UNCORRECTED: Correction = 1;

/** A single job moves the correction by so much of the way: ten jobs have taken it two thirds there. Ours. */
const LEARNING_RATE = 0.1;

/** One job counts as no more than this much off, so that one that hung teaches nothing. Ours. */
const MOST_OFF = 4;

/** The correction never leaves this range: a machine is not a hundred times slower, it is broken. Ours. */
const CORRECTION_RANGE = [0.05, 20] as const;

const within = (value: number, [least, most]: readonly [number, number]): number =>
  Math.min(Math.max(value, least), most);

/** Takes a finished job into account; geometric, since half and double are equally far off. */
export const corrected = (before: Correction, predicted: number, actual: number): Correction => {
  const off = within(actual / (predicted * before), [1 / MOST_OFF, MOST_OFF]);
  return within(before * off ** LEARNING_RATE, CORRECTION_RANGE);
};
