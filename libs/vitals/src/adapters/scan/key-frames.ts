import { meanOfSeen, type FaceTraces, type PatchTrace } from '@smartscan/signal';

/**
 * Coders start afresh at every key frame. Brightness jumps by a tenth of a step and settles within a few frames; colour,
 * which is coded more coarsely, may drift all the way to the next key frame and jump back. Phones write a key frame a
 * second, so that a patch without any pulse shows 60 beats a minute, in POS and CHROM alike (seen on our own synthetic
 * videos: a pulse of 72 read as 60). The disturbance is the same after each key frame, a pulse isn't: so what all of them
 * have in common is taken off.
 *
 * A heart that beats in step with the key frames would go with it. In the brightness it doesn't, since only the frames
 * around a key frame are touched. In the colours it doesn't, since as much is left there as goes with the brightness: a
 * pulse moves both in a known ratio.
 */

/** Frames around a key frame whose brightness it disturbs: x264, x265 and libvpx settle within eight (measured). */
const BEFORE = 2;
const AFTER = 8;

/** Frames on each side of the window that say where the trace would go without a disturbance. */
const EDGE = 2;

/** The window may take this share of the distance between key frames. */
const MAX_WINDOW_SHARE = 0.5;

/** Fewer key frames than this make no rhythm of a heart, and what they have in common would be mostly pulse. */
const MIN_KEY_FRAMES = 8;

/** Share of the key frames that must follow each other at the same distance, for colours to have a rhythm. */
const MIN_REGULAR_SHARE = 0.8;

/** Shares in which red, green and blue follow the blood (de Haan and van Leest, Physiol Meas 2014;35:1913). */
const PULSE_RATIO = { red: 0.33, green: 0.77, blue: 0.53 } as const;

/** ITU-R BT.601. Any luma would do. */
const LUMA = { red: 0.299, green: 0.587, blue: 0.114 } as const;
const SCALE = { u: 2 * (1 - LUMA.blue), v: 2 * (1 - LUMA.red) } as const;

interface Rhythm {
  readonly keyFrames: readonly number[];
  /** Median distance. */
  readonly gap: number;
  readonly regular: boolean;
}

const rhythmOf = (keyFrames: readonly number[]): Rhythm => {
  const gaps = keyFrames.slice(1).map((at, i) => at - keyFrames[i]!);
  const gap = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const same = gaps.filter((other) => other === gap).length;
  return { keyFrames, gap, regular: same >= MIN_REGULAR_SHARE * gaps.length };
};

/**
 * The mean of samples at each offset, less what chance alone would leave of it (positive-part James-Stein).
 *
 * @param rows samples by repetition, then by offset; NaN where there is none
 */
const commonShape = (rows: readonly ArrayLike<number>[]): readonly number[] =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => {
    const values = rows.map((row) => row[i]!).filter(Number.isFinite);
    if (values.length < MIN_KEY_FRAMES) return 0;
    const mean = meanOfSeen(values);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length;
    return mean === 0 ? 0 : mean * Math.max(0, 1 - variance / (mean * mean));
  });

/** Mean of the frames [from, from + EDGE). */
const edge = (trace: Float64Array, from: number): number => meanOfSeen(trace.subarray(from, from + EDGE));

/** How a trace departs, around one key frame, from the straight line between the edges of a window. */
const departure = (trace: Float64Array, centre: number, to: number): readonly number[] => {
  const left = edge(trace, centre - BEFORE - EDGE);
  const right = edge(trace, centre + to + 1);
  const length = to + BEFORE + EDGE + 1;
  return Array.from({ length: to + BEFORE + 1 }, (_, i) => {
    const share = (i + (EDGE + 1) / 2) / length;
    return trace[centre - BEFORE + i]! - (left + share * (right - left));
  });
};

/** Takes off what the frames around all key frames have in common. */
const settleAround = (trace: Float64Array, { keyFrames, gap }: Rhythm): Float64Array => {
  const to = Math.min(AFTER, Math.floor(MAX_WINDOW_SHARE * gap) - BEFORE - 1);
  const centres = keyFrames.filter((at) => at >= BEFORE + EDGE && at + to + EDGE < trace.length);
  if (to < 1 || centres.length < MIN_KEY_FRAMES) return trace;
  const shape = commonShape(centres.map((centre) => departure(trace, centre, to)));
  const settled = trace.slice();
  for (const centre of centres) shape.forEach((value, i) => (settled[centre - BEFORE + i]! -= value));
  return settled;
};

/** A trace less its moving mean over one distance between key frames, cut at the key frames. */
const periodsOf = (trace: Float64Array, { keyFrames, gap }: Rhythm): readonly Float64Array[] => {
  const half = gap / 2;
  return keyFrames.map((key) =>
    Float64Array.from({ length: gap }, (_, i) => {
      const [from, to] = [Math.ceil(key + i - half), Math.ceil(key + i + half)];
      return from < 0 || to > trace.length ? NaN : trace[key + i]! - meanOfSeen(trace.subarray(from, to));
    }),
  );
};

/** Takes off what a colour has in common after all key frames, but what goes with the brightness at this ratio. */
const settleBetween = (
  colour: Float64Array,
  luma: readonly Float64Array[],
  ratio: number,
  rhythm: Rhythm,
): Float64Array => {
  const beyond = periodsOf(colour, rhythm).map((period, n) => period.map((value, i) => value - ratio * luma[n]![i]!));
  const shape = commonShape(beyond);
  const settled = colour.slice();
  for (const key of rhythm.keyFrames) {
    for (let i = 0; i < rhythm.gap && key + i < settled.length; i++) settled[key + i]! -= shape[i]!;
  }
  return settled;
};

const settlePatch = ({ name, red, green, blue }: PatchTrace, rhythm: Rhythm): PatchTrace => {
  const rough = red.map((value, n) => LUMA.red * value + LUMA.green * green[n]! + LUMA.blue * blue[n]!);
  const luma = settleAround(rough, rhythm);
  const u = blue.map((value, n) => (value - rough[n]!) / SCALE.u);
  const v = red.map((value, n) => (value - rough[n]!) / SCALE.v);
  const pulse = { red: PULSE_RATIO.red * meanOfSeen(red), blue: PULSE_RATIO.blue * meanOfSeen(blue) };
  const pulseLuma = LUMA.red * pulse.red + LUMA.green * PULSE_RATIO.green * meanOfSeen(green) + LUMA.blue * pulse.blue;
  const periods = periodsOf(luma, rhythm);
  const settle = (colour: Float64Array, ratio: number): Float64Array =>
    rhythm.regular ? settleBetween(colour, periods, ratio, rhythm) : settleAround(colour, rhythm);
  const settledU = settle(u, (pulse.blue - pulseLuma) / SCALE.u / pulseLuma);
  const settledV = settle(v, (pulse.red - pulseLuma) / SCALE.v / pulseLuma);
  const newRed = luma.map((value, n) => value + SCALE.v * settledV[n]!);
  const newBlue = luma.map((value, n) => value + SCALE.u * settledU[n]!);
  const newGreen = luma.map((value, n) => (value - LUMA.red * newRed[n]! - LUMA.blue * newBlue[n]!) / LUMA.green);
  return { name, red: newRed, green: newGreen, blue: newBlue };
};

/**
 * Takes the mark of the key frames off every trace.
 *
 * @param keyFrames places of the key frames in presentation order, ascending
 */
export const withoutKeyFrames = (traces: FaceTraces, keyFrames: readonly number[]): FaceTraces => {
  const rhythm = rhythmOf(keyFrames.filter((at) => at < traces.timesSeconds.length));
  // Every frame a key frame: there is nothing to start afresh from.
  if (rhythm.keyFrames.length < MIN_KEY_FRAMES || rhythm.gap < 2) return traces;
  const settle = (patch: PatchTrace): PatchTrace => settlePatch(patch, rhythm);
  const beside = traces.backdrop === undefined ? {} : { backdrop: traces.backdrop.map(settle) };
  return { ...traces, patches: traces.patches.map(settle), ...beside };
};
