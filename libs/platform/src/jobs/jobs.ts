import { asFault, beginJob, endJob, endOf, isOver, type Clock } from '@smartscan/kernel';
import type { Holdings } from '../peers/holdings.ts';
import type { Call, Services } from '../ports/call.ts';
import type { Ids } from '../ports/ids.ts';
import type { Tx, UnitOfWork } from '../ports/work.ts';
import type { ActiveJobs } from './active-jobs.ts';
import { ttlSecondsOf } from './effective-ttl.ts';
import type { Job, JobKey, JobKind, JobState } from './job.ts';
import { sightOf, type JobSight } from './job-sight.ts';
import { JobRows } from './job-table.ts';

export interface JobsParts<Secrets> {
  readonly kind: JobKind;
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly active: ActiveJobs<Secrets>;
  readonly holdings: Holdings;
}

/** What a job begins with. */
export interface Beginning<Secrets, Outcome> extends Pick<Job<Secrets, Outcome>, 'task' | 'askedAgain'> {
  readonly ttlSeconds: number;
  readonly secrets: Secrets;
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

/**
 * Jobs of a context: work that is asked for and takes its time, whose result is kept as long as the workspace says, or handed
 * over once. There is one way to begin a job and one to end it; `KnownJobs` find it again.
 */
export class Jobs<Secrets> {
  readonly #parts: JobsParts<Secrets>;
  readonly #rows: JobRows;

  constructor(parts: JobsParts<Secrets>) {
    this.#parts = parts;
    this.#rows = new JobRows(parts.kind.table);
  }

  /** Seconds for which the caller's workspace keeps such results now; 0: not at all. */
  ttlSeconds(call: Call, category = this.#parts.kind.kept): Promise<number> {
    return ttlSecondsOf(this.#parts.services, call, category);
  }

  /** From here on it is to be ended. */
  begin<Outcome>(call: Call, beginning: Beginning<Secrets, Outcome>): Job<Secrets, Outcome> {
    const { kind, ids, clock, active } = this.#parts;
    const { task, askedAgain, ttlSeconds, secrets } = beginning;
    const state: JobState<Secrets> = {
      id: ids.next(kind.id),
      tenant: call.tenant,
      subjectRef: null,
      retainedSeconds: ttlSeconds,
      life: beginJob(clock.nowMs()),
      accepted: false,
      stage: 'received',
      share: 0,
      secrets,
    };
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
        return { ...sightOf(state), secrets: null };
      }
      await this.perform(job);
      return sightOf(state);
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
        this.#parts.active.progress(state, stage, share);
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
    this.#parts.active.end(state, keepForFetch);
  }

  async #complete<Outcome>(job: Job<Secrets, Outcome>, outcome: Outcome): Promise<void> {
    const { state, task, call } = job;
    const { kind, work, clock } = this.#parts;
    // Asked again: a workspace that chose to keep nothing while this job ran gets nothing kept.
    const ttlSeconds = await this.ttlSeconds(call);
    const before = state.retainedSeconds;
    const retained = before > 0 && ttlSeconds > 0;
    const life = endJob(state.life, { status: 'completed' }, clock.nowMs());
    // Known before the row goes: whoever asks in between is answered from memory.
    state.retainedSeconds = retained ? ttlSeconds : 0;
    try {
      const secrets = await work.run(call, async (tx) => {
        const found = await task.finish(tx, outcome, state.retainedSeconds);
        // Cancelled or deleted meanwhile: then the result is nobody's.
        const closed = before === 0 || (await this.#rows.close(tx, state.id, life, retained ? found : null));
        if (!closed) throw kind.faults.cancelled();
        if (!retained) await this.#handOver(tx, job);
        return found;
      });
      Object.assign(state, { life, secrets });
    } catch (error) {
      state.retainedSeconds = before;
      throw error;
    }
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
}
