import { asFault, beginJob, endJob, endOf, isOver, isPastRetention, type Clock, type JobLife } from '@smartscan/kernel';
import { effectiveTtl } from '@smartscan/contracts/retention';
import type { Holdings } from '../peers/holdings.ts';
import type { Call, Services } from '../ports/call.ts';
import type { Ids } from '../ports/ids.ts';
import type { Tx, UnitOfWork } from '../ports/work.ts';
import type { ActiveJobs } from './active-jobs.ts';
import type { Job, JobKey, JobKind, JobState } from './job.ts';
import { JobRows, type JobRow } from './job-table.ts';

export interface JobsParts<State extends JobState> {
  readonly kind: JobKind;
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly active: ActiveJobs<State>;
  readonly holdings: Holdings;
}

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

/** What a job begins with. */
export interface Beginning<State extends JobState, Outcome> extends Pick<
  Job<State['secrets'], Outcome>,
  'task' | 'askedAgain'
> {
  readonly ttlSeconds: number;
  readonly secrets: State['secrets'];
}

/** What is known when a job is let in. */
export interface Acceptance {
  /** The customer's own id of whom it is about. */
  readonly person: string | null;
  /** Whether something of it is to be sealed at once. */
  readonly isNamed: boolean;
  /** What else is done then. */
  readonly also?: (() => Promise<void>) | undefined;
}

const keyOf = ({ tenant, id }: JobState): JobKey => ({ tenant, id });

const lifeOf = (row: JobRow): JobLife => ({
  status: row.status,
  startedAtMs: row.createdAt.getTime(),
  finishedAtMs: row.finishedAt?.getTime() ?? null,
  problem: row.problem ?? null,
});

/** The end that is written where no result is. */
const cut = (status: 'cancelled' | 'failed', problem: string | null, nowMs: number) => ({
  status,
  problem,
  finishedAtMs: nowMs,
});

/** Ours: how often the row is looked at for a job that runs in another process. */
const POLL_MS = 1_000;

/**
 * Jobs of a context: work that is asked for and takes its time, whose result is kept as long as the workspace says, or handed
 * over once. There is one way to begin a job, one to end it, one to find it again.
 */
export class Jobs<Secrets, State extends JobState<Secrets> = JobState<Secrets>> {
  readonly #parts: JobsParts<State>;
  readonly #rows: JobRows;

  constructor(parts: JobsParts<State>) {
    this.#parts = parts;
    this.#rows = new JobRows(parts.kind.table);
  }

  /** Seconds for which the caller's workspace keeps such results now; 0: not at all. Asked anew each time, never remembered. */
  async ttlSeconds(call: Call, category = this.#parts.kind.kept): Promise<number> {
    const input = { workspace_id: call.tenant, category };
    return (await this.#parts.services.call(effectiveTtl, input, call)).ttl_seconds;
  }

  /** From here on it is to be ended. */
  begin<Outcome>(call: Call, beginning: Beginning<State, Outcome>): Job<Secrets, Outcome> {
    const { kind, ids, clock, active } = this.#parts;
    const { task, askedAgain, ttlSeconds, secrets } = beginning;
    const state = {
      id: ids.next(kind.id),
      tenant: call.tenant,
      subjectRef: null,
      retainedSeconds: ttlSeconds,
      life: beginJob(clock.nowMs()),
      accepted: false,
      stage: 'received',
      share: 0,
      secrets,
    } as JobState<Secrets> as State;
    return { state, task, call, askedAgain, abort: active.add(state) };
  }

  /**
   * The whole of a job that came with its body, for a caller who waits for the answer, or asked to come back: then what is told
   * is that it runs, once the body is there.
   */
  async serve<Outcome>(job: Job<Secrets, Outcome>, acceptance: Acceptance): Promise<JobSight<Secrets>> {
    const { state, call, abort } = job;
    const leave = (): void => abort.abort();
    // A caller who waits for the answer and leaves has no more use for it; one who asked to come back has.
    call.signal.addEventListener('abort', leave);
    let ended = (): void => this.end(job, false);
    try {
      await this.accept(job, acceptance);
      if (call.respondAsync) {
        ended = () => undefined;
        await new Promise<void>((resolve, reject) => {
          this.goOn(job, resolve).then(resolve, reject);
        });
        return { ...this.sightOf(state), secrets: null };
      }
      await this.perform(job);
      return this.sightOf(state);
    } finally {
      // From here on one who asked to come back is not waited for.
      call.signal.removeEventListener('abort', leave);
      ended();
    }
  }

  /** Commits that there is such a job. */
  async accept<Outcome>(
    { state, call, askedAgain }: Job<Secrets, Outcome>,
    { person, isNamed, also }: Acceptance,
  ): Promise<void> {
    const { kind, work, holdings } = this.#parts;
    await work.run(call, async (tx) => {
      if (person !== null) state.subjectRef = await tx.pseudonym(person);
      if (state.retainedSeconds > 0) {
        const { id, tenant: workspaceId, subjectRef, life } = state;
        const row = { id, workspaceId, subjectRef, createdAt: new Date(life.startedAtMs) };
        await this.#rows.add(tx, row, isNamed ? state.secrets : undefined);
      }
      if (askedAgain === 'everything' || (askedAgain === 'result' && state.retainedSeconds === 0))
        await holdings.hold(tx, state.id);
      kind.tell.accepted(tx, keyOf(state));
    });
    // From here on a row that is missing is one that somebody has closed.
    state.accepted = true;
    await also?.();
  }

  /** Does it and closes it as completed, failed or cancelled; throws what it failed with. */
  async perform<Outcome>(job: Job<Secrets, Outcome>, onReceived = (): void => undefined): Promise<void> {
    const { state, task, abort } = job;
    const { signal } = abort;
    const { cancelled } = this.#parts.kind.faults;
    try {
      const onProgress = (stage: string, share: number): void => {
        if (stage === 'received') onReceived();
        this.#parts.active.progress(state as State, stage, share);
      };
      const outcome = await task.work({ signal, onProgress });
      if (signal.aborted) throw cancelled();
      await this.#complete(job, outcome);
    } catch (error) {
      // Once completed, a failure to say so is not a failure of the job.
      if (!isOver(state.life)) await this.#fail(job, signal.aborted ? cancelled() : error);
      throw signal.aborted ? cancelled() : error;
    }
  }

  /** Goes on without whoever began it. A result that isn't kept then waits for one fetch. */
  async goOn<Outcome>(job: Job<Secrets, Outcome>, onReceived?: () => void): Promise<void> {
    try {
      await this.perform(job, onReceived);
    } finally {
      this.end(job, job.state.retainedSeconds === 0);
    }
  }

  end<Outcome>({ state, task }: Job<Secrets, Outcome>, keepForFetch: boolean): void {
    task.leave();
    this.#parts.active.end(state as State, keepForFetch);
  }

  sightOf({ id, life, retainedSeconds, subjectRef, secrets }: JobState<Secrets>): JobSight<Secrets> {
    return { id, life, retainedSeconds, subjectRef, secrets };
  }

  /** Throws the kind's `notFound`. A result that isn't kept is handed over once. */
  async one(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { active, kind, work, clock } = this.#parts;
    if (active.find(id, call.tenant)?.retainedSeconds === 0) return this.#fromMemory(id, call);
    const ttlSeconds = await this.ttlSeconds(call);
    return work.run(call, async (tx) => {
      const row = await this.#rows.row(tx, id);
      if (!row || isPastRetention(row.createdAt.getTime(), ttlSeconds, clock.nowMs())) throw kind.faults.notFound();
      return { ...this.#sightOfRow(row, ttlSeconds), secrets: (await this.#rows.open(tx, row)) as Secrets | null };
    });
  }

  /** Newest first, without what they hold; one more than `limit` where there are more. */
  async page(limit: number, cursor: string | undefined, call: Call): Promise<JobSight<Secrets>[]> {
    const { work, clock } = this.#parts;
    const ttlSeconds = await this.ttlSeconds(call);
    const rows = await work.run(call, (tx) => this.#rows.page(tx, limit, cursor));
    // What is past its time is gone for readers at once, though the sweep may take some minutes.
    return rows
      .filter((row) => !isPastRetention(row.createdAt.getTime(), ttlSeconds, clock.nowMs()))
      .map((row) => this.#sightOfRow(row, ttlSeconds));
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
    return { ...this.sightOf(state), secrets: null };
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
    const { kind, work, clock } = this.#parts;
    const ttlSeconds = await this.ttlSeconds(call);
    return work.run(call, async (tx) => {
      const row = await this.#rows.row(tx, id);
      if (!row || isPastRetention(row.createdAt.getTime(), ttlSeconds, clock.nowMs())) throw kind.faults.notFound();
      const before = row.status === 'completed' ? ((await this.#rows.open(tx, row)) as Secrets | null) : null;
      const secrets = change(tx, before);
      await this.#rows.reseal(tx, id, secrets);
      return { ...this.#sightOfRow(row, ttlSeconds), secrets };
    });
  }

  async #complete<Outcome>(job: Job<Secrets, Outcome>, outcome: Outcome): Promise<void> {
    const { state, task, call } = job;
    const { kind, work, clock } = this.#parts;
    // Asked again: a workspace that chose to keep nothing while this job ran gets nothing kept.
    const ttlSeconds = await this.ttlSeconds(call);
    const retained = state.retainedSeconds > 0 && ttlSeconds > 0;
    const life = endJob(state.life, { status: 'completed' }, clock.nowMs());
    const secrets = await work.run(call, async (tx) => {
      const found = await task.finish(tx, outcome, retained ? ttlSeconds : 0);
      // Cancelled or swept meanwhile: then the result is nobody's.
      if (retained && !(await this.#rows.close(tx, state.id, life, found))) throw kind.faults.cancelled();
      if (!retained) await this.#handOver(tx, job);
      return found;
    });
    Object.assign(state, { life, secrets, retainedSeconds: retained ? ttlSeconds : 0 });
  }

  /** Nothing is kept: the row of the running job goes too, and the disclosure itself is what the audit notes. */
  async #handOver<Outcome>(tx: Tx, { state, askedAgain }: Job<Secrets, Outcome>): Promise<void> {
    await this.#rows.remove(tx, state.id);
    if (askedAgain !== 'nothing') await this.#parts.holdings.hold(tx, state.id);
    tx.noteAccess(this.#parts.kind.table, state.id, 'read');
  }

  async #fail<Outcome>({ state, call }: Job<Secrets, Outcome>, error: unknown): Promise<void> {
    const { kind, work, clock } = this.#parts;
    const end = endOf(asFault(error).code);
    state.life = endJob(state.life, end, clock.nowMs());
    await work.run(call, async (tx) => {
      // Whoever closed the row told of it.
      if (state.retainedSeconds > 0 && !(await this.#rows.close(tx, state.id, state.life, null))) return;
      if (end.status === 'failed') kind.tell.failed(tx, keyOf(state), end.problem);
      else kind.tell.cancelled(tx, keyOf(state));
    });
  }

  /** Noted first: a disclosure without its audit entry must not be. */
  async #fromMemory(id: string, call: Call): Promise<JobSight<Secrets>> {
    const { active, kind, work, holdings } = this.#parts;
    const state = active.find(id, call.tenant);
    if (!state) throw kind.faults.notFound();
    if (!isOver(state.life)) return { ...this.sightOf(state), secrets: null };
    const sight = this.sightOf(state);
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
      const closed = await this.#rows.close(tx, id, cut('cancelled', null, clock.nowMs()), null);
      if (closed) kind.tell.cancelled(tx, { tenant: call.tenant, id });
      const row = await this.#rows.row(tx, id);
      if (!row) throw kind.faults.notFound();
      return this.#sightOfRow(row, 0);
    });
  }

  #sightOfRow(row: JobRow, retainedSeconds: number): JobSight<Secrets> {
    return { id: row.id, life: lifeOf(row), retainedSeconds, subjectRef: row.subjectRef ?? null, secrets: null };
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
