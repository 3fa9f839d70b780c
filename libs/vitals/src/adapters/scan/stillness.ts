import type { Picture } from './frames.ts';

/** Luma samples kept of each frame. */
const SAMPLES = 1024;

/**
 * Frames that differ by less than this, in steps of 8 bits a sample, show the same picture. Coders leave 0.00-0.01 between
 * equal pictures; between live ones it was 0.25 in the middle and 0.05 at least, at 800 kbit/s (measured).
 */
const SAME_PICTURE = 0.03;
/** Runs of equal frames shorter than this are a camera or a network that stutters. Ours. */
const MIN_STILL_SECONDS = 0.5;

/** A loop is at least this long: what recurs sooner is a stutter. Ours. */
const MIN_LOOP_SECONDS = 1;
/** One frame in so many is looked for again later. */
const ANCHOR_EVERY = 60;
/**
 * A frame comes again when a later one is nearer to it, by this factor, than those a little before and after that one.
 * Looped and coded again the factor was 0.1-0.2, in live video 0.8 and more (measured).
 */
const RECURRENCE = 0.35;
/** "A little": frames further than the first and nearer than the second. */
const NEIGHBOURS = [6, 14] as const;
/** Share of the anchors that must come again at one and the same lag. Ours. */
const LOOP_SHARE = 0.5;

/** Mean difference of two frames' samples. */
const distance = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const apart = a[i]! - b[i]!;
    sum += apart < 0 ? -apart : apart;
  }
  return sum / SAMPLES;
};

/** Watches for pictures that a camera can't have taken: the same one on and on, or the same stretch again. */
export class StillnessWatch {
  readonly #frames: Uint8Array[] = [];

  add({ width, height, bytes }: Picture): void {
    const samples = new Uint8Array(SAMPLES);
    const step = (width * height) / SAMPLES;
    for (let i = 0; i < SAMPLES; i++) samples[i] = bytes[Math.floor((i + 0.5) * step)]!;
    this.#frames.push(samples);
  }

  /** Share of the frames that stand in runs of equal pictures, 0-1. */
  stillShare(framesPerSecond: number): number {
    const frames = this.#frames;
    const minRun = Math.max(2, MIN_STILL_SECONDS * framesPerSecond);
    let [still, run] = [0, 0];
    for (let i = 1; i <= frames.length; i++) {
      if (i < frames.length && distance(frames[i]!, frames[i - 1]!) < SAME_PICTURE) {
        run++;
      } else {
        if (run >= minRun) still += run;
        run = 0;
      }
    }
    return frames.length === 0 ? 0 : still / frames.length;
  }

  /** Does a stretch of the video come again? */
  loops(framesPerSecond: number): boolean {
    const minLag = Math.max(2 * NEIGHBOURS[1], Math.round(MIN_LOOP_SECONDS * framesPerSecond));
    const votes = new Map<number, number>();
    let anchors = 0;
    // Anchors of the first half only: each loop that fits in twice has a later frame to come again in.
    for (
      let at = 0;
      at + minLag + NEIGHBOURS[1] < this.#frames.length && at <= this.#frames.length / 2;
      at += ANCHOR_EVERY
    ) {
      anchors++;
      const lag = this.#recurrence(at, minLag);
      if (lag !== undefined) votes.set(lag, (votes.get(lag) ?? 0) + 1);
    }
    return anchors > 0 && Math.max(0, ...votes.values()) >= LOOP_SHARE * anchors;
  }

  /** The lag at which a frame comes again, if it does. */
  #recurrence(at: number, minLag: number): number | undefined {
    const frames = this.#frames;
    const apart = new Float64Array(frames.length - at);
    const first = minLag - NEIGHBOURS[1];
    apart.fill(Infinity, 0, first);
    for (let lag = first; lag < apart.length; lag++) apart[lag] = distance(frames[at]!, frames[at + lag]!);
    let nearest = minLag;
    for (let lag = minLag; lag < apart.length; lag++) if (apart[lag]! < apart[nearest]!) nearest = lag;
    const around: number[] = [];
    for (let lag = nearest - NEIGHBOURS[1]; lag <= nearest + NEIGHBOURS[1]; lag++) {
      if (Math.abs(lag - nearest) > NEIGHBOURS[0] && lag < apart.length) around.push(apart[lag]!);
    }
    around.sort((a, b) => a - b);
    const usual = around[around.length >> 1];
    return usual !== undefined && apart[nearest]! < RECURRENCE * usual ? nearest : undefined;
  }
}
