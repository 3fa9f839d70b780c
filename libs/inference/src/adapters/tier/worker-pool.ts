import type { Ticket } from '../../domain/fair-queue.ts';
import { FairLine } from './fair-line.ts';
import type { TierFaults } from './tier-faults.ts';

/** A thread that has a job at a time. */
export interface PooledWorker {
  /** It takes no more. */
  readonly dead: boolean;
  close(): Promise<void>;
}

export interface PoolOptions<Worker> {
  /** Threads, and so jobs at a time. */
  readonly size: number;
  readonly newWorker: () => Promise<Worker>;
  readonly faults: Pick<TierFaults, 'cancelled'>;
}

/**
 * Threads that work, a job each at a time; more jobs wait, and are served fairly by tenant and lane. A thread that dies fails
 * its job alone and is replaced.
 */
export class WorkerPool<Worker extends PooledWorker> {
  readonly #options: PoolOptions<Worker>;
  readonly #line: FairLine;
  readonly #idle: Worker[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #busy = 0;
  #closed = false;

  private constructor(options: PoolOptions<Worker>) {
    this.#options = options;
    this.#line = new FairLine(options.size);
  }

  /** Starts all threads. @throws what one of them could not be started for; then none is left */
  static async start<Worker extends PooledWorker>(options: PoolOptions<Worker>): Promise<WorkerPool<Worker>> {
    const pool = new WorkerPool(options);
    const started = await Promise.allSettled(Array.from({ length: options.size }, () => options.newWorker()));
    for (const result of started) if (result.status === 'fulfilled') pool.#idle.push(result.value);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed === undefined) return pool;
    await pool.close();
    throw failed.reason;
  }

  /** Jobs that run now. */
  get busy(): number {
    return this.#busy;
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#line.waiting;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for its turn, then works. @throws Fault `cancelled` where the signal comes first, and what the work throws */
  run<T>(ticket: Ticket, signal: AbortSignal, work: (worker: Worker) => Promise<T>): Promise<T> {
    return this.inTurn(this.#line, { ticket, signal }, () => this.#withWorker(work));
  }

  /** Works if a thread has nothing to do just now: it holds up nobody. `undefined` where none has. */
  runIfFree<T>(work: (worker: Worker) => Promise<T>): Promise<T | undefined> {
    if (this.#closed || !this.#line.takeFree()) return Promise.resolve(undefined);
    return this.kept(this.#withWorker(work).finally(() => this.#line.give()));
  }

  /** Waits in any line for its turn, then works. @throws Fault `cancelled` where the signal comes first */
  inTurn<T>(
    line: FairLine,
    { ticket, signal }: { readonly ticket: Ticket; readonly signal: AbortSignal },
    work: () => Promise<T>,
  ): Promise<T> {
    return this.kept(
      (async () => {
        if (!(await line.take(ticket, signal))) throw this.#options.faults.cancelled();
        try {
          return await work();
        } finally {
          line.give();
        }
      })(),
    );
  }

  /** Waited for when this closes. */
  kept<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  /** Lets running jobs end, takes no more, ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    // A job that is being received may still ask for its turn.
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await Promise.all(this.#idle.map((worker) => worker.close()));
  }

  async #withWorker<T>(work: (worker: Worker) => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      const worker = await this.#takeWorker();
      try {
        return await work(worker);
      } finally {
        if (!worker.dead) this.#idle.push(worker);
      }
    } finally {
      this.#busy--;
    }
  }

  /** One that lives: whoever has a turn finds one idle, or one that died left its place to a new one. */
  async #takeWorker(): Promise<Worker> {
    for (;;) {
      const worker = this.#idle.pop();
      if (worker === undefined) return this.#options.newWorker();
      if (!worker.dead) return worker;
    }
  }
}
