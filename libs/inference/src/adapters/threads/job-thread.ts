import type { MessagePort, Worker } from 'node:worker_threads';
import { asFault, type Fault } from '@smartscan/kernel';
import type { TierFaults } from '../tier/tier-faults.ts';
import type { FromJobThread, JobWatch, ToJobThread } from './job-messages.ts';
import { plain, revived } from './plain-fault.ts';
import { startThread } from './thread.ts';

/** Told of errors that nobody foresaw and of threads that died: a name and places in code, never a value. */
export type OnDefect = (name: string, at: readonly string[]) => void;

export interface JobThreadOptions<Start> {
  readonly name: string;
  /** Of the build: see `builtFile`. */
  readonly file: string;
  /** Plain data, and the ports in it that go along. */
  readonly start: Start;
  readonly ports: readonly MessagePort[];
  /** A job that takes longer is given up, and its thread ended if it doesn't stop. */
  readonly maxMs: number;
  /**
   * One that was told to stop has this long to do it before it is ended. Longer than any run of a model takes on a machine that
   * is overloaded: a thread that is ended in the middle of one takes the process with it.
   */
  readonly stopWithinMs: number;
  readonly faults: Pick<TierFaults, 'cancelled' | 'interrupted'>;
  readonly onDefect: OnDefect;
}

interface Settled<Outcome, Stage> {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: (stage: Stage, share: number) => void;
}

/** One thread and the job that it has, as its process sees it. The inside is `serveJobs`. */
export class JobThread<Start, Job, Outcome, Stage> {
  readonly #options: JobThreadOptions<Start>;
  readonly #worker: Worker;
  #job: Settled<Outcome, Stage> | undefined;
  #dead = false;

  private constructor(options: JobThreadOptions<Start>) {
    this.#options = options;
    this.#worker = startThread(options.name, options.file, options.start, options.ports);
  }

  /** @throws Fault what the thread could not be made ready for */
  static async start<Start, Job, Outcome, Stage>(
    options: JobThreadOptions<Start>,
  ): Promise<JobThread<Start, Job, Outcome, Stage>> {
    const thread = new JobThread<Start, Job, Outcome, Stage>(options);
    await new Promise<void>((resolve, reject) => {
      thread.#worker.on('message', (message: FromJobThread<Outcome, Stage>) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'failed') reject(revived(message.fault));
        thread.#hear(message);
      });
      thread.#worker.on('error', (error) => {
        options.onDefect(error.name, []);
        reject(asFault(error));
        thread.#die();
      });
      thread.#worker.on('exit', () => {
        reject(options.faults.interrupted());
        thread.#die();
      });
    });
    return thread;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /**
   * @param transfer memory that is handed over: it can't be read here any more
   * @throws Fault the job's own; `cancelled` where the signal was aborted, `interrupted` where the thread died or took too long
   */
  async run(job: Job, watch: JobWatch<Stage>, transfer: readonly ArrayBuffer[] = []): Promise<Outcome> {
    const { signal, onProgress } = watch;
    const { faults, maxMs } = this.#options;
    if (signal.aborted) throw faults.cancelled();
    const onAbort = (): void => this.#stop(faults.cancelled());
    const deadline = setTimeout(() => this.#stop(faults.interrupted()), maxMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<Outcome>((resolve, reject) => {
        this.#job = { resolve, reject, onProgress };
        this.#send({ type: 'job', job }, transfer);
      });
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      this.#job = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToJobThread<Job>, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  #stop(reason: Fault): void {
    const job = this.#job;
    this.#send({ type: 'stop', reason: plain(reason) });
    const timer = setTimeout(() => {
      if (this.#job !== job || job === undefined) return;
      this.#dead = true;
      job.reject(reason);
      void this.#worker.terminate();
    }, this.#options.stopWithinMs);
    timer.unref();
  }

  #hear(message: FromJobThread<Outcome, Stage>): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'progress':
        this.#job?.onProgress(message.stage, message.share);
        break;
      case 'done':
        this.#job?.resolve(message.outcome);
        break;
      case 'failed':
        this.#job?.reject(revived(message.fault));
        break;
      case 'defect':
        this.#options.onDefect(message.name, message.at);
        this.#job?.reject(asFault(undefined));
        this.#dead = true;
        // What state this left behind nobody knows; and where it holds models, it would not end by itself.
        void this.#worker.terminate();
        break;
    }
  }

  #die(): void {
    this.#dead = true;
    this.#job?.reject(this.#options.faults.interrupted());
  }
}
