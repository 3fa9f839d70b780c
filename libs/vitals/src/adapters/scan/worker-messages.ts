import { Fault, type FaultExtras, type FaultKind } from '@smartscan/kernel';
import type { Decoder } from './decoder.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly modelsDirectory: string;
  readonly decoder: Decoder;
}

/** A fault as plain data: its class doesn't survive the way between threads. */
export interface PlainFault {
  readonly kind: FaultKind;
  readonly code: string;
  readonly message: string;
  readonly extras: FaultExtras;
}

export const plain = ({ kind, code, message, extras }: Fault): PlainFault => ({ kind, code, message, extras });
export const revived = ({ kind, code, message, extras }: PlainFault): Fault => new Fault(kind, code, message, extras);

/** To a worker. A worker has one scan at a time. */
export type ToWorker =
  | { readonly type: 'scan'; readonly body: Uint8Array }
  | { readonly type: 'stop'; readonly reason: PlainFault };

/** From a worker. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly stage: ScanStage; readonly share: number }
  | { readonly type: 'done'; readonly outcome: ScanOutcome }
  | { readonly type: 'failed'; readonly fault: PlainFault }
  /** An error that nobody foresaw; the worker ends itself. Only where it came from, since a message may quote a video. */
  | { readonly type: 'defect'; readonly name: string; readonly at: readonly string[] };
