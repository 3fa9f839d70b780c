import type { Picture } from './frames.ts';

/** Luma samples kept of each frame. */
const SAMPLES = 1024;

/** Runs of equal frames shorter than this are a camera or a network that stutters. Ours. */
const MIN_STILL_SECONDS = 0.5;

/** A video loops when a later frame is this much nearer to a frame than the very next frame is. Measured: see the spec. */
const LOOP_NEARNESS = 0.75;
/** Loops are looked for between these lags, seconds: a shorter one is a stutter, a longer one a second recording. */
const MIN_LOOP_SECONDS = 1;
/** One frame in so many is looked for again later. */
const ANCHOR_EVERY = 30;
/** Share of the anchors that must come again at one and the same lag. Ours. */
const LOOP_SHARE = 0.5;

/** Mean difference of two frames' samples. */
const distance = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) sum += Math.abs(a[i]! - b[i]!);
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
    const minRun = Math.max(2, MIN_STILL_SECONDS * framesPerSecond);
    let [still, run] = [0, 0];
    for (let i = 1; i <= this.#frames.length; i++) {
      const same = i < this.#frames.length && distance(this.#frames[i]!, this.#frames[i - 1]!) === 0;
      if (same) run++;
      else {
        if (run >= minRun) still += run;
        run = 0;
      }
    }
    return this.#frames.length === 0 ? 0 : still / this.#frames.length;
  }

  /** Does a stretch of the video come again? */
  loops(framesPerSecond: number): boolean {
    const frames = this.#frames;
    const minLag = Math.max(2, Math.round(MIN_LOOP_SECONDS * framesPerSecond));
    const votes = new Map<number, number>();
    // Only anchors that have a later frame to be found again in.
    let anchors = 0;
    for (let at = 0; at < frames.length / 2; at += ANCHOR_EVERY) {
      anchors++;
      const lag = this.#recurrence(at, minLag);
      if (lag !== undefined) votes.set(lag, (votes.get(lag) ?? 0) + 1);
    }
    return anchors > 0 && Math.max(0, ...votes.values()) >= LOOP_SHARE * anchors;
  }

  /** The lag at which a frame comes again, if it does. */
  #recurrence(at: number, minLag: number): number | undefined {
    const frames = this.#frames;
    const anchor = frames[at]!;
    const next = frames[at + 1];
    if (next === undefined) return undefined;
    let nearest = LOOP_NEARNESS * distance(anchor, next);
    let lag: number | undefined;
    for (let later = at + minLag; later < frames.length; later++) {
      const apart = distance(anchor, frames[later]!);
      if (apart < nearest) [nearest, lag] = [apart, later - at];
    }
    return lag;
  }
}
