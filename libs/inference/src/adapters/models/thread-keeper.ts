import { setTimeout as sleep } from 'node:timers/promises';
import { asFault } from '@smartscan/kernel';
import { inferenceUnavailable } from '../../domain/inference-faults.ts';
import type { ModelVersion } from './hold-models.ts';
import { InferenceThread } from './inference-thread-host.ts';
import type { RuntimeOptions } from './model-runtime.ts';
import type { OnNotice } from './port-inference.ts';

export interface KeeperOptions {
  readonly runtime: RuntimeOptions;
  /** What it is to hold when it starts. */
  readonly models: () => readonly ModelVersion[];
  readonly onNotice: OnNotice;
  /** The thread ended, or couldn't be started again: with the fault's code. */
  readonly onDefect: (code: string) => void;
}

/** A thread that can't be started is tried again after this long: a GPU's driver comes back within seconds. Ours. */
const RESTART_AFTER_MS = 1_000;

/** Keeps one inference thread, whatever native code does to it: one that ended is started again with the same models. */
export class ThreadKeeper {
  #thread: Promise<InferenceThread>;
  #ready = false;
  #closed = false;

  constructor(private readonly options: KeeperOptions) {
    this.#thread = this.#start();
  }

  /** @throws Fault where it can't be started */
  ready(): Promise<InferenceThread> {
    return this.#thread;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread.then(
      (thread) => thread.close(),
      () => undefined,
    );
  }

  async #start(): Promise<InferenceThread> {
    const { runtime, models, onNotice } = this.options;
    const thread = await InferenceThread.start({ runtime, models: models() }, onNotice);
    this.#ready = true;
    void thread.ended.then(() => this.#ended());
    return thread;
  }

  #ended(): void {
    this.#ready = false;
    if (this.#closed) return;
    this.options.onDefect('inference.thread_ended');
    this.#thread = this.#again();
    // Whoever waits for it hears of a failure; nobody need.
    this.#thread.catch(() => undefined);
  }

  async #again(): Promise<InferenceThread> {
    while (!this.#closed) {
      try {
        return await this.#start();
      } catch (error) {
        this.options.onDefect(asFault(error).code);
        await sleep(RESTART_AFTER_MS);
      }
    }
    throw inferenceUnavailable();
  }
}
