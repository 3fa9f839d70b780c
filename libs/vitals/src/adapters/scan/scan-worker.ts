import type { Worker } from 'node:worker_threads';
import { asFault, type Fault } from '@smartscan/kernel';
import { problem } from '../../domain/scan-problems.ts';
import { portsOf } from '../inference/inference-start.ts';
import { plain, revived } from '../plain-fault.ts';
import { startThread } from '../thread.ts';
import type { ModelVersions } from './face-models.ts';
import type { Glance } from './demux.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';
import type { RecordedSoFar } from './recorded.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

/**
 * A scan that takes longer is stopped. A minute of 1080p HEVC takes 40 s on one slow core; three times that is a machine
 * that can't keep up, or a video made to take long. Ours.
 */
const MAX_SCAN_MS = 120_000;

/** A worker that was told to stop has this long to do it before it is ended: its longest step takes 0.2 s. */
const STOP_GRACE_MS = 2_000;

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (stage: ScanStage, share: number) => void;
}

/** Told of errors that nobody foresaw and of threads that died: a name and places in code, never a value. */
export type OnDefect = (name: string, at: readonly string[]) => void;

interface Settled {
  readonly resolve: (outcome: ScanOutcome) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: (stage: ScanStage, share: number) => void;
}

/** One thread and the scan that it has. */
export class ScanWorker {
  readonly #worker: Worker;
  readonly #onDefect: OnDefect;
  #scan: Settled | undefined;
  #dead = false;

  private constructor(start: WorkerStart, onDefect: OnDefect) {
    this.#onDefect = onDefect;
    this.#worker = startThread('scan', 'scan/worker.js', start, portsOf(start.inference));
  }

  /** @throws Fault where the models can't be loaded */
  static async start(start: WorkerStart, onDefect: OnDefect): Promise<ScanWorker> {
    const worker = new ScanWorker(start, onDefect);
    await new Promise<void>((resolve, reject) => {
      worker.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve();
        else if (message.type === 'failed') reject(revived(message.fault));
        worker.#hear(message);
      });
      worker.#worker.on('error', (error) => {
        onDefect(error.name, []);
        reject(asFault(error));
        worker.#die();
      });
      worker.#worker.on('exit', () => {
        reject(problem('interrupted'));
        worker.#die();
      });
    });
    return worker;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** The body is handed over: it can't be read here any more. */
  scan(glance: Glance, versions: ModelVersions, options: Required<RunOptions>): Promise<ScanOutcome> {
    return this.#run({ type: 'scan', ...glance, versions }, options, [glance.body.buffer]);
  }

  /** What was recorded is copied or shared. */
  analyse(so: RecordedSoFar, versions: ModelVersions, options: Required<RunOptions>): Promise<ScanOutcome> {
    return this.#run({ type: 'recorded', ...so, versions }, options);
  }

  async #run(
    message: ToWorker,
    { signal, onProgress }: Required<RunOptions>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ScanOutcome> {
    if (signal.aborted) throw problem('cancelled');
    const onAbort = (): void => this.#stop(problem('cancelled'));
    const deadline = setTimeout(() => this.#stop(problem('interrupted')), MAX_SCAN_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await new Promise<ScanOutcome>((resolve, reject) => {
        this.#scan = { resolve, reject, onProgress };
        this.#send(message, transfer);
      });
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      this.#scan = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  #stop(reason: Fault): void {
    const scan = this.#scan;
    this.#send({ type: 'stop', reason: plain(reason) });
    const timer = setTimeout(() => {
      if (this.#scan !== scan || scan === undefined) return;
      this.#dead = true;
      scan.reject(reason);
      void this.#worker.terminate();
    }, STOP_GRACE_MS);
    timer.unref();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'progress':
        this.#scan?.onProgress(message.stage, message.share);
        break;
      case 'done':
        this.#scan?.resolve(message.outcome);
        break;
      case 'failed':
        this.#scan?.reject(revived(message.fault));
        break;
      case 'defect':
        this.#onDefect(message.name, message.at);
        this.#scan?.reject(asFault(undefined));
        this.#dead = true;
        // What state this left behind nobody knows; and where it holds models, it would not end by itself.
        void this.#worker.terminate();
        break;
    }
  }

  #die(): void {
    this.#dead = true;
    this.#scan?.reject(problem('interrupted'));
  }
}
