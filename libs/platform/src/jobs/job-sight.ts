import type { JobLife } from '@smartscan/kernel';
import type { JobSummary } from '@smartscan/contracts/job';
import type { JobState } from './job.ts';
import type { JobRow } from './job-table.ts';

/** A job as others see it: its life and, for who may read it, what it holds. */
export interface JobSight<Secrets> {
  readonly id: string;
  readonly life: JobLife;
  /** How long it is kept from its beginning; 0: not at all. */
  readonly retainedSeconds: number;
  readonly subjectRef: string | null;
  readonly secrets: Secrets | null;
}

export interface JobProgress {
  readonly id: string;
  readonly status: JobLife['status'];
  readonly stage: string;
  readonly share: number;
}

export const sightOf = <Secrets>(state: JobState<Secrets>): JobSight<Secrets> => {
  const { id, life, retainedSeconds, subjectRef, secrets } = state;
  return { id, life, retainedSeconds, subjectRef, secrets };
};

/** Without what it holds: that is sealed. */
export const sightOfRow = (row: JobRow, retainedSeconds: number): JobSight<never> => {
  const { id, status, createdAt, finishedAt, problem = null, subjectRef = null } = row;
  const startedAtMs = createdAt.getTime();
  const life = { status, startedAtMs, finishedAtMs: finishedAt?.getTime() ?? null, problem };
  return { id, life, retainedSeconds, subjectRef, secrets: null };
};

const instant = (ms: number): string => new Date(ms).toISOString();

/** What every answer about a job begins with. */
export const summaryOf = ({ id, life, retainedSeconds }: JobSight<unknown>): JobSummary => ({
  id,
  status: life.status,
  created_at: instant(life.startedAtMs),
  finished_at: life.finishedAtMs === null ? null : instant(life.finishedAtMs),
  retained: retainedSeconds > 0,
  expires_at: retainedSeconds > 0 ? instant(life.startedAtMs + retainedSeconds * 1_000) : null,
  problem: life.problem,
});
