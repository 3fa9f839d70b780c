import type pg from 'pg';
import { PARKED_SHOWN } from '../../event-log/parking.ts';
import { RETRY, type RetryPolicy } from '../../event-log/retry.ts';
import { toEnvelope, type EnvelopeRow } from '../../outbox/envelope-row.ts';
import type { Wakeups } from '../../outbox/wakeups.ts';
import type { Envelope, EventLog, GroupStats, Parked } from '../../ports/event-log.ts';
import type { Log } from '../../ports/log.ts';
import { Topics } from './append.ts';
import { GroupConsumer } from './group-consumer.ts';
import { LogTransport } from './log-transport.ts';
import { Membership } from './membership.ts';
import { replayGroup } from './replay.ts';
import { groupStats, LOG_KEPT_MS, pruneLog, rewindGroup } from './upkeep.ts';

export { EVENT_LOG_DDL } from './schema.ts';

export interface EventLogOptions {
  /** Of a role with all rights on the schema `bus`. Not closed here. */
  readonly pool: pg.Pool;
  /** Connected to the same database. Not closed here. */
  readonly wakeups: Wakeups;
  readonly log: Log;
  /** Of topics that are new; ours: 6. */
  readonly partitions?: number;
  readonly retry?: RetryPolicy;
  readonly leaseMs?: number;
  readonly partitionsAtOnce?: number;
}

/** Ours: room for six processes or workers to share a group, and few enough that watching them costs nothing. */
const PARTITIONS = 6;
/** Ours: a hung process is replaced within 3 s; a garbage collection or a laptop under load takes less. */
const LEASE_MS = 3_000;
/** Ours: half of a context's connections, so that events never keep requests waiting for one. */
const PARTITIONS_AT_ONCE = 4;

/** The event log in PostgreSQL: Kafka's shape in a few tables, for a place that is one machine. */
export class EmbeddedEventLog implements EventLog {
  readonly #options: EventLogOptions;
  readonly #topics: Topics;
  readonly #membership: Membership;
  readonly #strategies = new Set<LogTransport>();
  #closed = false;

  constructor(options: EventLogOptions) {
    const { pool, wakeups, log, leaseMs = LEASE_MS } = options;
    this.#options = options;
    this.#topics = new Topics(pool, options.partitions ?? PARTITIONS);
    this.#membership = new Membership({ pool, wakeups, topics: this.#topics, log, leaseMs });
  }

  publish(batch: readonly Envelope[]): Promise<void> {
    return this.#topics.append(batch);
  }

  strategy(group: string, topics: readonly string[]): LogTransport {
    const { pool, wakeups, log, retry = RETRY, partitionsAtOnce = PARTITIONS_AT_ONCE } = this.#options;
    const membership = this.#membership;
    const consumer = new GroupConsumer({
      group,
      topics,
      pool,
      log,
      retry,
      partitionsAtOnce,
      isAlive: () => membership.isAlive,
      onTrouble: () => membership.suspect(),
      onFreed: () => membership.look(),
    });
    const strategy = new LogTransport({ consumer, membership, wakeups });
    this.#strategies.add(strategy);
    return strategy;
  }

  /** The first 1,000, in order within each partition. */
  async parked(group: string): Promise<readonly Parked[]> {
    const { rows } = await this.#options.pool.query<EnvelopeRow & { code: string; attempts: number; parked_at: Date }>(
      `SELECT * FROM bus.parked WHERE group_id = $1 ORDER BY topic, partition, "offset" LIMIT ${PARKED_SHOWN}`,
      [group],
    );
    return rows.map((row) => ({
      group,
      envelope: toEnvelope(row),
      code: row.code,
      attempts: row.attempts,
      parkedAt: row.parked_at.toISOString(),
    }));
  }

  replayParked(group: string): Promise<number> {
    const { pool, wakeups, leaseMs = LEASE_MS } = this.#options;
    return replayGroup(group, { pool, wakeups, leaseMs, isClosed: () => this.#closed });
  }

  rewind(group: string): Promise<void> {
    return rewindGroup(this.#options.pool, group);
  }

  /** Removes events that are older (7 days by default) and read by every group; resolves with their number. */
  prune(olderThanMs: number = LOG_KEPT_MS): Promise<number> {
    return pruneLog(this.#options.pool, olderThanMs);
  }

  /** How far behind each group is, and what it has parked: for metrics. */
  stats(): Promise<readonly GroupStats[]> {
    return groupStats(this.#options.pool);
  }

  /** Closes its strategies, each of which gives its work back, and says goodbye. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#strategies].map((strategy) => strategy.close()));
    await this.#membership.close();
  }
}
