import { Fault } from '@smartscan/kernel';
import type { FaceTraces, PatchTrace } from '@smartscan/signal';
import { MAX_FRAMES, MAX_SECONDS } from './limits.ts';
import { problem } from './scan-problems.ts';

/** Most patches of a recording: the twenty that a video has, and room for finer ones. Ours. */
export const MAX_PATCHES = 32;

/** Most places beside the face: one on each side, and room for finer ones. Ours. */
export const MAX_BACKDROP = 4;

/** Memory that the longest recording takes: a number of 8 bytes for each frame and trace. */
export const MAX_RECORDING_BYTES = 8 * MAX_FRAMES * (3 * (MAX_PATCHES + MAX_BACKDROP) + 4);

/** Colours are R'G'B' of 8 bits, as means. */
const BRIGHTEST = 255;

export const badChunk = (message: string, remedy: string): Fault =>
  new Fault('invalid', 'vitals.bad_chunk', message, { status: 422, remedy });

const isColour = (value: number): boolean => Number.isNaN(value) || (value >= 0 && value <= BRIGHTEST);

const isSound = (values: Float64Array, frames: number, fits: (value: number) => boolean): boolean =>
  values.length === frames && values.every(fits);

const checkPatches = (
  patches: readonly PatchTrace[],
  frames: number,
  [least, most]: readonly [number, number],
): void => {
  const names = new Set(patches.map(({ name }) => name));
  if (patches.length < least || patches.length > most || names.size < patches.length) {
    throw badChunk('Patches are missing, too many or named twice.', `Send ${least} to ${most} there, each once.`);
  }
  for (const { red, green, blue } of patches) {
    if (![red, green, blue].every((values) => isSound(values, frames, isColour))) {
      throw badChunk('A colour trace does not fit.', 'Send a value from 0 to 255, or null, for each time and colour.');
    }
  }
};

const checkTraces = ({ timesSeconds, patches, backdrop = [], motion, position }: FaceTraces): void => {
  const frames = timesSeconds.length;
  checkPatches(patches, frames, [1, MAX_PATCHES]);
  checkPatches(backdrop, frames, [0, MAX_BACKDROP]);
  if (motion !== undefined && !isSound(motion, frames, (moved) => moved >= 0)) {
    throw badChunk('The motion does not fit.', 'Send a value from 0 on for each time, in face widths.');
  }
  const paths = position === undefined ? [] : [position.x, position.y];
  if (!paths.every((path) => isSound(path, frames, (place) => !(Math.abs(place) === Infinity)))) {
    throw badChunk('The position does not fit.', 'Send x and y for each time, or null, in face widths.');
  }
};

/**
 * Refuses times that don't go on from those before, or go on for too long.
 *
 * @throws Fault invalid `vitals.bad_chunk`, `vitals.too_long`
 */
export const checkTimes = (more: Float64Array, before: Float64Array = new Float64Array(0)): void => {
  let last = before.at(-1) ?? -Infinity;
  for (const time of more) {
    if (!Number.isFinite(time) || time <= last) {
      throw badChunk('The times do not ascend.', 'Send the time of each frame in seconds, on one clock.');
    }
    last = time;
  }
  const first = before[0] ?? more[0] ?? last;
  if (last - first > MAX_SECONDS || before.length + more.length > MAX_FRAMES) throw problem('too_long');
};

/** What of a recording must be there in each chunk or in none. */
const outlineOf = ({ patches, backdrop, motion, position }: FaceTraces): string =>
  JSON.stringify([
    patches.map(({ name }) => name),
    backdrop?.map(({ name }) => name) ?? null,
    motion !== undefined,
    position !== undefined,
  ]);

const checkSame = (before: FaceTraces, more: FaceTraces): void => {
  if (outlineOf(before) !== outlineOf(more)) {
    throw badChunk('The chunk holds other traces than the first.', 'Send the same patches in the same order.');
  }
};

export const joined = (first: Float64Array, second: Float64Array): Float64Array => {
  const whole = new Float64Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
};

const joinedPatch = (first: PatchTrace, second: PatchTrace): PatchTrace => ({
  name: first.name,
  red: joined(first.red, second.red),
  green: joined(first.green, second.green),
  blue: joined(first.blue, second.blue),
});

const joinedPatches = (first: readonly PatchTrace[], second: readonly PatchTrace[]): readonly PatchTrace[] =>
  first.map((patch, i) => joinedPatch(patch, second[i]!));

/**
 * A recording with more of it at its end. It neither changes nor keeps a number of its own: in however many parts traces
 * come, what they become is the same to the bit.
 *
 * @throws Fault invalid `vitals.bad_chunk`, `vitals.too_long`; then the recording is as it was
 */
export const withMore = (before: FaceTraces | undefined, more: FaceTraces): FaceTraces => {
  checkTraces(more);
  if (before !== undefined) checkSame(before, more);
  checkTimes(more.timesSeconds, before?.timesSeconds);
  if (before === undefined) return more;
  const { timesSeconds, patches, backdrop, motion, position } = before;
  return {
    timesSeconds: joined(timesSeconds, more.timesSeconds),
    patches: joinedPatches(patches, more.patches),
    ...(backdrop && more.backdrop ? { backdrop: joinedPatches(backdrop, more.backdrop) } : {}),
    ...(motion && more.motion ? { motion: joined(motion, more.motion) } : {}),
    ...(position && more.position
      ? { position: { x: joined(position.x, more.position.x), y: joined(position.y, more.position.y) } }
      : {}),
  };
};

/** The last seconds of a recording, in memory of their own. */
export const lastSeconds = (traces: FaceTraces, seconds: number): FaceTraces => {
  const { timesSeconds, patches, backdrop, motion, position } = traces;
  const from = (timesSeconds.at(-1) ?? 0) - seconds;
  const first = timesSeconds.findIndex((time) => time >= from);
  const cut = (values: Float64Array): Float64Array => values.slice(first);
  const cutPatch = ({ name, red, green, blue }: PatchTrace): PatchTrace => ({
    name,
    red: cut(red),
    green: cut(green),
    blue: cut(blue),
  });
  return {
    timesSeconds: cut(timesSeconds),
    patches: patches.map(cutPatch),
    ...(backdrop ? { backdrop: backdrop.map(cutPatch) } : {}),
    ...(motion ? { motion: cut(motion) } : {}),
    ...(position ? { position: { x: cut(position.x), y: cut(position.y) } } : {}),
  };
};

/** From the first frame to the last. */
export const secondsOf = ({ timesSeconds }: Pick<FaceTraces, 'timesSeconds'>): number =>
  (timesSeconds.at(-1) ?? 0) - (timesSeconds[0] ?? 0);
