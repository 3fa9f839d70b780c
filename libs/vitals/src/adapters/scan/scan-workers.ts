import {
  FairLine,
  ownModels,
  Tier,
  UNWATCHED,
  WorkerPool,
  type JobModels,
  type Lane,
  type ModelVersions,
  type OnDefect,
  type Place,
  type TierRequest,
  type TierWatch,
} from '@smartscan/inference';
import type { Body } from '@smartscan/platform/ports';
import { problem } from '../../domain/scan-problems.ts';
import { workOfBytes, workOfVideo } from '../../domain/work.ts';
import type { Content } from '../../app/measure.ts';
import { collectScan } from './body.ts';
import { findDecoder, type Decoder } from './decoder.ts';
import { FACE_MODELS } from './face-models.ts';
import type { Glance } from './demux.ts';
import { Glancer } from './glancer.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';
import type { Recorded } from './recorded.ts';
import { SCAN_FAULTS, startScanWorker, type ScanWorker } from './scan-worker.ts';

export { findDecoder };

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (stage: ScanStage, share: number) => void;
}

/** What is known of a scan when it asks to be let in: without an expectation, its length tells. */
export type ScanRequest = Omit<TierRequest, 'expectedSeconds'> & Partial<Pick<TierRequest, 'expectedSeconds'>>;

export interface ScanWorkersOptions {
  /** Threads, and so scans at a time. Each takes some 60 MB, and up to 150 MB in a scan. */
  readonly size: number;
  /** Where the models are. By default each thread holds those of the source tree, on the CPU. */
  readonly models?: JobModels;
  /** By default the one that this machine has. */
  readonly decoder?: Decoder;
  /** Bytes of a body beyond which it is refused. */
  readonly maxBodyBytes: number;
  /** Scans that are received, waiting or running at once. */
  readonly maxScans?: number;
  /** Bytes of all bodies that these hold. */
  readonly maxHeldBytes?: number;
  /** Of tenants whose weight is not 1. */
  readonly weights?: ReadonlyMap<string, number>;
  readonly onDefect?: OnDefect;
  readonly watch?: TierWatch;
}

/** Of whoever asks for no place in advance: one tenant that is never refused. */
const ANYONE: ScanRequest = { tenant: '', lane: 'interactive', deadlineSeconds: Infinity };

/** A glimpse is over before anybody could cancel it. */
const NEVER = new AbortController().signal;

const tierOf = (options: ScanWorkersOptions): Tier => {
  const { size, maxScans = Infinity, maxHeldBytes = Infinity, maxBodyBytes, weights = new Map() } = options;
  return new Tier({
    limits: { workers: size, maxJobs: maxScans, maxHeldBytes, maxBodyBytes, weights },
    watch: options.watch ?? UNWATCHED,
    faults: SCAN_FAULTS,
    nowMs: () => performance.now(),
  });
};

interface Parts {
  readonly decoder: Decoder;
  readonly models: JobModels;
  readonly glancer: Glancer;
  readonly pool: WorkerPool<ScanWorker>;
}

/** Threads that scan videos, a scan each at a time; more scans wait, and are served fairly by tenant and lane. */
export class ScanWorkers {
  readonly #options: ScanWorkersOptions;
  readonly #parts: Parts;
  readonly #tier: Tier;
  /** For a look at the body; a tenant whose bodies are made to take long holds up the others by one. */
  readonly #glances = new FairLine(1);

  private constructor(options: ScanWorkersOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#tier = tierOf(options);
  }

  /**
   * Starts all threads, loads the models and runs each once.
   *
   * @throws Fault internal `inference.model_missing`, `inference.model_altered`; unavailable `vitals.no_decoder`: refuses to start
   */
  static async start(options: ScanWorkersOptions): Promise<ScanWorkers> {
    const { size, models = ownModels(FACE_MODELS), onDefect = () => undefined } = options;
    const decoder = options.decoder ?? (await findDecoder());
    const glancer = await Glancer.start();
    const newWorker = async (): Promise<ScanWorker> =>
      startScanWorker({ inference: await models.start(), decoder }, onDefect);
    const pool = await WorkerPool.start({ size, newWorker, faults: SCAN_FAULTS }).catch(async (error: unknown) => {
      await glancer.close();
      throw error;
    });
    return new ScanWorkers(options, { decoder, models, glancer, pool });
  }

  /** What decodes the videos of these workers. */
  get decoder(): Decoder {
    return this.#parts.decoder;
  }

  /** Scans that run now. */
  get busy(): number {
    return this.#parts.pool.busy;
  }

  /** Scans that wait for a thread. */
  get waiting(): number {
    return this.#parts.pool.waiting;
  }

  /** Predicted seconds of a worker of the scans that were let in and don't run yet. */
  queuedSeconds(lane: Lane): number {
    return this.#tier.queuedSeconds(lane);
  }

  /**
   * Lets a scan in before its body is read; the place is to be left again, whether or not it was used.
   *
   * @throws Fault vitals.overloaded, vitals.tenant_share, vitals.deadline_too_short
   */
  admit(request: ScanRequest): Place {
    return this.#tier.admit({ expectedSeconds: workOfBytes(request.declaredBytes), ...request });
  }

  leave(place: Place): void {
    this.#tier.leave(place);
  }

  /**
   * Scans one video. Its bytes are read into memory at once, whether or not a thread is free, so that a slow upload holds
   * none up.
   *
   * @throws Fault the scan's problem; those of `admit` where the container tells of more work than there is time for;
   *   `vitals.cancelled` where the signal was aborted; `vitals.interrupted` where the thread died or took too long
   */
  run(body: Body, options: RunOptions, place = this.admit(ANYONE)): Promise<ScanOutcome> {
    const leave = (): void => this.#tier.leave(place);
    const running = this.#run(body, { onProgress: () => undefined, ...options }, place);
    running.then(leave, leave);
    return this.#parts.pool.kept(running);
  }

  /**
   * Reads a recording that comes in one piece.
   *
   * @param maxBytes beyond which it is refused
   * @throws Fault what is wrong with it; `vitals.cancelled` where the signal was aborted
   */
  receive(
    body: Body,
    { content, maxBytes }: { readonly content: Content; readonly maxBytes: number },
    { signal }: Pick<RunOptions, 'signal'>,
    place: Place,
  ): Promise<Recorded> {
    const { glancer, pool } = this.#parts;
    if (pool.closed) return Promise.reject(problem('interrupted'));
    const read = async (): Promise<Recorded> => {
      const received = await collectScan(body, maxBytes, signal);
      return this.#inTurnToRead(place, signal, () => glancer.read(received, content));
    };
    return pool.kept(read());
  }

  /**
   * Analyses a recording that is over.
   *
   * @throws Fault as `run`
   */
  analyse(recorded: Recorded, options: RunOptions, place: Place): Promise<ScanOutcome> {
    const { pool } = this.#parts;
    if (pool.closed) return Promise.reject(problem('interrupted'));
    this.#tier.ready(place);
    return pool.run(place.ticket, options.signal, (worker) => {
      // How long it takes teaches nothing of videos, so nobody is told of it.
      this.#tier.start(place);
      return this.#onVersions((versions) =>
        worker.run({ type: 'recorded', recorded, whole: true, versions }, { ...UNHEARD, ...options }),
      );
    });
  }

  /** Analyses what there is of a recording, if a worker has nothing to do just now: it holds up nobody. */
  glimpse(recorded: Recorded): Promise<ScanOutcome | undefined> {
    return this.#parts.pool.runIfFree((worker) =>
      this.#onVersions((versions) =>
        worker.run({ type: 'recorded', recorded, whole: false, versions }, { ...UNHEARD, signal: NEVER }),
      ),
    );
  }

  /** Lets running scans end, takes no more, ends the threads. */
  async close(): Promise<void> {
    await this.#parts.pool.close();
    await this.#parts.glancer.close();
  }

  async #run(body: Body, options: Required<RunOptions>, place: Place): Promise<ScanOutcome> {
    const { pool } = this.#parts;
    if (pool.closed) throw problem('interrupted');
    if (options.signal.aborted) throw problem('cancelled');
    const received = await collectScan(body, this.#options.maxBodyBytes, options.signal);
    const { video, body: read } = await this.#glance(received, options.signal, place);
    options.onProgress('received', 1);
    return pool.run(place.ticket, options.signal, async (worker) => {
      this.#tier.start(place);
      const outcome = await this.#onVersions((versions) =>
        // The body is handed over: it can't be read here any more.
        worker.run({ type: 'scan', video, body: read, versions }, options, [read.buffer]),
      );
      this.#tier.complete(place);
      return outcome;
    });
  }

  /** Reads the container and asks again whether there is time for what it holds. */
  async #glance(body: Uint8Array<ArrayBuffer>, signal: AbortSignal, place: Place): Promise<Glance> {
    const glance = await this.#inTurnToRead(place, signal, () => this.#parts.glancer.glance(body));
    const { width, height, codec, timesSeconds } = glance.video;
    this.#tier.describe(place, workOfVideo({ width, height, codec, frames: timesSeconds.length }));
    return glance;
  }

  #inTurnToRead<T>({ ticket }: Place, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#parts.pool.inTurn(this.#glances, { ticket: { ...ticket, work: 1 }, signal }, work);
  }

  /** On versions of the models that stay until the work is over. */
  async #onVersions(work: (versions: ModelVersions) => Promise<ScanOutcome>): Promise<ScanOutcome> {
    const { versions, release } = this.#parts.models.lease();
    try {
      return await work(versions);
    } finally {
      release();
    }
  }
}

const UNHEARD = { onProgress: () => undefined };
