import type { DataCategory, Fault, IdKind, JobLife } from '@smartscan/kernel';
import type { Call } from '../ports/call.ts';
import type { Tx } from '../ports/work.ts';
import type { JobTable } from './job-table.ts';

/** A job while it runs here, or while its result waits here for its one fetch. */
export interface JobState<Secrets = unknown> {
  readonly id: string;
  readonly tenant: string;
  /** Our own name for the person, once the job is accepted; null where the caller named none. */
  subjectRef: string | null;
  /** How long the result is kept; 0: not at all. */
  retainedSeconds: number;
  life: JobLife;
  /** Whether it is committed that there is such a job. */
  accepted: boolean;
  stage: string;
  /** 0-1, of the stage. */
  share: number;
  /** What of the job is protected health information. It exists in memory and, where kept, in the sealed column. */
  secrets: Secrets;
}

/** Which job, and whose. */
export interface JobKey {
  readonly tenant: string;
  readonly id: string;
}

/** What a context's jobs are: declared once, and all that happens to a job whatever it does follows. */
export interface JobKind {
  readonly id: IdKind;
  readonly table: JobTable;
  /** The category whose retention applies to what is kept. */
  readonly kept: DataCategory;
  readonly faults: {
    cancelled(): Fault;
    interrupted(): Fault;
    notFound(): Fault;
  };
  /** Tells the events of a job's life; that of its completion is told by who completes it. */
  readonly tell: {
    accepted(tx: Tx, key: JobKey): void;
    failed(tx: Tx, key: JobKey, problem: string): void;
    cancelled(tx: Tx, key: JobKey): void;
    deleted(tx: Tx, key: JobKey): void;
  };
}

export interface TaskWatch {
  readonly signal: AbortSignal;
  /** `received` comes when the whole body did and there is time for what it holds. */
  readonly onProgress: (stage: string, share: number) => void;
}

/** What a job does. */
export interface Task<Secrets, Outcome> {
  /** Throws the job's problem as a Fault. */
  work(watch: TaskWatch): Promise<Outcome>;
  /**
   * In the unit of work that closes the job: makes of its outcome what is answered and, if `keptSeconds` is above 0, kept, and
   * tells of it.
   */
  finish(tx: Tx, outcome: Outcome, keptSeconds: number): Promise<Secrets>;
  /** It is over, whether or not it was done. */
  leave(): void;
}

/**
 * What the process that has a job is asked for again, whatever is kept of it: nothing, its result where that isn't kept, or
 * everything.
 */
export type AskedAgain = 'nothing' | 'result' | 'everything';

/** One job under way. */
export interface Job<Secrets, Outcome> {
  readonly state: JobState<Secrets>;
  readonly task: Task<Secrets, Outcome>;
  readonly call: Call;
  readonly askedAgain: AskedAgain;
  readonly abort: AbortController;
}
