import { Fault } from '@smartscan/kernel';
import type { Tensors } from '@smartscan/platform/ports';
import { BatchQueue, bucketFor, type BatchingRules, type Waiting } from '../../domain/batching.ts';
import { inferenceFailed, inferenceOverloaded, inferenceUnavailable } from '../../domain/inference-faults.ts';
import { isBatched, type LoadedModel } from './loaded-model.ts';
import type { RunStatistics } from './statistics.ts';
import { batchOf, checkInputs, gather, laneOf, rowsFrom, wipeBatch } from './tensors.ts';

interface Request extends Waiting {
  readonly inputs: Tensors;
  readonly sinceMs: number;
  readonly resolve: (outputs: Tensors) => void;
  readonly reject: (error: unknown) => void;
}

/** Who asks, and until when. */
export interface Asking {
  readonly client: string | number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gathers the requests of several clients into runs of one model, one run at a time. What goes together, `BatchQueue`
 * decides; a run that fails fails for those that shared it.
 */
export class Batcher {
  readonly #model: LoadedModel;
  readonly #rules: BatchingRules;
  readonly #queue: BatchQueue<Request>;
  readonly #statistics: RunStatistics | undefined;
  /** By size; all of one lane. */
  readonly #batches = new Map<number, Tensors>();
  #lane = '';
  #dirty = false;
  #running = false;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(model: LoadedModel, rules: BatchingRules, statistics?: RunStatistics) {
    this.#model = model;
    this.#rules = isBatched(model.description) ? rules : { ...rules, maxBatch: 1, maxDelayMs: 0 };
    this.#queue = new BatchQueue(this.#rules);
    this.#statistics = statistics;
  }

  /** Requests that wait. */
  get pending(): number {
    return this.#queue.length;
  }

  /** @throws Fault inference.model_input, inference.overloaded, inference.failed; the signal's reason */
  infer(inputs: Tensors, { client, signal }: Asking): Promise<Tensors> {
    const { description } = this.#model;
    const rows = checkInputs(description, inputs, this.#rules.maxBatch);
    signal?.throwIfAborted();
    return new Promise<Tensors>((resolve, reject) => {
      const leave = (): void => {
        this.#queue.remove(request);
        reject(signal?.reason as Error);
      };
      const settled = (): void => signal?.removeEventListener('abort', leave);
      const request: Request = {
        client,
        lane: laneOf(description, inputs),
        rows,
        inputs,
        sinceMs: performance.now(),
        resolve: (outputs) => {
          settled();
          resolve(outputs);
        },
        reject: (error) => {
          settled();
          reject(error as Error);
        },
      };
      if (!this.#queue.add(request, request.sinceMs)) {
        this.#statistics?.refused();
        reject(inferenceOverloaded());
        return;
      }
      signal?.addEventListener('abort', leave, { once: true });
      this.#schedule();
    });
  }

  /** Resolves once nothing waits or runs. */
  async drained(): Promise<void> {
    if (this.#running || this.#queue.rows > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Fails whatever still waits. */
  close(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue.next(Infinity); next?.run; next = this.#queue.next(Infinity)) {
      for (const request of next.run) request.reject(inferenceUnavailable());
    }
  }

  /** After what has arrived already was read, so that requests that came together go together. */
  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#running) return;
    clearTimeout(this.#timer);
    const next = this.#queue.next(performance.now());
    if (next === undefined) this.#rest();
    else if (next.run === undefined) this.#timer = setTimeout(() => this.#look(), next.afterMs);
    else void this.#run(next.run);
  }

  #rest(): void {
    // Pictures of people: they don't lie about while nothing is to be done.
    if (this.#dirty) for (const batch of this.#batches.values()) wipeBatch(batch);
    this.#dirty = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #run(requests: readonly Request[]): Promise<void> {
    this.#running = true;
    const startMs = performance.now();
    const rows = requests.reduce((sum, request) => sum + request.rows, 0);
    const waitedMs = requests.map(({ sinceMs }) => startMs - sinceMs);
    const times = { inputMs: 0, inferMs: 0, outputMs: 0 };
    try {
      const inputs = this.#gathered(requests, rows);
      const gatheredMs = performance.now();
      times.inputMs = gatheredMs - startMs;
      const outputs = await this.#model.run(inputs);
      const ranMs = performance.now();
      times.inferMs = ranMs - gatheredMs;
      const parts = this.#split(requests, outputs, rows);
      times.outputMs = performance.now() - ranMs;
      this.#statistics?.succeeded({ rows, waitedMs, ...times });
      requests.forEach((request, at) => request.resolve(parts[at]!));
    } catch (error) {
      this.#statistics?.failed({ rows, waitedMs, ...times });
      // What a runtime complains about may quote its inputs.
      const fault = error instanceof Fault ? error : inferenceFailed();
      for (const request of requests) request.reject(fault);
    } finally {
      this.#running = false;
      this.#schedule();
    }
  }

  #gathered(requests: readonly Request[], rows: number): Tensors {
    const [first] = requests;
    const size = this.#model.padded ? bucketFor(rows, this.#rules.maxBatch) : rows;
    if (requests.length === 1 && size === rows) return first!.inputs;
    const batch = this.#batch(first!, size);
    gather(
      batch,
      requests.map(({ inputs }) => inputs),
    );
    return batch;
  }

  #batch({ inputs, lane }: Request, size: number): Tensors {
    if (lane !== this.#lane) this.#batches.clear();
    this.#lane = lane;
    this.#dirty = true;
    const known = this.#batches.get(size);
    if (known !== undefined) return known;
    const batch = batchOf(inputs, size);
    this.#batches.set(size, batch);
    return batch;
  }

  #split(requests: readonly Request[], outputs: Tensors, rows: number): readonly Tensors[] {
    const [first] = Object.values(outputs);
    if (requests.length === 1 && (first?.shape[0] === rows || !isBatched(this.#model.description))) return [outputs];
    let at = 0;
    return requests.map((request) => {
      const part = rowsFrom(outputs, at, request.rows);
      at += request.rows;
      return part;
    });
  }
}
