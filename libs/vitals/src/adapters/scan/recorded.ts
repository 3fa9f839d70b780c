import type { FaceTraces } from '@smartscan/signal';
import type { StreamHead } from './frames.ts';

/** Crops of a face in planar YUV 4:2:0, as a YUV4MPEG2 stream without its head. */
export interface RecordedFrames {
  readonly kind: 'frames';
  readonly head: StreamHead;
  /** One after the other; threads share them. */
  readonly parts: readonly Uint8Array[];
  readonly timesSeconds: Float64Array;
}

/** What a device recorded, as a worker is given it. */
export type Recorded = { readonly kind: 'traces'; readonly traces: FaceTraces } | RecordedFrames;

/** What there is of a recording. */
export interface RecordedSoFar {
  readonly recorded: Recorded;
  /** It is over, and is judged like a video; otherwise it is looked at while it comes. */
  readonly whole: boolean;
}
