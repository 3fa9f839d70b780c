import type { InferenceStart, ModelVersions } from '@smartscan/inference';
import type { PlainFault } from '@smartscan/inference/in-thread';
import type { Content } from '../../app/measure.ts';
import type { Decoder } from './decoder.ts';
import type { Glance } from './demux.ts';
import type { Recorded, RecordedSoFar } from './recorded.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly inference: InferenceStart;
  readonly decoder: Decoder;
}

/** What a worker is to do. */
export type ScanJob =
  | ({ readonly type: 'scan'; readonly versions: ModelVersions } & Glance)
  | ({ readonly type: 'recorded'; readonly versions: ModelVersions } & RecordedSoFar);

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
