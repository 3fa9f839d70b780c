import type pg from 'pg';
import { asFault, type Fault } from '@smartscan/kernel';
import type { Envelope, EventLog } from '../ports/event-log.ts';
import { isRecorded, isTracing, traced } from '../telemetry/trace.ts';
import { pauseMs } from './backoff.ts';
import { Doorbell } from './doorbell.ts';
import { ENVELOPE_COLUMNS, toEnvelope, type EnvelopeRow } from './envelope-row.ts';
import { inTransaction, LAZY_COMMIT } from './in-transaction.ts';
import { outboxChannel } from './outbox.ts';
import type { Wakeups } from './wakeups.ts';

export interface OutboxRelayOptions {
  /** The context's own login role. One connection is held while a batch is published. */
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly log: Pick<EventLog, 'publish'>;
  readonly wakeups: Wakeups;
  /** Called at each failed try to publish. */
  readonly onFailure?: (fault: Fault) => void;
}

export interface OutboxStats {
  /** Age of the oldest event that is committed and not yet published; 0 where there is none. */
  readonly oldestAgeSeconds: number;
  readonly pending: number;
}

/** Ours: batches of 50, 100, 200, 500 publish 12, 22, 30, 30 thousand a second; a batch is published twice after a crash. */
const BATCH_EVENTS = 200;
/** Ours: finds what a relay left behind that died with the lock in its hand; everything else is told by notification. */
const POLL_MS = 1_000;
const RETRY = { firstMs: 100, lastMs: 5_000 };
/** Ours: what `close` waits for at most; what is left then goes out after the next start. */
const DRAIN_MS = 5_000;

/**
 * Takes a context's committed events to the log, in the order of their ids, and only then out of the outbox. A crash in
 * between publishes a batch twice, never not at all; the receiver's inbox knows it again. An advisory lock lets one
 * relay per context publish at a time, however many processes run one.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #table: string;
  readonly #bell = new Doorbell();
  /** Apart from the bell: events that are told while the log is away must not shorten the pause. */
  readonly #pause = new Doorbell();
  #unsubscribe = (): void => undefined;
  #running: Promise<void> | undefined;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#table = `${options.schema}.outbox`;
  }

  start(): void {
    this.#unsubscribe = this.#options.wakeups.subscribe(outboxChannel(this.#options.schema), () => this.#bell.ring());
    this.#running ??= this.#run();
  }

  /** Publishes what is committed by now, for 5 s at most, then stops. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#deadline = Math.min(this.#deadline, performance.now() + DRAIN_MS);
    this.#bell.ring();
    this.#pause.ring();
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
  }

  async stats(): Promise<OutboxStats> {
    const { rows } = await this.#options.pool.query<{ pending: number; oldest: number }>(
      `SELECT count(*)::int AS pending,
              coalesce(extract(epoch FROM clock_timestamp() - min(told_at)), 0)::float8 AS oldest FROM ${this.#table}`,
    );
    return { oldestAgeSeconds: rows[0]?.oldest ?? 0, pending: rows[0]?.pending ?? 0 };
  }

  get #closing(): boolean {
    return this.#deadline < Number.POSITIVE_INFINITY;
  }

  async #run(): Promise<void> {
    for (let failures = 0; performance.now() < this.#deadline; ) {
      try {
        // Only a look that was begun after `close` has seen all that was committed before it.
        const isLast = this.#closing;
        const published = await this.#publishBatch();
        failures = 0;
        if (published === BATCH_EVENTS) continue;
        if (isLast) return;
        await this.#wait();
      } catch (error) {
        failures += 1;
        this.#options.onFailure?.(asFault(error));
        await this.#pause.heard(pauseMs(RETRY, failures));
      }
    }
  }

  /** Until something is told. A look without a reason mostly finds nothing: it costs one statement, no transaction. */
  async #wait(): Promise<void> {
    while (!(await this.#bell.heard(POLL_MS))) {
      const { rows } = await this.#options.pool.query<{ due: boolean }>(
        `SELECT EXISTS (SELECT FROM ${this.#table}) AS due`,
      );
      if (rows[0]?.due === true) return;
    }
  }

  /** The events leave the table for good when the transaction commits, and that is after they were published. */
  #publishBatch(): Promise<number> {
    return inTransaction(this.#options.pool, async (client) => {
      const { rows } = await client.query<EnvelopeRow & { id: string }>({
        name: 'outbox_take',
        text: takeFrom(this.#table),
        values: [this.#table],
      });
      if (rows.length === 0) return 0;
      rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
      await this.#publish(rows.map(toEnvelope));
      return rows.length;
    });
  }

  /** A span in the trace of the first event that is traced, with links to the others'; none where none is. */
  async #publish(batch: readonly Envelope[]): Promise<void> {
    const { log, schema } = this.#options;
    const [parent, ...links] = isTracing() ? tracesOf(batch) : [];
    if (parent === undefined) return log.publish(batch);
    const fields = { context: schema, events: batch.length };
    await traced('outbox.publish', fields, () => log.publish(batch), { parent, links });
  }
}

const tracesOf = (batch: readonly Envelope[]): string[] => [
  ...new Set(batch.map(({ traceparent }) => traceparent).filter(isRecorded)),
];

/** Takes the oldest, if no other relay of the context is at it. Were the removal lost, they would be published again. */
const takeFrom = (table: string): string => `
WITH turn AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AND ${LAZY_COMMIT} AS mine
), oldest AS MATERIALIZED (
  SELECT id FROM ${table} AS o, turn WHERE mine ORDER BY id LIMIT ${BATCH_EVENTS} FOR UPDATE OF o SKIP LOCKED
)
DELETE FROM ${table} WHERE id IN (SELECT id FROM oldest) RETURNING id, ${ENVELOPE_COLUMNS}`;
