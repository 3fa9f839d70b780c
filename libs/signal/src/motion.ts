import type { FaceTraces } from './analysis.ts';
import { ontoGrid, type Grid } from './clock.ts';
import { decibels, powerOf, spectraOf, splitAt } from './spectrum.ts';

/** What the movement of the face does to the scan. */
export interface Motion {
  /** On the grid: 1 where the face holds still enough. */
  readonly still: Uint8Array;
  /** Share of samples that are, 0-1. */
  readonly stillShare: number;
  /** Whether the face is moved about by more than one that is held still. */
  readonly sways: boolean;
  /** Whether the face moves in the rhythm of a rate, so that the rate may be the movement's. */
  readonly follows: (rateHz: number) => boolean;
}

/** Face widths a second. Half a width (8 cm) a second is a turn of the head; colours then come from other skin (ours). */
const FAST = 0.5;

/** Face widths a second on average: hands and heads that try to keep still stay below, a sway of 2 pixels in 320 reaches it. Ours. */
const SWAYING = 0.02;

/** Rhythmic movement matters from here on; the heart itself nods the head by less than 0.03 widths a second. */
const NOTABLE = 0.08;

/** A jolt spoils the windows around it: half of POS's 1.6 s would be exact, a quarter keeps most beats (ours). */
const SPOILT_SECONDS = 0.2;

const resting = (count: number): Motion => ({
  still: new Uint8Array(count).fill(1),
  stillShare: 1,
  sways: false,
  follows: () => false,
});

/** Reads the displacement a frame as a speed on the grid. Without one the face is taken to hold still. */
export const motionOf = (traces: FaceTraces, grid: Grid): Motion => {
  if (traces.motion === undefined) return resting(grid.count);
  const times = traces.timesSeconds;
  const speeds = traces.motion.map((moved, i) => {
    const step = i === 0 ? NaN : times[i]! - times[i - 1]!;
    return step > 0 ? moved / step : NaN;
  });
  const speed = ontoGrid(times, speeds, grid)?.values;
  if (speed === undefined) return resting(grid.count);
  const still = new Uint8Array(grid.count).fill(1);
  const reach = Math.round(SPOILT_SECONDS * grid.rateHz);
  for (let i = 0; i < speed.length; i++) {
    if (speed[i]! > FAST) still.fill(0, Math.max(0, i - reach), i + reach + 1);
  }
  const stillShare = still.reduce((sum, value) => sum + value, 0) / Math.max(1, grid.count);
  const mean = speed.reduce((sum, value) => sum + value, 0) / speed.length;
  const power = powerOf(spectraOf([speed])[0]!);
  return {
    still,
    stillShare,
    sways: mean > SWAYING,
    // A displacement has no sign: swaying at f shows at 2f, which the split at f holds too.
    follows: (rateHz) => mean > NOTABLE && decibels(splitAt(power, rateHz)) > 0,
  };
};
