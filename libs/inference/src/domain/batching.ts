/** How runs of one model are gathered into batches. */
export interface BatchingRules {
  /** Rows of a batch at most. */
  readonly maxBatch: number;
  /** How long the oldest may wait for others, milliseconds. */
  readonly maxDelayMs: number;
  /** Rows that may wait; more are refused. */
  readonly maxQueue: number;
}

/** Something that waits to be run: so many rows for somebody. */
export interface Waiting {
  /** Whoever asked: each gets a turn before anybody gets a second one. */
  readonly client: string | number;
  /** Requests of the same lane can be run together: same sizes but for the first. */
  readonly lane: string;
  readonly rows: number;
}

/**
 * The number of rows that a batch is filled up to: 1, 2, 4, 8 … and the maximum. So a GPU meets a handful of shapes, for
 * each of which TensorRT builds an engine once and an arena keeps its blocks, instead of one for every number there is.
 */
export const bucketFor = (rows: number, maxBatch: number): number => {
  let bucket = 1;
  while (bucket < rows) bucket *= 2;
  return Math.max(rows, Math.min(bucket, maxBatch));
};

/** All sizes that batches are filled up to. */
export const bucketsUpTo = (maxBatch: number): readonly number[] => {
  const buckets: number[] = [];
  for (let rows = 1; rows <= maxBatch; rows = buckets.at(-1)! + 1) buckets.push(bucketFor(rows, maxBatch));
  return buckets;
};

/** What is to be done now: run these, or look again after some time, or wait for somebody to come. */
export type Next<T> =
  | { readonly run: readonly T[]; readonly afterMs?: never }
  | { readonly run?: never; readonly afterMs: number }
  | undefined;

interface Entry<T> {
  readonly item: T;
  readonly sinceMs: number;
}

/** The queue of one model. It decides; it neither waits nor runs anything. */
export class BatchQueue<T extends Waiting> {
  readonly #rules: BatchingRules;
  /** Of each client, in order; the clients in order of their turns. */
  readonly #queues = new Map<T['client'], Entry<T>[]>();
  #rows = 0;
  /** Clients of the last batch: as many may well come again. */
  #expected = 1;

  constructor(rules: BatchingRules) {
    this.#rules = rules;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** Requests that wait. */
  get length(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** @returns false where there is no room: the item is not taken */
  add(item: T, nowMs: number): boolean {
    if (this.#rows + item.rows > this.#rules.maxQueue) return false;
    const queue = this.#queues.get(item.client);
    if (queue === undefined) this.#queues.set(item.client, [{ item, sinceMs: nowMs }]);
    else queue.push({ item, sinceMs: nowMs });
    this.#rows += item.rows;
    return true;
  }

  /** @returns false where it doesn't wait here (any more) */
  remove(item: T): boolean {
    const queue = this.#queues.get(item.client);
    const at = queue?.findIndex((entry) => entry.item === item) ?? -1;
    if (queue === undefined || at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(item.client);
    this.#rows -= item.rows;
    return true;
  }

  /**
   * Asked whenever the model is free. A batch goes when it is full, when its oldest has waited long enough, or when as many
   * clients wait as shared the last one: then nobody who could join it is likely to come, and a lone scan never waits.
   */
  next(nowMs: number): Next<T> {
    if (this.#rows === 0) return undefined;
    const waitedMs = nowMs - this.#oldestMs();
    const due =
      this.#rows >= this.#rules.maxBatch ||
      this.#queues.size >= this.#expected ||
      // Timers fire up to a millisecond early.
      waitedMs >= this.#rules.maxDelayMs - 1e-3;
    return due ? { run: this.#take() } : { afterMs: this.#rules.maxDelayMs - waitedMs };
  }

  #oldestMs(): number {
    let oldest = Infinity;
    for (const [first] of this.#queues.values()) oldest = Math.min(oldest, first!.sinceMs);
    return oldest;
  }

  /** One of each client in turn, as long as they are of one lane and fit; whoever was served goes to the end of the line. */
  #take(): readonly T[] {
    const taken: T[] = [];
    const clients = new Set<T['client']>();
    let rows = 0;
    for (let served = true; served && rows < this.#rules.maxBatch; ) {
      served = false;
      for (const [client, [entry]] of [...this.#queues]) {
        if (rows >= this.#rules.maxBatch) break;
        const { item } = entry!;
        const fits = taken.length === 0 || (item.lane === taken[0]!.lane && rows + item.rows <= this.#rules.maxBatch);
        if (!fits) continue;
        this.remove(item);
        this.#toTheEnd(client);
        taken.push(item);
        clients.add(client);
        rows += item.rows;
        served = true;
      }
    }
    this.#expected = clients.size;
    return taken;
  }

  #toTheEnd(client: T['client']): void {
    const rest = this.#queues.get(client);
    if (rest === undefined) return;
    this.#queues.delete(client);
    this.#queues.set(client, rest);
  }
}
