import type { Lane, Ticket } from '../../domain/fair-queue.ts';
import { problem } from '../../domain/scan-problems.ts';
import type { Content } from '../../app/measure.ts';
import { collectBody, type Body } from './body.ts';
import { findDecoder, type Decoder } from './decoder.ts';
import type { ModelVersions } from './face-models.ts';
import { FairLine } from './fair-line.ts';
import type { Glance } from './demux.ts';
import { Glancer } from './glancer.ts';
import type { ScanOutcome } from './outcome.ts';
import type { Recorded } from './recorded.ts';
import { ownModels, type ScanModels } from './scan-models.ts';
import { ScanWorker, type OnDefect, type RunOptions } from './scan-worker.ts';
import { Tier, type Place, type ScanRequest, type TierLimits, type TierWatch } from './tier.ts';

export { findDecoder };

export interface ScanWorkersOptions extends Partial<Omit<TierLimits, 'workers'>> {
  /** Threads, and so scans at a time. Each takes some 60 MB, and up to 150 MB in a scan. */
  readonly size: number;
  /** Where the models are. By default each thread holds those of the source tree, on the CPU. */
  readonly models?: ScanModels;
  /** By default the one that this machine has. */
  readonly decoder?: Decoder;
  /** Bytes of a body beyond which it is refused. */
  readonly maxBodyBytes: number;
  readonly onDefect?: OnDefect;
  readonly watch?: TierWatch;
}

/** Of whoever asks for no place in advance: one tenant that is never refused. */
const ANYONE: ScanRequest = { tenant: '', lane: 'interactive', deadlineSeconds: Infinity };

/** A glimpse is over before anybody could cancel it. */
const NEVER = new AbortController().signal;

const UNWATCHED: TierWatch = { onRefused: () => undefined, onStarted: () => undefined, onEnded: () => undefined };

const tierOf = (options: ScanWorkersOptions): Tier => {
  const { size, maxScans = Infinity, maxHeldBytes = Infinity, maxBodyBytes, weights = new Map() } = options;
  const limits = { workers: size, maxScans, maxHeldBytes, maxBodyBytes, weights };
  return new Tier(limits, options.watch ?? UNWATCHED, () => performance.now());
};

/**
 * Threads that scan videos, a scan each at a time; more scans wait, and are served fairly by tenant and lane. A thread that
 * dies fails its scan alone and is replaced.
 */
export class ScanWorkers {
  /** What decodes the videos of these workers. */
  readonly decoder: Decoder;
  readonly #options: ScanWorkersOptions;
  readonly #models: ScanModels;
  readonly #tier: Tier;
  readonly #line: FairLine;
  /** For a look at the body; a tenant whose bodies are made to take long holds up the others by one. */
  readonly #glances = new FairLine(1);
  readonly #glancer: Glancer;
  readonly #idle: ScanWorker[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #busy = 0;
  #closed = false;

  private constructor(options: ScanWorkersOptions, decoder: Decoder, glancer: Glancer) {
    this.#options = options;
    this.#models = options.models ?? ownModels();
    this.decoder = decoder;
    this.#glancer = glancer;
    this.#tier = tierOf(options);
    this.#line = new FairLine(options.size);
  }

  /**
   * Starts all threads, loads the models and runs each once.
   *
   * @throws Fault internal `vitals.model_missing`, `vitals.model_altered`; unavailable `vitals.no_decoder`: refuses to start
   */
  static async start(options: ScanWorkersOptions): Promise<ScanWorkers> {
    // Read by the native library when it loads, in whichever thread; it must be set in the main one.
    process.env.ORT_DISABLE_TELEMETRY = '1';
    const decoder = options.decoder ?? (await findDecoder());
    const workers = new ScanWorkers(options, decoder, await Glancer.start());
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
    return this.#line.waiting;
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
    return this.#tier.admit(request);
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
    return this.#kept(running);
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
    if (this.#closed) return Promise.reject(problem('interrupted'));
    const read = async (): Promise<Recorded> => {
      const received = await collectBody(body, maxBytes, signal);
      return this.#inTurnToRead(place, signal, () => this.#glancer.read(received, content));
    };
    return this.#kept(read());
  }

  /**
   * Analyses a recording that is over.
   *
   * @throws Fault as `run`
   */
  analyse(recorded: Recorded, options: RunOptions, place: Place): Promise<ScanOutcome> {
    const heard = { onProgress: () => undefined, ...options };
    if (this.#closed) return Promise.reject(problem('interrupted'));
    this.#tier.ready(place);
    return this.#kept(
      this.#inTurn(this.#line, place.ticket, options.signal, () => {
        // How long it takes teaches nothing of videos, so nobody is told of it.
        this.#tier.start(place);
        return this.#withWorker((worker, versions) => worker.analyse({ recorded, whole: true }, versions, heard));
      }),
    );
  }

  /** Analyses what there is of a recording, if a worker has nothing to do just now: it holds up nobody. */
  async glimpse(recorded: Recorded): Promise<ScanOutcome | undefined> {
    if (this.#closed || !this.#line.takeFree()) return undefined;
    const options = { signal: NEVER, onProgress: () => undefined };
    const looking = this.#withWorker((worker, versions) =>
      worker.analyse({ recorded, whole: false }, versions, options),
    );
    return this.#kept(looking.finally(() => this.#line.give()));
  }

  /** Lets running scans end, takes no more, ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running);
    await Promise.all([this.#glancer.close(), ...this.#idle.map((worker) => worker.close())]);
  }

  /** Waited for when this closes. */
  #kept<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #run(body: Body, options: Required<RunOptions>, place: Place): Promise<ScanOutcome> {
    if (this.#closed) throw problem('interrupted');
    if (options.signal.aborted) throw problem('cancelled');
    const received = await collectBody(body, this.#options.maxBodyBytes, options.signal);
    const glance = await this.#glance(received, options.signal, place);
    options.onProgress('received', 1);
    return this.#inTurn(this.#line, place.ticket, options.signal, async () => {
      this.#tier.start(place);
      const outcome = await this.#withWorker((worker, versions) => worker.scan(glance, versions, options));
      this.#tier.complete(place);
      return outcome;
    });
  }

  /** Reads the container and asks again whether there is time for what it holds. */
  async #glance(body: Uint8Array<ArrayBuffer>, signal: AbortSignal, place: Place): Promise<Glance> {
    const glance = await this.#inTurnToRead(place, signal, () => this.#glancer.glance(body));
    const { width, height, codec, timesSeconds } = glance.video;
    this.#tier.describe(place, { width, height, codec, frames: timesSeconds.length });
    return glance;
  }

  #inTurnToRead<T>({ ticket }: Place, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(this.#glances, { ...ticket, work: 1 }, signal, work);
  }

  /** Waits in a line for its turn, then works. */
  async #inTurn<T>(line: FairLine, ticket: Ticket, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (!(await line.take(ticket, signal))) throw problem('cancelled');
    try {
      return await work();
    } finally {
      line.give();
    }
  }

  async #withWorker(work: (worker: ScanWorker, versions: ModelVersions) => Promise<ScanOutcome>): Promise<ScanOutcome> {
    this.#busy++;
    try {
      const worker = await this.#takeWorker();
      const lease = this.#models.lease();
      try {
        return await work(worker, lease.versions);
      } finally {
        lease.release();
        if (!worker.dead) this.#idle.push(worker);
      }
    } finally {
      this.#busy--;
    }
  }

  async #newWorker(): Promise<ScanWorker> {
    const inference = await this.#models.start();
    return ScanWorker.start({ inference, decoder: this.decoder }, this.#options.onDefect ?? (() => undefined));
  }

  /** One that lives: whoever has a turn finds one idle, or one that died left its place to a new one. */
  async #takeWorker(): Promise<ScanWorker> {
    for (;;) {
      const worker = this.#idle.pop();
      if (worker === undefined) return this.#newWorker();
      if (!worker.dead) return worker;
    }
  }
}
