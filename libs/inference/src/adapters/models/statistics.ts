/** What was counted of one version of a model since it was last taken: plain data, which goes from thread to thread. */
export interface RunCounts {
  readonly model: string;
  readonly version: string;
  success: number;
  failure: number;
  /** Rows that were run. */
  rows: number;
  /** Runs of the model. */
  runs: number;
  requestUs: number;
  queueUs: number;
  inputUs: number;
  inferUs: number;
  outputUs: number;
  /** Requests that wait now. */
  pending: number;
  /** Rows of each run. */
  batchSizes: number[];
  /** Of each request, seconds. */
  queueSeconds: number[];
}

/** What one run took, milliseconds. */
export interface RunTimes {
  readonly inputMs: number;
  readonly inferMs: number;
  readonly outputMs: number;
}

/** Milliseconds that its requests had waited, of each request that shared a run. */
export interface BatchRun extends RunTimes {
  readonly rows: number;
  readonly waitedMs: readonly number[];
}

const nothing = (model: string, version: string): RunCounts => ({
  model,
  version,
  success: 0,
  failure: 0,
  rows: 0,
  runs: 0,
  requestUs: 0,
  queueUs: 0,
  inputUs: 0,
  inferUs: 0,
  outputUs: 0,
  pending: 0,
  batchSizes: [],
  queueSeconds: [],
});

/** Counts the runs of one version of a model, as Triton does: times of a run count for each request that shared it. */
export class RunStatistics {
  #counts: RunCounts;
  #changed = false;

  constructor(
    private readonly model: string,
    private readonly version: string,
  ) {
    this.#counts = nothing(model, version);
  }

  succeeded(run: BatchRun): void {
    const counts = this.#counts;
    const requests = run.waitedMs.length;
    this.#ran(run);
    counts.success += requests;
    counts.rows += run.rows;
    counts.inputUs += requests * run.inputMs * 1_000;
    counts.inferUs += requests * run.inferMs * 1_000;
    counts.outputUs += requests * run.outputMs * 1_000;
    for (const waitedMs of run.waitedMs) {
      counts.queueUs += waitedMs * 1_000;
      counts.requestUs += (waitedMs + run.inputMs + run.inferMs + run.outputMs) * 1_000;
      counts.queueSeconds.push(waitedMs / 1_000);
    }
  }

  /** A run that failed, for all that shared it. */
  failed(run: BatchRun): void {
    this.#ran(run);
    this.#counts.failure += run.waitedMs.length;
  }

  /** A request that never came to a run. */
  refused(): void {
    this.#changed = true;
    this.#counts.failure += 1;
  }

  /** What came together since the last time; undefined where nothing did. */
  take(pending: number): RunCounts | undefined {
    if (!this.#changed && pending === this.#counts.pending) return undefined;
    const taken = { ...this.#counts, pending };
    this.#counts = { ...nothing(this.model, this.version), pending };
    this.#changed = false;
    return taken;
  }

  #ran({ rows }: BatchRun): void {
    this.#changed = true;
    this.#counts.runs += 1;
    this.#counts.batchSizes.push(rows);
  }
}
