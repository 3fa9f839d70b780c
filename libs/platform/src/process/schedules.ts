import { asFault } from '@smartscan/kernel';
import type { Database } from '../database/database.ts';
import type { Schedule } from '../ports/context.ts';
import type { Log } from '../ports/log.ts';
import type { Own } from './own.ts';

export interface Job {
  readonly name: string;
  readonly everySeconds: number;
  /** Whatever the other processes do. */
  readonly inEachProcess?: boolean;
  readonly run: () => Promise<void>;
}

export interface RunningJobs {
  stop(): Promise<void>;
}

/**
 * Runs each job by the clock, at most once at a time across all processes of the context, unless it is for each of them:
 * who holds the advisory lock runs, the others let the turn pass. A failed run is logged and tried again at the next turn.
 */
export function runJobs(jobs: readonly Job[], database: Database, log: Log): RunningJobs {
  const running = new Set<Promise<void>>();
  const timers = jobs.map((job) => {
    const turn = (): void => {
      const run = once(job, database, log).finally(() => running.delete(run));
      running.add(run);
    };
    // A first turn soon after the start: what fell due while the process was down should not wait a whole interval.
    const first = setTimeout(turn, Math.min(1_000, job.everySeconds * 1_000));
    const timer = setInterval(turn, job.everySeconds * 1_000);
    return { first, timer };
  });
  return {
    stop: async () => {
      for (const { first, timer } of timers) {
        clearTimeout(first);
        clearInterval(timer);
      }
      await Promise.all(running);
    },
  };
}

async function once(job: Job, database: Database, log: Log): Promise<void> {
  try {
    if (job.inEachProcess) return await job.run();
    const client = await database.pool.connect();
    try {
      const lock = [`${database.owner}.${job.name}`];
      const { rows } = await client.query<{ held: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
        lock,
      );
      if (!rows[0]?.held) return;
      try {
        await job.run();
      } finally {
        await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
      }
    } finally {
      client.release();
    }
  } catch (error) {
    log.error('job.failed', { context: database.owner, job: job.name, code: asFault(error).code });
  }
}

export const jobOf = (schedule: Schedule, own: Own): Job => ({
  name: schedule.name,
  everySeconds: schedule.everySeconds,
  inEachProcess: schedule.inEachProcess ?? false,
  run: () => own(schedule.job).run(),
});
