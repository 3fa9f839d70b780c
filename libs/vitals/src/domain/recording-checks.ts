import type { FaceTraces, PatchTrace } from '@smartscan/signal';
import { MAX_STILL_SHARE, MIN_LUMINANCE, MIN_SEEN_SHARE, MIN_SECONDS } from './limits.ts';
import { secondsOf } from './recording.ts';
import { problem } from './scan-problems.ts';

/** What comes again sooner than this is a camera or a network that stutters. Ours. */
const MIN_RECURRENCE_SECONDS = 0.5;

const isSeen = (patches: readonly PatchTrace[], frame: number): boolean =>
  patches.some(({ green }) => !Number.isNaN(green[frame]!));

const isSame = (patches: readonly PatchTrace[], a: number, b: number): boolean =>
  patches.every(
    ({ red, green, blue }) => Object.is(red[a], red[b]) && Object.is(green[a], green[b]) && Object.is(blue[a], blue[b]),
  );

/** Mean brightness of the patches where they are seen, 0-255; NaN where they never are. */
export const luminanceOf = (patches: readonly PatchTrace[]): number => {
  let [light, samples] = [0, 0];
  for (const { red, green, blue } of patches) {
    for (let n = 0; n < green.length; n++) {
      const mean = (red[n]! + green[n]! + blue[n]!) / 3;
      if (Number.isNaN(mean)) continue;
      light += mean;
      samples++;
    }
  }
  return light / samples;
};

/** Share of the frames in which any patch is seen, 0-1. */
export const seenShareOf = ({ timesSeconds, patches }: FaceTraces): number =>
  timesSeconds.reduce((seen, _, frame) => seen + Number(isSeen(patches, frame)), 0) / timesSeconds.length;

/** Frames under the first number that tells them apart, first come first. */
const byFirstColour = ({ timesSeconds, patches }: FaceTraces): ReadonlyMap<number, readonly number[]> => {
  const alike = new Map<number, number[]>();
  for (let frame = 0; frame < timesSeconds.length; frame++) {
    if (!isSeen(patches, frame)) continue;
    const colour = patches[0]?.green[frame] ?? NaN;
    const frames = alike.get(colour);
    if (frames === undefined) alike.set(colour, [frame]);
    else frames.push(frame);
  }
  return alike;
};

/**
 * Share of the frames that were there before, in every colour to the last digit, 0-1. A camera's noise never does that twice;
 * a picture that stands still does, and a stretch that is played again.
 */
const recurringShare = (traces: FaceTraces): number => {
  const { timesSeconds, patches } = traces;
  let recurring = 0;
  for (const alike of byFirstColour(traces).values()) {
    const firsts: number[] = [];
    for (const frame of alike) {
      const first = firsts.find((earlier) => isSame(patches, earlier, frame));
      if (first === undefined) firsts.push(frame);
      else if (timesSeconds[frame]! - timesSeconds[first]! >= MIN_RECURRENCE_SECONDS) recurring++;
    }
  }
  return recurring / timesSeconds.length;
};

/**
 * Refuses a recording that no pulse can be read from, as a video is refused, as far as colour traces show it.
 *
 * @throws Fault invalid `vitals.too_short`, `vitals.no_face`, `vitals.too_dark`, `vitals.frozen_picture`
 */
export const judgeRecording = (traces: FaceTraces): void => {
  if (secondsOf(traces) < MIN_SECONDS) throw problem('too_short');
  if (seenShareOf(traces) < MIN_SEEN_SHARE) throw problem('no_face');
  if (luminanceOf(traces.patches) < MIN_LUMINANCE) throw problem('too_dark');
  if (recurringShare(traces) > MAX_STILL_SHARE) throw problem('frozen_picture');
};
