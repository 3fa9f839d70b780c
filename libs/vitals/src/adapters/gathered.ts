import { HEART_RATE_SECONDS, type FaceTraces, type PulseAnalysis } from '@smartscan/signal';
import { SCAN_TRACES_MAX_BYTES } from '@smartscan/contracts/vitals';
import { TRACES_MAX_BYTES } from '@smartscan/contracts/vitals/recordings';
import type { AdmittedRecording, Measured, MeasureWatch } from '../app/measure.ts';
import { readChunk } from '../app/read-chunk.ts';
import type { Going } from '../domain/guidance.ts';
import { MAX_CROP_BYTES } from '../domain/limits.ts';
import {
  badChunk,
  checkTimes,
  joined,
  lastSeconds,
  MAX_RECORDING_BYTES,
  secondsOf,
  withMore,
} from '../domain/recording.ts';
import { problem } from '../domain/scan-problems.ts';
import { unwitnessed } from '../domain/witnesses.ts';
import { WORK_OF_CROPS, WORK_OF_RECORDING } from '../domain/work.ts';
import type { ScanOutcome } from './scan/outcome.ts';
import { readFrames, type FramesChunk } from './scan/read-frames.ts';
import type { Recorded } from './scan/recorded.ts';

/** A preview is of so many of the latest seconds: half of a whole scan, and what is now. Ours. */
const PREVIEW_SECONDS = 15;

/** The way to the workers of a recording that was let in. */
export interface Hands {
  run(recorded: Recorded, watch: MeasureWatch, doubts: Measured['doubts']): Promise<Measured>;
  /** `undefined` where nobody is idle, or it came to nothing. */
  glimpse(recorded: Recorded): Promise<ScanOutcome | undefined>;
  leave(): void;
}

type Gathering = new (hands: Hands) => AdmittedRecording;

class GatheredTraces implements AdmittedRecording {
  #traces: FaceTraces | undefined;
  #faceWidth: number | undefined;
  #seconds = 0;
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  get seconds(): number {
    return this.#seconds;
  }

  get going(): Omit<Going, 'snrDecibels'> {
    return { seconds: this.#seconds, traces: this.#traces, faceWidth: this.#faceWidth };
  }

  add(bytes: Uint8Array): void {
    // More would be read for too long on this thread.
    if (bytes.length > TRACES_MAX_BYTES) throw problem('too_large');
    const { traces, faceWidth } = readChunk(bytes);
    this.#traces = withMore(this.#traces, traces);
    this.#faceWidth = faceWidth ?? this.#faceWidth;
    this.#seconds = secondsOf(this.#traces);
  }

  async glimpse(): Promise<PulseAnalysis | undefined> {
    if (this.#traces === undefined || this.#seconds < HEART_RATE_SECONDS) return undefined;
    const traces = lastSeconds(this.#traces, PREVIEW_SECONDS);
    return (await this.#hands.glimpse({ kind: 'traces', traces }))?.analysis;
  }

  run(watch: MeasureWatch): Promise<Measured> {
    const traces = this.#traces;
    if (traces === undefined) return Promise.reject(problem('too_short'));
    return this.#hands.run({ kind: 'traces', traces }, watch, unwitnessed(traces));
  }

  leave(): void {
    this.#traces = undefined;
    this.#hands.leave();
  }
}

class GatheredFrames implements AdmittedRecording {
  #chunks: FramesChunk[] = [];
  #times: Float64Array = new Float64Array(0);
  #bytes = 0;
  #shown: ScanOutcome['shown'];
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  get seconds(): number {
    return secondsOf({ timesSeconds: this.#times });
  }

  get going(): Omit<Going, 'snrDecibels'> {
    // How far the face is from the camera, a crop does not tell.
    return { seconds: this.seconds, traces: this.#shown, faceWidth: undefined };
  }

  add(bytes: Uint8Array): void {
    const chunk = readFrames(bytes);
    const first = this.#chunks[0]?.head ?? chunk.head;
    if (JSON.stringify(chunk.head) !== JSON.stringify(first)) {
      throw badChunk('The crops changed.', 'Send crops of one size and range for the whole recording.');
    }
    checkTimes(chunk.timesSeconds, this.#times);
    if (this.#bytes + chunk.frames.length > MAX_CROP_BYTES) throw problem('too_large');
    this.#chunks.push(chunk);
    this.#times = joined(this.#times, chunk.timesSeconds);
    this.#bytes += chunk.frames.length;
  }

  async glimpse(): Promise<PulseAnalysis | undefined> {
    const from = (this.#times.at(-1) ?? 0) - PREVIEW_SECONDS;
    const latest = this.#chunks.filter(({ timesSeconds }) => (timesSeconds.at(-1) ?? 0) > from);
    if (latest.length === 0) return undefined;
    const outcome = await this.#hands.glimpse(recordedOf(latest));
    if (this.#chunks.length > 0) this.#shown = outcome?.shown ?? this.#shown;
    return outcome?.analysis;
  }

  run(watch: MeasureWatch): Promise<Measured> {
    return this.#hands.run(recordedOf(this.#chunks), watch, []);
  }

  leave(): void {
    void wipe(this.#chunks.map(({ frames }) => frames));
    this.#chunks = [];
    this.#shown = undefined;
    this.#hands.leave();
  }
}

/** As much as a chunk. Ours. */
const WIPED_BYTES = 4_000_000;

/** A part at a time, since all of it at once would hold up everybody on this thread for 30 ms (measured, 45 MB). */
export const wipe = async (parts: readonly Uint8Array[]): Promise<void> => {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += WIPED_BYTES) {
      part.fill(0, at, at + WIPED_BYTES);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
};

const recordedOf = (chunks: readonly FramesChunk[]): Recorded => {
  const [first] = chunks;
  if (first === undefined) throw problem('too_short');
  return {
    kind: 'frames',
    head: first.head,
    parts: chunks.map(({ frames }) => frames),
    timesSeconds: chunks.map(({ timesSeconds }) => timesSeconds).reduce(joined),
  };
};

/** How each kind of recording is gathered, what it is let in for, and how long it may be in one piece. */
export const GATHERINGS = {
  traces: {
    Gathered: GatheredTraces as Gathering,
    bytes: MAX_RECORDING_BYTES,
    seconds: WORK_OF_RECORDING,
    maxBytesWhole: SCAN_TRACES_MAX_BYTES,
  },
  frames: {
    Gathered: GatheredFrames as Gathering,
    bytes: MAX_CROP_BYTES,
    seconds: WORK_OF_CROPS,
    maxBytesWhole: MAX_CROP_BYTES,
  },
} as const;
