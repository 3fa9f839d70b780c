import type { FaceTraces } from '@smartscan/signal';

/**
 * Coders start afresh at every key frame: brightness and colour jump by a tenth of a step and settle over the next frames.
 * Phones write a key frame a second, so that a patch without any pulse shows 60 beats a minute, in POS and CHROM alike
 * (seen on our own synthetic videos). The jump looks the same at each key frame; a pulse doesn't keep step with them. So the
 * mean shape around the key frames is taken off, and only there.
 */

/** Frames around a key frame that it disturbs: x264, x265 and libvpx settle within eight (measured). */
const BEFORE = 2;
const AFTER = 8;

/** Frames on each side of the window that say where the trace would go without a disturbance. */
const EDGE = 2;

/** The window may take this share of the distance between key frames. */
const MAX_WINDOW_SHARE = 0.5;

/** Fewer key frames than this make no rhythm, and their mean shape would be mostly pulse. */
const MIN_KEY_FRAMES = 8;

interface Window {
  /** First and last offset from a key frame. */
  readonly from: number;
  readonly to: number;
  /** Key frames with a whole window and its edges around them. */
  readonly centres: readonly number[];
}

const windowOf = (keyFrames: readonly number[], frames: number): Window | undefined => {
  const gaps = keyFrames
    .slice(1)
    .map((at, i) => at - keyFrames[i]!)
    .sort((a, b) => a - b);
  const gap = gaps[gaps.length >> 1] ?? 0;
  const to = Math.min(AFTER, Math.floor(MAX_WINDOW_SHARE * gap) - BEFORE - 1);
  if (to < 1) return undefined;
  const centres = keyFrames.filter((at) => at >= BEFORE + EDGE && at + to + EDGE < frames);
  return centres.length < MIN_KEY_FRAMES ? undefined : { from: -BEFORE, to, centres };
};

/** Mean of the frames [from, from + EDGE). */
const edge = (trace: Float64Array, from: number): number => {
  let sum = 0;
  for (let i = from; i < from + EDGE; i++) sum += trace[i]!;
  return sum / EDGE;
};

/** How a trace departs, around one key frame, from the straight line between the two edges of the window. */
const departure = (trace: Float64Array, centre: number, { from, to }: Window): readonly number[] => {
  const left = edge(trace, centre + from - EDGE);
  const right = edge(trace, centre + to + 1);
  const length = to - from + EDGE + 1;
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const share = (i + (EDGE + 1) / 2) / length;
    return trace[centre + from + i]! - (left + share * (right - left));
  });
};

/** The mean departure, less what chance alone would leave of it (positive-part James-Stein, offset by offset). */
const meanShape = (departures: readonly (readonly number[])[]): readonly number[] =>
  departures[0]!.map((_, i) => {
    const values = departures.map((departed) => departed[i]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length;
    return mean === 0 ? 0 : mean * Math.max(0, 1 - variance / (mean * mean));
  });

const settle = (trace: Float64Array, window: Window): Float64Array => {
  const departures = window.centres
    .map((centre) => departure(trace, centre, window))
    .filter((departed) => departed.every(Number.isFinite));
  if (departures.length < MIN_KEY_FRAMES) return trace;
  const shape = meanShape(departures);
  const settled = trace.slice();
  for (const centre of window.centres) {
    shape.forEach((value, i) => (settled[centre + window.from + i]! -= value));
  }
  return settled;
};

/**
 * Takes the mean disturbance around key frames off every trace.
 *
 * @param keyFrames places of the key frames in presentation order, ascending
 */
export const withoutKeyFrameSteps = (traces: FaceTraces, keyFrames: readonly number[]): FaceTraces => {
  const window = windowOf(keyFrames, traces.timesSeconds.length);
  if (window === undefined) return traces;
  const patches = traces.patches.map(({ name, red, green, blue }) => ({
    name,
    red: settle(red, window),
    green: settle(green, window),
    blue: settle(blue, window),
  }));
  return { ...traces, patches };
};
