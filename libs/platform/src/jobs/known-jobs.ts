import { isOver, isPastRetention, type Clock } from '@smartscan/kernel';
import type { Holdings } from '../peers/holdings.ts';
import type { Call, Services } from '../ports/call.ts';
import type { Tx, UnitOfWork } from '../ports/work.ts';
import type { ActiveJobs } from './active-jobs.ts';
import { ttlSecondsOf } from './effective-ttl.ts';
import type { JobKind } from './job.ts';
import { sightOf, sightOfRow, type JobProgress, type JobSight } from './job-sight.ts';
import { JobRows, type JobRow } from './job-table.ts';

export interface KnownJobsParts<Secrets> {
  readonly kind: JobKind;
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly active: ActiveJobs<Secrets>;
  readonly holdings: Holdings;
}

/** Ours: how often the row is looked at for a job that runs in another process. */
const POLL_MS = 1_000;

/** Jobs found again, whether they run here, elsewhere or are over: read, followed, cancelled, changed, deleted. */
export class KnownJobs<Secrets> {
  readonly #parts: KnownJobsParts<Secrets>;
  readonly #rows: JobRows;

  constructor(parts: KnownJobsParts<Secrets>) {
    this.#parts = parts;
    this.#rows = new JobRows(parts.kind.table);
  }

  /** Seconds for which the caller's workspace keeps such results now; 0: not at all. */
  ttlSeconds(call: Call, category = this.#parts.kind.kept): Promise<number> {
    return ttlSecondsOf(this.#parts.services, call, category);
  }

  /** Throws the kind's `notFound`. A result that isn't kept is handed over once. */
  async one(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { active, kind, work } = this.#parts;
    const isOnlyInMemory = (): boolean => active.find(id, call.tenant)?.retainedSeconds === 0;
    if (isOnlyInMemory()) return this.#fromMemory(id, call);
    const ttlSeconds = await this.ttlSeconds(call);
    const kept = await work.run(call, async (tx) => {
      const row = await this.#keptRow(tx, id, ttlSeconds);
      return row && { ...sightOfRow(row, ttlSeconds), secrets: (await this.#rows.open(tx, row)) as Secrets | null };
    });
    if (kept) return kept;
    // The workspace may have chosen meanwhile that nothing is kept of it.
    if (isOnlyInMemory()) return this.#fromMemory(id, call);
    throw kind.faults.notFound();
  }

  /** Newest first, without what they hold; one more than `limit` where there are more. */
  async page(limit: number, cursor: string | undefined, call: Call): Promise<JobSight<Secrets>[]> {
    const ttlSeconds = await this.ttlSeconds(call);
    const rows = await this.#parts.work.run(call, (tx) => this.#rows.page(tx, limit, cursor));
    // What is past its time is gone for readers at once, though the sweep may take some minutes.
    return rows.filter((row) => !this.#isPast(row, ttlSeconds)).map((row) => sightOfRow(row, ttlSeconds));
  }

  async *follow(id: string, call: Call): AsyncGenerator<JobProgress> {
    const { active } = this.#parts;
    while (!call.signal.aborted) {
      const state = active.find(id, call.tenant);
      const progress = state
        ? { id, status: state.life.status, stage: state.stage, share: state.share }
        : await this.#rowProgress(id, call);
      yield progress;
      if (progress.status !== 'running') return;
      await (state ? active.changed(id, call.signal) : pause(POLL_MS, call.signal));
    }
  }

  /** Throws the kind's `notFound`, before anything is streamed. */
  async exists(id: string, call: Call): Promise<void> {
    if (!this.#parts.active.find(id, call.tenant)) await this.#rowProgress(id, call);
  }

  async cancel(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { active } = this.#parts;
    const state = active.find(id, call.tenant);
    if (!state) return this.#cancelRow(id, call);
    if (!isOver(state.life)) {
      active.cancel(id);
      // The job ends itself and tells of it; wait until it has.
      while (!isOver(state.life) && !call.signal.aborted) await active.changed(id, call.signal);
    }
    return { ...sightOf(state), secrets: null };
  }

  /** @param also what else is deleted with it */
  async delete(id: string, call: Call, also?: (tx: Tx) => Promise<void>): Promise<void> {
    const { active, kind, work, holdings } = this.#parts;
    const state = active.find(id, call.tenant);
    if (state && !isOver(state.life)) await this.cancel(id, call);
    active.forget(id);
    await work.run(call, async (tx) => {
      const removed = await this.#rows.remove(tx, id);
      if (!removed && !state) throw kind.faults.notFound();
      await also?.(tx);
      await holdings.release(tx, id);
      kind.tell.deleted(tx, { tenant: call.tenant, id });
    });
  }

  /**
   * Changes what a completed job holds. Throws the kind's `notFound`, and what `change` throws; then all is as it was.
   *
   * @param change given null where the job isn't completed
   */
  async change(
    id: string,
    call: Call,
    change: (tx: Tx, secrets: Secrets | null) => Secrets,
  ): Promise<JobSight<Secrets>> {
    const ttlSeconds = await this.ttlSeconds(call);
    return this.#parts.work.run(call, async (tx) => {
      const row = await this.#keptRow(tx, id, ttlSeconds);
      if (!row) throw this.#parts.kind.faults.notFound();
      const before = row.status === 'completed' ? ((await this.#rows.open(tx, row)) as Secrets | null) : null;
      const secrets = change(tx, before);
      await this.#rows.reseal(tx, id, secrets);
      return { ...sightOfRow(row, ttlSeconds), secrets };
    });
  }

  /** Noted first: a disclosure without its audit entry must not be. */
  async #fromMemory(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { active, kind, work, holdings } = this.#parts;
    const state = active.find(id, call.tenant);
    if (!state) throw kind.faults.notFound();
    if (!isOver(state.life)) return { ...sightOf(state), secrets: null };
    const sight = sightOf(state);
    active.forget(id);
    await work.run(call, async (tx) => {
      tx.noteAccess(kind.table, id, 'read');
      await holdings.release(tx, id);
    });
    return sight;
  }

  /** A job that runs elsewhere: closing its row is what makes its process give up at the next beat. */
  #cancelRow(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { kind, work, clock } = this.#parts;
    return work.run(call, async (tx) => {
      const closed = await this.#rows.close(
        tx,
        id,
        { status: 'cancelled', problem: null, finishedAtMs: clock.nowMs() },
        null,
      );
      if (closed) kind.tell.cancelled(tx, { tenant: call.tenant, id });
      const row = await this.#rows.row(tx, id);
      if (!row) throw kind.faults.notFound();
      return sightOfRow(row, 0);
    });
  }

  /** What still runs is no result yet, whatever was chosen meanwhile. */
  #isPast(row: JobRow, ttlSeconds: number): boolean {
    if (row.status === 'running') return false;
    return isPastRetention(row.createdAt.getTime(), ttlSeconds, this.#parts.clock.nowMs());
  }

  async #keptRow(tx: Tx, id: string, ttlSeconds: number): Promise<JobRow | null> {
    const row = await this.#rows.row(tx, id);
    return row && !this.#isPast(row, ttlSeconds) ? row : null;
  }

  async #rowProgress(id: string, call: Call): Promise<JobProgress> {
    const row = await this.#parts.work.run(call, (tx) => this.#rows.row(tx, id));
    if (!row) throw this.#parts.kind.faults.notFound();
    const { status } = row;
    return status === 'running' ? { id, status, stage: 'received', share: 0 } : { id, status, stage: 'done', share: 1 };
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
