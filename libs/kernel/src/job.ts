import { Fault } from './fault.ts';

/** Where a job stands: something that was asked for and takes its time. All but the first are final. */
export const JOB_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What ends a job: its result, a problem (by its code), or somebody's wish. */
export type JobEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'failed'; readonly problem: string }
  | { readonly status: 'cancelled' };

/** The life of one job; times in milliseconds since 1970. */
export interface JobLife {
  readonly status: JobStatus;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  /** Code of the problem that it failed with; null otherwise. */
  readonly problem: string | null;
}

export const beginJob = (nowMs: number): JobLife => ({
  status: 'running',
  startedAtMs: nowMs,
  finishedAtMs: null,
  problem: null,
});

export const isOver = ({ status }: JobLife): boolean => status !== 'running';

/**
 * The job after its end. What is over never changes: a completion after a cancel, or a second end, is a conflict.
 *
 * @throws Fault `platform.job_over` (conflict)
 */
export const endJob = (job: JobLife, end: JobEnd, nowMs: number): JobLife => {
  if (isOver(job)) {
    throw new Fault('conflict', 'platform.job_over', 'It is over already.', { members: { status: job.status } });
  }
  return { ...job, status: end.status, finishedAtMs: nowMs, problem: end.status === 'failed' ? end.problem : null };
};

/** How a job ends that met an error: a wish to cancel is no failure. */
export const endOf = (code: string): JobEnd =>
  code.endsWith('.cancelled') ? { status: 'cancelled' } : { status: 'failed', problem: code };

/** Whether a result's time is over, `ttlSeconds` after its job began; at once where nothing is kept. */
export const isPastRetention = (startedAtMs: number, ttlSeconds: number, nowMs: number): boolean =>
  startedAtMs + ttlSeconds * 1_000 <= nowMs;
