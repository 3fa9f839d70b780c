import path from 'node:path';
import { problem } from '../../domain/scan-problems.ts';
import { collectBody, type Body } from './body.ts';
import { findDecoder, type Decoder } from './decoder.ts';
import type { ScanOutcome } from './outcome.ts';
import { ScanWorker, type OnDefect, type RunOptions } from './scan-worker.ts';

export { findDecoder };

export interface ScanWorkersOptions {
  /** Threads, and so scans at a time. Each takes some 60 MB, and up to 150 MB in a scan. */
  readonly size: number;
  /** The folder that holds `face-detection/` and `face-landmarks/`: the repository's own by default. */
  readonly modelsDirectory?: string;
  /** By default the one that this machine has. */
  readonly decoder?: Decoder;
  /** Bytes of a body beyond which it is refused. */
  readonly maxBodyBytes: number;
  readonly onDefect?: OnDefect;
}

/** `models/` of the repository, from this file in `src` or `dist`. */
const MODELS_DIRECTORY = path.resolve(import.meta.dirname, '../../../../../models');

/**
 * Threads that scan videos, a scan each at a time; more scans wait in line. A thread that dies fails its scan alone and is
 * replaced.
 */
export class ScanWorkers {
  /** What decodes the videos of these workers. */
  readonly decoder: Decoder;
  readonly #options: ScanWorkersOptions;
  readonly #idle: ScanWorker[] = [];
  readonly #line: (() => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #busy = 0;
  #closed = false;

  private constructor(options: ScanWorkersOptions, decoder: Decoder) {
    this.#options = options;
    this.decoder = decoder;
  }

  /**
   * Starts all threads and loads the models.
   *
   * @throws Fault internal `vitals.model_missing`, `vitals.model_altered`; unavailable `vitals.no_decoder`: refuses to start
   */
  static async start(options: ScanWorkersOptions): Promise<ScanWorkers> {
    // Read by the native library when it loads, in whichever thread; it must be set in the main one.
    process.env.ORT_DISABLE_TELEMETRY = '1';
    const workers = new ScanWorkers(options, options.decoder ?? (await findDecoder()));
    const started = await Promise.allSettled(Array.from({ length: options.size }, () => workers.#newWorker()));
    for (const result of started) if (result.status === 'fulfilled') workers.#idle.push(result.value);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed === undefined) return workers;
    await workers.close();
    throw failed.reason;
  }

  /** Scans that run now. */
  get busy(): number {
    return this.#busy;
  }

  /** Scans that wait for a thread. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * Scans one video. Its bytes are read into memory at once, whether or not a thread is free, so that a slow upload holds
   * none up.
   *
   * @throws Fault the scan's problem; `vitals.cancelled` where the signal was aborted; `vitals.interrupted` where the thread
   *   died or took too long
   */
  run(body: Body, options: RunOptions): Promise<ScanOutcome> {
    const running = this.#run(body, { onProgress: () => undefined, ...options });
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  /** Lets running scans end, takes no more, ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await Promise.all(this.#idle.map((worker) => worker.close()));
  }

  async #run(body: Body, options: Required<RunOptions>): Promise<ScanOutcome> {
    if (this.#closed) throw problem('interrupted');
    if (options.signal.aborted) throw problem('cancelled');
    const whole = await collectBody(body, this.#options.maxBodyBytes, options.signal);
    options.onProgress('received', 1);
    const worker = await this.#take(options.signal);
    try {
      return await worker.scan(whole, options);
    } finally {
      this.#give(worker);
    }
  }

  #newWorker(): Promise<ScanWorker> {
    const { modelsDirectory = MODELS_DIRECTORY, onDefect } = this.#options;
    return ScanWorker.start({ modelsDirectory, decoder: this.decoder }, onDefect ?? (() => undefined));
  }

  /** A worker of one's own, first come first served. */
  async #take(signal: AbortSignal): Promise<ScanWorker> {
    if (this.#busy < this.#options.size) this.#busy++;
    else if (!(await this.#slot(signal))) throw problem('cancelled');
    try {
      for (;;) {
        const worker = this.#idle.pop();
        if (worker === undefined) return await this.#newWorker();
        if (!worker.dead) return worker;
      }
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Waits in line for the slot of a scan that ends; false where the signal is aborted first. */
  #slot(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.#line.splice(this.#line.indexOf(go), 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#line.push(go);
    });
  }

  #give(worker: ScanWorker): void {
    if (!worker.dead) this.#idle.push(worker);
    this.#release();
  }

  /** Hands the slot to the next in line, if there is one. */
  #release(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#busy--;
    else next();
  }
}
