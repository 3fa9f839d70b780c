import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { asFault } from '@smartscan/kernel';
import { BEHIND_PARKED, DRAIN_MS } from '../../event-log/parking.ts';
import { attempt, type Deliver, type RetryPolicy } from '../../event-log/retry.ts';
import type { Log } from '../../ports/log.ts';
import { fetchRecords, FETCH_EVENTS } from './fetch.ts';
import { Lease, LEASE_LOST, type Grant, type Holder, type LogRecord } from './lease.ts';

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly pool: pg.Pool;
  readonly log: Log;
  readonly retry: RetryPolicy;
  /** How many partitions are worked on at a time. */
  readonly partitionsAtOnce: number;
  /** Whether this process may take its leases for its own just now. */
  readonly isAlive: () => boolean;
  /** Called when a partition's work was cut short: what the database says of our leases may not be what we think. */
  readonly onTrouble: () => void;
  /** Called when a partition that was lost is at rest and may be had again. */
  readonly onFreed: () => void;
}

const nameOf = (topic: string, partition: number): string => `${topic} ${partition}`;

/**
 * One member of a consumer group. It works on the partitions that it has been granted, several at a time, the events of
 * each one after the other. Nothing runs while nothing is due: work begins when a partition is woken.
 */
export class GroupConsumer implements Holder {
  readonly memberId = randomUUID();
  readonly group: string;
  readonly topics: readonly string[];
  readonly #options: ConsumerOptions;
  readonly #leases = new Map<string, Lease>();
  /** In the order in which they fell due, so that none waits for ever. */
  readonly #due = new Set<Lease>();
  #running = 0;
  #handlers: ReadonlyMap<string, Deliver> = new Map();
  #closed = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.group = options.group;
    this.topics = options.topics;
  }

  open(handlers: ReadonlyMap<string, Deliver>): void {
    this.#handlers = handlers;
  }

  /** `ending`: the handler in hand is waited for; only then may the partition be had again. */
  holding(topic: string, partition: number): 'nothing' | 'lease' | 'ending' {
    const lease = this.#leases.get(nameOf(topic, partition));
    if (lease === undefined) return 'nothing';
    return lease.stop.aborted ? 'ending' : 'lease';
  }

  /** Takes a partition on of which it holds nothing, to be begun by `work`. */
  grant(grant: Grant): void {
    if (this.#closed) return;
    const lease = new Lease(this.#options.pool, this, grant);
    this.#leases.set(nameOf(grant.topic, grant.partition), lease);
    this.#due.add(lease);
  }

  /** `work` has something to find: events, or a replay up to an offset. Partitions of others are passed over. */
  wake(topic: string, partition: number, replayUpTo?: number): void {
    const lease = this.#leases.get(nameOf(topic, partition));
    if (lease === undefined) return;
    lease.replayUpTo = replayUpTo ?? lease.replayUpTo;
    this.#due.add(lease);
  }

  /** Looks at every partition: something may have been missed. */
  wakeAll(): void {
    for (const lease of this.#leases.values()) this.#due.add(lease);
    this.work();
  }

  /** Finishes the event in hand of every partition that is not wanted any more and gives it back. */
  keep(isWanted: (topic: string, partition: number) => boolean): void {
    for (const lease of this.#leases.values()) {
      if (!lease.stop.aborted && !isWanted(lease.topic, lease.partition)) void this.#giveBack(lease);
    }
  }

  /** The lease is not ours any more: work on it ends, and what it still says of its progress is refused. */
  lose(topic: string, partition: number): void {
    const lease = this.#leases.get(nameOf(topic, partition));
    if (lease !== undefined) void this.#lose(lease);
  }

  loseAll(): void {
    for (const lease of this.#leases.values()) void this.#lose(lease);
  }

  /** Waits for the handlers that run (10 s at most) and makes their progress known; takes nothing more. */
  async drain(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#leases.values()].map((lease) => lease.end());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAIN_MS);
    });
    await Promise.race([Promise.all(ends), late]);
    clearTimeout(timer);
  }

  async #giveBack(lease: Lease): Promise<void> {
    await lease.end();
    await lease.giveBack().catch((error: unknown) => this.#failed(lease, error));
    this.#forget(lease);
  }

  async #lose(lease: Lease): Promise<void> {
    await lease.end();
    this.#forget(lease);
    this.#options.onFreed();
  }

  #forget(lease: Lease): void {
    const name = nameOf(lease.topic, lease.partition);
    if (this.#leases.get(name) === lease) this.#leases.delete(name);
    this.#due.delete(lease);
  }

  /** Begins whatever is due and may run. */
  work(): void {
    const taken = this.#takeDue();
    if (taken.length === 0) return;
    const fetched = fetchRecords(this.#options.pool, taken);
    for (const lease of taken) {
      this.#running += 1;
      lease.busy = this.#serve(lease, fetched).finally(() => {
        this.#running -= 1;
        lease.busy = undefined;
        this.work();
      });
    }
  }

  #takeDue(): Lease[] {
    const taken: Lease[] = [];
    if (this.#closed || !this.#options.isAlive()) return taken;
    for (const lease of this.#due) {
      if (this.#running + taken.length >= this.#options.partitionsAtOnce) break;
      if (lease.busy !== undefined || lease.stop.aborted) continue;
      this.#due.delete(lease);
      taken.push(lease);
    }
    return taken;
  }

  /** One batch of one partition. A failure of the database ends it early; the next heartbeat finds it behind. */
  async #serve(lease: Lease, fetched: ReturnType<typeof fetchRecords>): Promise<void> {
    try {
      const records = (await fetched).get(lease) ?? [];
      if (lease.replayUpTo !== undefined) await this.#replay(lease, lease.replayUpTo);
      await this.#deliverAll(lease, records);
      await lease.commit();
      if (records.length === FETCH_EVENTS || lease.replayUpTo !== undefined) this.#due.add(lease);
    } catch (error) {
      this.#failed(lease, error);
    }
  }

  #failed(lease: Lease, error: unknown): void {
    const { code } = asFault(error);
    const { topic, partition } = lease;
    this.#options.log.warn('event_log.partition_interrupted', { group: this.group, topic, partition, code });
    this.#options.onTrouble();
    if (code === LEASE_LOST) void this.#lose(lease);
  }

  #mayGoOn(lease: Lease): boolean {
    return !lease.stop.aborted && this.#options.isAlive();
  }

  async #deliverAll(lease: Lease, records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      if (!this.#mayGoOn(lease) || !(await this.#deliver(lease, record))) return;
      lease.position = record.offset + 1;
      if (lease.commitDue) await lease.commit();
    }
  }

  /** False where it was interrupted. */
  async #deliver(lease: Lease, record: LogRecord): Promise<boolean> {
    const handler = this.#handlers.get(record.envelope.type);
    if (handler === undefined) return true;
    if (lease.isBehindParked(record)) {
      await lease.park(record, { code: BEHIND_PARKED, attempts: 0 });
      return true;
    }
    const outcome = await attempt(handler, record.envelope, this.#options.retry, lease.stop);
    if (outcome === 'interrupted') return false;
    if (outcome !== 'handled') {
      await lease.park(record, outcome);
      this.#parked(record, outcome.code, outcome.attempts);
    }
    return true;
  }

  #parked({ envelope }: LogRecord, code: string, attempts: number): void {
    const { id, type } = envelope;
    this.#options.log.warn('event_log.parked', { group: this.group, event_id: id, type, code, attempts });
  }

  /**
   * Delivers all that is parked, also what was parked since the replay was asked for: nothing newer of the partition is
   * delivered meanwhile, so a key that is well again is well for good, and its order holds.
   */
  async #replay(lease: Lease, upTo: number): Promise<void> {
    const stuck = new Set<string>();
    for (let after = -1; ; ) {
      const page = await lease.parked(after);
      for (const record of page) {
        if (!this.#mayGoOn(lease)) return;
        const { key } = record.envelope;
        if (!stuck.has(key) && !(await this.#redeliver(lease, record))) stuck.add(key);
        after = record.offset;
      }
      if (page.length === 0) break;
    }
    if (this.#mayGoOn(lease)) await lease.finishReplay(upTo);
  }

  /** False where it stays parked. */
  async #redeliver(lease: Lease, record: LogRecord): Promise<boolean> {
    const handler = this.#handlers.get(record.envelope.type);
    const outcome =
      handler === undefined ? 'handled' : await attempt(handler, record.envelope, this.#options.retry, lease.stop);
    if (outcome === 'handled') {
      await lease.unpark(record.offset);
      return true;
    }
    if (outcome !== 'interrupted') {
      await lease.parkAgain(record.offset, outcome);
      this.#parked(record, outcome.code, outcome.attempts);
    }
    return false;
  }
}
