import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { inTransaction, LAZY_COMMIT } from '../../outbox/in-transaction.ts';
import { PRESENCE_CLASS } from '../../outbox/wakeups.ts';
import type { Grant } from './lease.ts';
import { CHANGED } from './schema.ts';

/**
 * Dead: silent for too long, or its connection is gone, which the server knows at once by the lock that went with it.
 * So a process that starts again right after a crash does not wait for the leases of the one before.
 */
const REAP = `
DELETE FROM bus.client AS c WHERE client_id <> $1 AND (
  seen_at < now() - make_interval(secs => $2) OR presence IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = ${PRESENCE_CLASS} AND l.objid = c.presence::oid))`;

/** A new group begins at the first event that the log still has. */
const BEGIN_GROUP = `
INSERT INTO bus.consumer (group_id, topic, partition, committed)
SELECT $1, topic, partition, coalesce((SELECT min("offset") FROM bus.record r
  WHERE r.topic = p.topic AND r.partition = p.partition), p.next_offset)
FROM bus.partition p WHERE topic = ANY($2) ON CONFLICT DO NOTHING`;

/** What may be taken, and of what is ours only the partitions that have something to do. `$3`: all that is ours. */
const LOOK = `
SELECT c.group_id, c.topic, c.partition, c.member_id, r.up_to
FROM bus.consumer c JOIN bus.partition p USING (topic, partition)
LEFT JOIN bus.replay r USING (group_id, topic, partition)
WHERE c.group_id = ANY($1::text[]) AND (c.member_id IS NULL
  OR c.member_id = ANY($2::uuid[]) AND ($3 OR r.up_to IS NOT NULL OR c.committed < p.next_offset))`;

const CLAIM = `
UPDATE bus.consumer c SET member_id = w.member_id, generation = c.generation + 1
FROM unnest($1::text[], $2::text[], $3::int[], $4::uuid[]) AS w (group_id, topic, partition, member_id)
WHERE c.group_id = w.group_id AND c.topic = w.topic AND c.partition = w.partition
  AND (c.member_id IS NULL OR c.member_id = w.member_id)
RETURNING c.group_id, c.topic, c.partition, c.member_id, c.committed, c.generation`;

const BLOCKED = `
SELECT group_id, topic, partition, key, min("offset") AS first FROM bus.parked
WHERE (group_id, topic, partition) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[]))
GROUP BY group_id, topic, partition, key`;

/** A member of a consumer group, as the others see it. */
export interface Reader {
  readonly memberId: string;
  readonly group: string;
  readonly topics: readonly string[];
}

/** One partition in one group: whose it is, and up to where a replay is asked for. */
export interface Share {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly owner: string | undefined;
  readonly replayUpTo: number | undefined;
}

export interface Claim {
  readonly memberId: string;
  readonly share: Share;
}

export interface Claimed {
  readonly memberId: string;
  readonly grant: Grant;
}

interface ShareRow {
  readonly group_id: string;
  readonly topic: string;
  readonly partition: number;
}
interface ClaimedRow extends ShareRow {
  readonly member_id: string;
  readonly committed: string;
  readonly generation: number;
}
interface BlockedRow extends ShareRow {
  readonly key: string;
  readonly first: string;
}

/** What the database knows of clients, members and leases; one client's way to it. */
export class Roster {
  readonly #pool: pg.Pool;
  readonly #clientId = randomUUID();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Makes the client and its members known to all. Idempotent: also brings back one that was taken for dead. */
  register(presence: number | undefined, members: readonly Reader[]): Promise<void> {
    return inTransaction(this.#pool, async (client) => {
      await client.query(
        'INSERT INTO bus.client (client_id, presence) VALUES ($1, $2) ON CONFLICT (client_id) DO UPDATE SET seen_at = now()',
        [this.#clientId, presence ?? null],
      );
      for (const { memberId, group, topics } of members) {
        await client.query(
          'INSERT INTO bus.consumer_group (group_id) VALUES ($1) ON CONFLICT (group_id) DO UPDATE SET seen_at = now()',
          [group],
        );
        await client.query(
          'INSERT INTO bus.member (member_id, client_id, group_id, topics) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
          [memberId, this.#clientId, group, topics],
        );
        await client.query(BEGIN_GROUP, [group, topics]);
      }
      await client.query(`SELECT pg_notify('${CHANGED}', '')`);
    });
  }

  /** Says that the client is there. False: it was taken for dead, and all that it held is lost. */
  async beat(presence: number | undefined): Promise<boolean> {
    const { rowCount } = await this.#pool.query({
      name: 'bus_beat',
      text: `UPDATE bus.client SET seen_at = now(), presence = $2 WHERE client_id = $1 AND ${LAZY_COMMIT}`,
      values: [this.#clientId, presence ?? null],
    });
    return rowCount !== 0;
  }

  /** Removes the clients that are dead, and frees what they held. */
  async reap(leaseMs: number): Promise<void> {
    await this.#pool.query({ name: 'bus_reap', text: REAP, values: [this.#clientId, leaseMs / 1_000] });
  }

  /** All members of some groups, in an order that everybody sees alike. */
  async readers(groups: readonly string[]): Promise<Reader[]> {
    const { rows } = await this.#pool.query<{ member_id: string; group_id: string; topics: string[] }>({
      name: 'bus_readers',
      text: 'SELECT member_id, group_id, topics FROM bus.member WHERE group_id = ANY($1::text[]) ORDER BY member_id',
      values: [groups],
    });
    return rows.map((row) => ({ memberId: row.member_id, group: row.group_id, topics: row.topics }));
  }

  /** What is free, and what of our members' has something to do, or all of it. */
  async look(groups: readonly string[], memberIds: readonly string[], allOfOurs: boolean): Promise<Share[]> {
    const { rows } = await this.#pool.query<ShareRow & { member_id: string | null; up_to: string | null }>({
      name: 'bus_look',
      text: LOOK,
      values: [groups, memberIds, allOfOurs],
    });
    return rows.map((row) => ({
      group: row.group_id,
      topic: row.topic,
      partition: row.partition,
      owner: row.member_id ?? undefined,
      replayUpTo: row.up_to === null ? undefined : Number(row.up_to),
    }));
  }

  /** Takes partitions for members, unless somebody else was faster. */
  claim(claims: readonly Claim[]): Promise<Claimed[]> {
    return inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<ClaimedRow>(CLAIM, [
        claims.map(({ share }) => share.group),
        claims.map(({ share }) => share.topic),
        claims.map(({ share }) => share.partition),
        claims.map(({ memberId }) => memberId),
      ]);
      const blocked = await client.query<BlockedRow>(BLOCKED, [
        rows.map(({ group_id }) => group_id),
        rows.map(({ topic }) => topic),
        rows.map(({ partition }) => partition),
      ]);
      return rows.map((row) => ({ memberId: row.member_id, grant: grantOf(row, blocked.rows) }));
    });
  }

  /** Frees all that a member holds. */
  async leave(memberId: string): Promise<void> {
    await this.#pool.query(
      `WITH gone AS (DELETE FROM bus.member WHERE member_id = $1 RETURNING 1)
       SELECT pg_notify('${CHANGED}', '') FROM gone`,
      [memberId],
    );
  }

  async goodbye(): Promise<void> {
    await this.#pool.query('DELETE FROM bus.client WHERE client_id = $1', [this.#clientId]);
  }
}

const isSame = (a: ShareRow, b: ShareRow): boolean =>
  a.group_id === b.group_id && a.topic === b.topic && a.partition === b.partition;

const grantOf = (row: ClaimedRow, blocked: readonly BlockedRow[]): Grant => ({
  topic: row.topic,
  partition: row.partition,
  generation: row.generation,
  committed: Number(row.committed),
  blocked: new Map(blocked.filter((other) => isSame(row, other)).map(({ key, first }) => [key, Number(first)])),
});
