import { HEART_RATE_SECONDS, type FaceTraces } from '@smartscan/signal';
import { luminanceOf, seenShareOf } from './recording-checks.ts';
import { lastSeconds } from './recording.ts';

/** What the person before the camera can do now, most urgent first. Closed: clients show pictures for it. */
export const GUIDANCE = [
  'show_face',
  'hold_still',
  'more_light',
  'less_light',
  'come_closer',
  'keep_recording',
  'finish',
] as const;
export type Guidance = (typeof GUIDANCE)[number];

/** What is looked at: long enough for a step or a lamp to show, short enough to tell what is now. Ours. */
const NOW_SECONDS = 2;

/** Patches in fewer of the frames than this: the face is turned away or leaves the picture. Ours. */
const MOSTLY_SEEN = 0.8;

/** Face widths a second. From here on movement matters to the analysis; the heart itself nods the head by less than 0.03. */
const RESTLESS = 0.08;

/** Mean brightness of the skin, 0-255: between what is refused and what is as good as any. Ours. */
const DIM = 50;

/** Above this, skin clips in its brightest patches. Ours. */
const GLARING = 235;

/** Pixels: between a face whose patches hold too few and one whose hold enough. Ours. */
const SMALL_FACE = 110;

/** The scan that the product asks for: it gives every marker. */
const WHOLE_SECONDS = 30;

/** A fused pulse weaker than its noise. */
const WEAK_DECIBELS = 0;

/** How the recording is going. */
export interface Going {
  /** Recorded so far. */
  readonly seconds: number;
  /** Of the latest seconds at least; undefined before anybody saw any. */
  readonly traces: FaceTraces | undefined;
  /** As the device told with the latest chunk, pixels. */
  readonly faceWidth: number | undefined;
  /** Of the latest preview; null where there is no pulse, or none was looked for. */
  readonly snrDecibels: number | null;
}

/** Mean speed of the face, widths a second; NaN where nobody told. */
const speedOf = ({ motion, timesSeconds }: FaceTraces): number => {
  const seconds = (timesSeconds.at(-1) ?? 0) - (timesSeconds[0] ?? 0);
  // What the first frame moved lies before it.
  return motion === undefined ? NaN : motion.subarray(1).reduce((sum, moved) => sum + moved, 0) / seconds;
};

const hints = (now: FaceTraces, faceWidth: number | undefined): Guidance[] => {
  const light = luminanceOf(now.patches);
  const wanted: readonly (readonly [Guidance, boolean])[] = [
    ['show_face', seenShareOf(now) < MOSTLY_SEEN],
    ['hold_still', speedOf(now) > RESTLESS],
    ['more_light', light < DIM],
    ['less_light', light > GLARING],
    ['come_closer', faceWidth !== undefined && faceWidth < SMALL_FACE],
  ];
  return wanted.flatMap(([hint, applies]) => (applies ? [hint] : []));
};

/**
 * What to tell the person. Where the pulse is weak and nothing else is to blame, it is light that is wanting: a camera's
 * noise falls as light rises.
 */
export const guide = ({ seconds, traces, faceWidth, snrDecibels }: Going): Guidance[] => {
  const now = traces === undefined ? [] : hints(lastSeconds(traces, NOW_SECONDS), faceWidth);
  const isWeak = traces !== undefined && seconds >= HEART_RATE_SECONDS && (snrDecibels ?? -Infinity) < WEAK_DECIBELS;
  if (now.length === 0 && isWeak) now.push('more_light');
  return [...now, seconds < WHOLE_SECONDS ? 'keep_recording' : 'finish'];
};
