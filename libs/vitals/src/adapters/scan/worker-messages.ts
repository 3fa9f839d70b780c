import type { InferenceStart } from '../inference/inference-start.ts';
import type { Content } from '../../app/measure.ts';
import type { PlainFault } from '../plain-fault.ts';
import type { Decoder } from './decoder.ts';
import type { ModelVersions } from './face-models.ts';
import type { Glance } from './demux.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';
import type { Recorded, RecordedSoFar } from './recorded.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly inference: InferenceStart;
  readonly decoder: Decoder;
}

/** To a worker. A worker has one scan at a time. */
export type ToWorker =
  | ({ readonly type: 'scan'; readonly versions: ModelVersions } & Glance)
  | ({ readonly type: 'recorded'; readonly versions: ModelVersions } & RecordedSoFar)
  | { readonly type: 'stop'; readonly reason: PlainFault };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly stage: ScanStage; readonly share: number }
  | { readonly type: 'done'; readonly outcome: ScanOutcome }
  | { readonly type: 'failed'; readonly fault: PlainFault }
  /** An error that nobody foresaw; the worker ends itself. Only where it came from, since a message may quote a video. */
  | { readonly type: 'defect'; readonly name: string; readonly at: readonly string[] };

/** To the thread that reads bodies. */
export interface ToGlance {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly content: 'video' | Content;
}

/** From it. */
export type FromGlance =
  | { readonly type: 'ready' }
  | ({ readonly type: 'seen' } & Glance)
  | { readonly type: 'read'; readonly recorded: Recorded }
  | { readonly type: 'failed'; readonly fault: PlainFault };
