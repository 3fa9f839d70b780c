import type { PlainFault } from './plain-fault.ts';

/** To a thread of jobs, which has one at a time. */
export type ToJobThread<Job> =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'stop'; readonly reason: PlainFault };

/** From it. */
export type FromJobThread<Outcome, Stage> =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly stage: Stage; readonly share: number }
  | { readonly type: 'done'; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly fault: PlainFault }
  /** An error that nobody foresaw; the thread is ended. Only where it came from, since a message may quote what was sent. */
  | { readonly type: 'defect'; readonly name: string; readonly at: readonly string[] };

/** Whoever runs a job tells how far it is, and is told when nobody wants it any more. */
export interface JobWatch<Stage> {
  readonly signal: AbortSignal;
  readonly onProgress: (stage: Stage, share: number) => void;
}
