import { splineOnto } from './spline.ts';

/** Rate at which beats are timed; the Task Force (1996) asks for 250 Hz or more. */
export const BEAT_RATE_HZ = 250;

/** How many beat samples lie in one step of the grid. */
export const BEAT_STEPS = 8;

/** Every trace is put on this rate first: near a camera's 30 Hz, and a whole divisor of the beat rate. */
export const GRID_RATE_HZ = BEAT_RATE_HZ / BEAT_STEPS;

/**
 * Frames missing for longer than this are a gap: the trace is bridged by a straight line and beats there don't count.
 * A third of a second is one systolic rise and fall at 180 bpm; a spline across more of it invents a wave (ours).
 */
const GAP_SECONDS = 0.35;

/**
 * Frames closer than this are one sample at their mean time. Phones deliver frames in bunches 1 ms apart; a spline
 * through two readings 1 ms apart swings wildly between them (a quarter of a grid step; ours).
 */
const BUNCH_SECONDS = 0.008;

/** From here on several frames fall on one grid step and are averaged, which also keeps their noise from aliasing. */
const FAST_CAMERA_FPS = 1.5 * GRID_RATE_HZ;

/** Longer is no scan: it bounds memory and time of one analysis. Ten times the longest video (ours). */
export const LONGEST_TRACE_SECONDS = 600;

/** A uniform clock: sample i lies at `startSeconds + i / rateHz`. */
export interface Grid {
  readonly startSeconds: number;
  readonly rateHz: number;
  readonly count: number;
  /** Frames a second as seen: the reciprocal of the median time between frames. */
  readonly framesPerSecond: number;
  readonly durationSeconds: number;
}

/** A trace on the grid. `covered[i]` is 1 where frames lie near sample i, 0 in a gap. */
export interface GriddedTrace {
  readonly values: Float64Array;
  readonly covered: Uint8Array;
  /** Share of covered samples, 0-1. */
  readonly coverage: number;
}

const medianStep = (timesSeconds: Float64Array): number => {
  const steps = new Float64Array(Math.max(0, timesSeconds.length - 1));
  let count = 0;
  for (let i = 1; i < timesSeconds.length; i++) {
    const step = timesSeconds[i]! - timesSeconds[i - 1]!;
    if (step > 0 && Number.isFinite(step)) steps[count++] = step;
  }
  const ordered = steps.subarray(0, count).sort();
  return count === 0 ? NaN : ordered[count >> 1]!;
};

/** The grid that spans the frames; null where there are too few, too many, or no clock to speak of. */
export const gridOf = (timesSeconds: Float64Array): Grid | null => {
  const step = medianStep(timesSeconds);
  const startSeconds = timesSeconds[0] ?? NaN;
  const durationSeconds = (timesSeconds[timesSeconds.length - 1] ?? NaN) - startSeconds;
  const sane = step > 0 && durationSeconds > 0 && durationSeconds <= LONGEST_TRACE_SECONDS;
  if (!sane) return null;
  const count = Math.floor(durationSeconds * GRID_RATE_HZ) + 1;
  return { startSeconds, rateHz: GRID_RATE_HZ, count, framesPerSecond: 1 / step, durationSeconds };
};

const { isFinite: isReading } = Number;

interface Knots {
  readonly at: Float64Array;
  readonly value: Float64Array;
}

/** Readable frames in ascending order; frames closer together than `spacing` become one at their mean. */
const knotsOf = (timesSeconds: Float64Array, values: Float64Array, spacing: number): Knots => {
  const at = new Float64Array(timesSeconds.length);
  const value = new Float64Array(timesSeconds.length);
  let count = 0;
  let opened = -Infinity;
  let members = 0;
  for (let i = 0; i < timesSeconds.length; i++) {
    const time = timesSeconds[i]!;
    // A time that runs backwards (a broken container) is dropped with its frame.
    if (!isReading(time) || !isReading(values[i]!) || time < opened) continue;
    if (time - opened < spacing) {
      members++;
      at[count - 1] = at[count - 1]! + (time - at[count - 1]!) / members;
      value[count - 1] = value[count - 1]! + (values[i]! - value[count - 1]!) / members;
      continue;
    }
    opened = time;
    members = 1;
    at[count] = time;
    value[count] = values[i]!;
    count++;
  }
  return { at: at.subarray(0, count), value: value.subarray(0, count) };
};

/** Indices of the grid samples strictly inside (from, to), seconds. */
const samplesBetween = (grid: Grid, from: number, to: number): readonly [number, number] => [
  Math.max(0, Math.ceil((from - grid.startSeconds) * grid.rateHz)),
  Math.min(grid.count, Math.floor((to - grid.startSeconds) * grid.rateHz) + 1),
];

/** Straight lines over the gaps; returns how many samples lie in one. */
const bridge = (knots: Knots, grid: Grid, trace: { values: Float64Array; covered: Uint8Array }): number => {
  const { at, value } = knots;
  let missing = 0;
  const mark = (from: number, to: number, fill: (time: number) => number): void => {
    const [first, end] = samplesBetween(grid, from, to);
    for (let i = first; i < end; i++) {
      trace.values[i] = fill(grid.startSeconds + i / grid.rateHz);
      missing += trace.covered[i]!;
      trace.covered[i] = 0;
    }
  };
  const last = at.length - 1;
  for (let k = 0; k < last; k++) {
    const width = at[k + 1]! - at[k]!;
    if (width <= GAP_SECONDS) continue;
    mark(at[k]!, at[k + 1]!, (time) => value[k]! + ((value[k + 1]! - value[k]!) * (time - at[k]!)) / width);
  }
  const end = grid.startSeconds + grid.durationSeconds;
  if (at[0]! - grid.startSeconds > GAP_SECONDS) mark(grid.startSeconds, at[0]!, () => value[0]!);
  if (end - at[last]! > GAP_SECONDS) mark(at[last]!, end, () => value[last]!);
  return missing;
};

/** Puts a trace on the grid by the times of its frames, never by their number. Null with fewer than four readings. */
export const ontoGrid = (timesSeconds: Float64Array, values: Float64Array, grid: Grid): GriddedTrace | null => {
  const fast = grid.framesPerSecond > FAST_CAMERA_FPS;
  const knots = knotsOf(timesSeconds, values, fast ? 0.9 / grid.rateHz : BUNCH_SECONDS);
  if (knots.at.length < 4) return null;
  const trace = { values: new Float64Array(grid.count), covered: new Uint8Array(grid.count).fill(1) };
  splineOnto(knots.at, knots.value, grid, trace.values);
  const missing = bridge(knots, grid, trace);
  return { ...trace, coverage: 1 - missing / grid.count };
};
