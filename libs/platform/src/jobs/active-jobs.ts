import { isOver } from '@smartscan/kernel';
import type { JobState } from './job.ts';

/** PROMISES, retention defaults: an asynchronous result that is not kept waits this long for its first fetch. */
const RESULT_BUFFER_MS = 15 * 60 * 1_000;

/** The jobs that this process runs, and results that are handed over from memory once because nothing is kept. */
export class ActiveJobs<Secrets = unknown> {
  readonly #states = new Map<string, JobState<Secrets>>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #idlers: (() => void)[] = [];

  add(state: JobState<Secrets>): AbortController {
    const abort = new AbortController();
    this.#states.set(state.id, state);
    this.#aborts.set(state.id, abort);
    return abort;
  }

  get count(): number {
    return this.#aborts.size;
  }

  /** Whether it runs here, or waits here for its fetch. */
  has(id: string): boolean {
    return this.#states.has(id);
  }

  /** Another tenant's job is as unknown as none. */
  find(id: string, tenant: string): JobState<Secrets> | undefined {
    const state = this.#states.get(id);
    return state?.tenant === tenant ? state : undefined;
  }

  /** Ids of jobs that run here and have a row, by tenant. */
  runningRows(): ReadonlyMap<string, readonly string[]> {
    const byTenant = new Map<string, string[]>();
    for (const state of this.#states.values()) {
      if (!state.accepted || isOver(state.life) || state.retainedSeconds === 0) continue;
      byTenant.set(state.tenant, [...(byTenant.get(state.tenant) ?? []), state.id]);
    }
    return byTenant;
  }

  progress(state: JobState<Secrets>, stage: string, share: number): void {
    state.stage = stage;
    state.share = share;
    this.#wake(state.id);
  }

  cancel(id: string): void {
    this.#aborts.get(id)?.abort();
  }

  /** The job is over. `keepForFetch`: its result waits in memory for one reader, 15 minutes at most. */
  end(state: JobState<Secrets>, keepForFetch: boolean): void {
    this.#aborts.delete(state.id);
    state.stage = 'done';
    state.share = 1;
    this.#wake(state.id);
    if (this.#aborts.size === 0) for (const done of this.#idlers.splice(0)) done();
    if (!keepForFetch) return this.forget(state.id);
    const timer = setTimeout(() => this.forget(state.id), RESULT_BUFFER_MS);
    timer.unref();
    this.#timers.set(state.id, timer);
  }

  forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#states.delete(id);
    this.#wake(id);
    this.#watchers.delete(id);
  }

  /** Resolves at the job's next change, or when the signal is aborted. */
  changed(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(id) ?? new Set();
      const done = (): void => {
        watchers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      watchers.add(done);
      this.#watchers.set(id, watchers);
      signal.addEventListener('abort', done);
    });
  }

  /** Resolves when no job runs here. */
  idle(): Promise<void> {
    return this.#aborts.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idlers.push(resolve));
  }

  #wake(id: string): void {
    for (const done of [...(this.#watchers.get(id) ?? [])]) done();
  }
}
