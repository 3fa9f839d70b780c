import type pg from 'pg';
import { Fault } from '@smartscan/kernel';
import type { Failure } from '../../event-log/retry.ts';
import { ENVELOPE_COLUMNS, toEnvelope, type EnvelopeRow } from '../../outbox/envelope-row.ts';
import { LAZY_COMMIT } from '../../outbox/in-transaction.ts';
import type { Envelope } from '../../ports/event-log.ts';
import { CHANGED, REPLAYED } from './schema.ts';

export interface LogRecord {
  readonly offset: number;
  readonly envelope: Envelope;
}

/** What a member is given with a partition. */
export interface Grant {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  /** The first offset that the group has not done with. */
  readonly committed: number;
  /** Keys that have parked events, with the offset of the first. */
  readonly blocked: Map<string, number>;
}

export interface Holder {
  readonly group: string;
  readonly memberId: string;
}

/** Ours: what a crash delivers again at most, beside the batch in hand; the inbox knows it again. */
const COMMIT_EVERY_MS = 1_000;
const PARKED_PAGE = 100;

/** True only for whoever still holds the lease that it was given. */
const FENCE = 'group_id = $1 AND topic = $2 AND partition = $3 AND member_id = $4 AND generation = $5';

export const LEASE_LOST = 'platform.lease_lost';
const leaseLost = (): Fault => new Fault('conflict', LEASE_LOST, 'The partition has gone to another member.');

/**
 * One partition in the hands of one member. Every statement that tells the group's progress is fenced: a member that
 * was taken for dead and comes back can change nothing.
 */
export class Lease {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to deliver. */
  position: number;
  /** Parked events are to be delivered again: somebody waits for those up to this offset. */
  replayUpTo: number | undefined;
  /** Work in progress; settles when the partition is at rest. */
  busy: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #pool: pg.Pool;
  readonly #fence: readonly unknown[];
  #blocked: Map<string, number>;
  #committed: number;
  #committedAt = performance.now();

  constructor(pool: pg.Pool, holder: Holder, grant: Grant) {
    this.#pool = pool;
    this.topic = grant.topic;
    this.partition = grant.partition;
    this.position = grant.committed;
    this.#committed = grant.committed;
    this.#blocked = grant.blocked;
    this.#fence = [holder.group, grant.topic, grant.partition, holder.memberId, grant.generation];
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Asks for an end after the event in hand; resolves when it is reached. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.busy;
  }

  get commitDue(): boolean {
    return performance.now() - this.#committedAt > COMMIT_EVERY_MS;
  }

  /** Makes the position known. Fault `platform.lease_lost` where the lease is not ours any more. */
  async commit(): Promise<void> {
    const { position } = this;
    if (position !== this.#committed) {
      const text = `UPDATE bus.consumer SET committed = $6 WHERE ${FENCE} AND ${LAZY_COMMIT}`;
      await this.#fenced({ name: 'bus_commit', text, values: [...this.#fence, position] });
      this.#committed = position;
    }
    this.#committedAt = performance.now();
  }

  /** Whether an earlier event of the same key is parked. */
  isBehindParked({ offset, envelope }: LogRecord): boolean {
    return offset >= (this.#blocked.get(envelope.key) ?? Number.POSITIVE_INFINITY);
  }

  async park({ offset, envelope }: LogRecord, { code, attempts }: Failure): Promise<void> {
    const text = `
      INSERT INTO bus.parked (group_id, partition, "offset", code, attempts, ${ENVELOPE_COLUMNS})
      SELECT $1, partition, "offset", $7, $8, ${ENVELOPE_COLUMNS} FROM bus.record
      WHERE topic = $2 AND partition = $3 AND "offset" = $6
        AND EXISTS (SELECT FROM bus.consumer WHERE ${FENCE} FOR SHARE)
      ON CONFLICT (group_id, topic, partition, "offset") DO UPDATE SET attempts = parked.attempts + excluded.attempts`;
    await this.#fenced({ text, values: [...this.#fence, offset, code, attempts] });
    const first = this.#blocked.get(envelope.key) ?? offset;
    this.#blocked.set(envelope.key, Math.min(first, offset));
  }

  /** Up to 100 of the partition's parked events, in order, after an offset. */
  async parked(after: number): Promise<LogRecord[]> {
    const { rows } = await this.#pool.query<EnvelopeRow & { offset: string }>(
      `SELECT "offset", ${ENVELOPE_COLUMNS} FROM bus.parked
       WHERE group_id = $1 AND topic = $2 AND partition = $3 AND "offset" > $4
       ORDER BY "offset" LIMIT ${PARKED_PAGE}`,
      [...this.#fence.slice(0, 3), after],
    );
    return rows.map((row) => ({ offset: Number(row.offset), envelope: toEnvelope(row) }));
  }

  async unpark(offset: number): Promise<void> {
    const text = `DELETE FROM bus.parked WHERE group_id = $1 AND topic = $2 AND partition = $3 AND "offset" = $6
      AND EXISTS (SELECT FROM bus.consumer WHERE ${FENCE} FOR SHARE)`;
    await this.#fenced({ text, values: [...this.#fence, offset] });
  }

  async parkAgain(offset: number, { code, attempts }: Failure): Promise<void> {
    const text = `UPDATE bus.parked SET code = $7, attempts = attempts + $8, parked_at = now()
      WHERE group_id = $1 AND topic = $2 AND partition = $3 AND "offset" = $6
        AND EXISTS (SELECT FROM bus.consumer WHERE ${FENCE} FOR SHARE)`;
    await this.#fenced({ text, values: [...this.#fence, offset, code, attempts] });
  }

  /** Tells whoever asked for a replay up to this offset that it is done. */
  async finishReplay(upTo: number): Promise<void> {
    const { rows } = await this.#pool.query<{ key: string; first: string }>(
      `SELECT key, min("offset") AS first FROM bus.parked WHERE group_id = $1 AND topic = $2 AND partition = $3
       GROUP BY key`,
      this.#fence.slice(0, 3),
    );
    this.#blocked = new Map(rows.map(({ key, first }) => [key, Number(first)]));
    const text = `
      WITH held AS (SELECT FROM bus.consumer WHERE ${FENCE} FOR SHARE), done AS (
        DELETE FROM bus.replay WHERE group_id = $1 AND topic = $2 AND partition = $3 AND up_to <= $6
          AND EXISTS (SELECT FROM held)
      )
      SELECT pg_notify('${REPLAYED}', '') FROM held`;
    await this.#fenced({ text, values: [...this.#fence, upTo] });
    if (this.replayUpTo === upTo) this.replayUpTo = undefined;
  }

  /** Lets another member have the partition at once. */
  async giveBack(): Promise<void> {
    const text = `WITH freed AS (UPDATE bus.consumer SET member_id = NULL WHERE ${FENCE} RETURNING 1)
      SELECT pg_notify('${CHANGED}', '') FROM freed`;
    await this.#fenced({ text, values: [...this.#fence] });
  }

  async #fenced(query: pg.QueryConfig): Promise<void> {
    const { rowCount } = await this.#pool.query(query);
    if (rowCount === 0) throw leaseLost();
  }
}
