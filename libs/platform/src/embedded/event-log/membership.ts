import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { asFault } from '@smartscan/kernel';
import { Doorbell } from '../../outbox/doorbell.ts';
import { inTransaction, LAZY_COMMIT } from '../../outbox/in-transaction.ts';
import { PRESENCE_CLASS, type Wakeups } from '../../outbox/wakeups.ts';
import type { Log } from '../../ports/log.ts';
import type { Topics } from './append.ts';
import type { GroupConsumer } from './group-consumer.ts';
import type { Grant } from './lease.ts';
import { CHANGED } from './schema.ts';

export interface MembershipOptions {
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly topics: Topics;
  readonly log: Log;
  /** A client that was silent for so long is dead to the others, and so are its leases. */
  readonly leaseMs: number;
}

/** Three heartbeats to a lease, as Kafka has it: one may be lost, one late. */
const HEARTBEATS_PER_LEASE = 3;

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

interface Share {
  readonly group_id: string;
  readonly topic: string;
  readonly partition: number;
  readonly member_id: string | null;
}
interface Claimed extends Share {
  readonly committed: string;
  readonly generation: number;
}

/** Who reads a topic for a group, in an order that all members see alike. */
type Readers = ReadonlyMap<string, readonly string[]>;
const readersOf = (group: string, topic: string): string => `${group} ${topic}`;

/**
 * Shares a group's partitions among its members, those of other processes included. Once per heartbeat, and whenever
 * something changes, each process says that it is there, removes who is not, gives back what is due to others and takes
 * what is due to it: member number i of n has every partition with partition % n = i.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #clientId = randomUUID();
  readonly #members = new Map<string, GroupConsumer>();
  readonly #bell = new Doorbell();
  readonly #unsubscribe: () => void;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;
  #aliveUntil = Number.NEGATIVE_INFINITY;
  #suspicious = false;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#unsubscribe = options.wakeups.subscribe(CHANGED, () => this.#bell.ring());
  }

  /** Whether the others still take this process for alive. */
  get isAlive(): boolean {
    return performance.now() < this.#aliveUntil;
  }

  /** The next heartbeat compares all that this process holds with what the database says. */
  suspect(): void {
    this.#suspicious = true;
  }

  /** Something may be had that was not to be had before: the next heartbeat comes now. */
  look(): void {
    this.#bell.ring();
  }

  /** Resolves when the member has its share of what is free; the rest follows as the others give it back. */
  join(member: GroupConsumer): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all(member.topics.map((topic) => this.#options.topics.ensure(topic)));
      this.#members.set(member.memberId, member);
      try {
        await this.#register();
        await this.#heartbeat();
      } catch (error) {
        this.#members.delete(member.memberId);
        throw error;
      }
      this.#running ??= this.#run();
    });
  }

  /** Frees all that the member holds, at once. */
  leave(member: GroupConsumer): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#members.delete(member.memberId)) return;
      await this.#options.pool.query(
        `WITH gone AS (DELETE FROM bus.member WHERE member_id = $1 RETURNING 1)
         SELECT pg_notify('${CHANGED}', '') FROM gone`,
        [member.memberId],
      );
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#bell.ring();
    await this.#running;
    await this.#inTurn(() => this.#options.pool.query('DELETE FROM bus.client WHERE client_id = $1', [this.#clientId]));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#bell.heard(this.#options.leaseMs / HEARTBEATS_PER_LEASE);
      if (this.#closed || this.#members.size === 0) continue;
      await this.#inTurn(() => this.#heartbeat()).catch((error: unknown) => {
        this.suspect();
        this.#options.log.warn('event_log.heartbeat_failed', { code: asFault(error).code });
      });
    }
  }

  /** Idempotent: also brings back a process that the others had taken for dead. */
  #register(): Promise<void> {
    const members = [...this.#members.values()];
    return inTransaction(this.#options.pool, async (client) => {
      await client.query(
        'INSERT INTO bus.client (client_id, presence) VALUES ($1, $2) ON CONFLICT (client_id) DO UPDATE SET seen_at = now()',
        [this.#clientId, this.#options.wakeups.presence ?? null],
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
        // A new group begins at the first event that the log still has.
        await client.query(
          `INSERT INTO bus.consumer (group_id, topic, partition, committed)
           SELECT $1, topic, partition, coalesce((SELECT min("offset") FROM bus.record r
             WHERE r.topic = p.topic AND r.partition = p.partition), p.next_offset)
           FROM bus.partition p WHERE topic = ANY($2) ON CONFLICT DO NOTHING`,
          [group, topics],
        );
      }
      await client.query(`SELECT pg_notify('${CHANGED}', '')`);
    });
  }

  async #heartbeat(): Promise<void> {
    const { pool, wakeups, leaseMs } = this.#options;
    const startedAt = performance.now();
    const { rowCount } = await pool.query({
      name: 'bus_heartbeat',
      text: `UPDATE bus.client SET seen_at = now(), presence = $2 WHERE client_id = $1 AND ${LAZY_COMMIT}`,
      values: [this.#clientId, wakeups.presence ?? null],
    });
    if (rowCount === 0) {
      for (const member of this.#members.values()) member.loseAll();
      await this.#register();
    }
    await pool.query({ name: 'bus_reap', text: REAP, values: [this.#clientId, leaseMs / 1_000] });
    this.#aliveUntil = startedAt + leaseMs;
    await this.#share();
    for (const member of this.#members.values()) member.work();
  }

  async #share(): Promise<void> {
    const readers = await this.#readers();
    const isDue = (member: GroupConsumer, topic: string, partition: number): boolean => {
      const all = readers.get(readersOf(member.group, topic)) ?? [];
      return all[partition % all.length] === member.memberId;
    };
    for (const member of this.#members.values()) {
      member.keep((topic, partition) => isDue(member, topic, partition));
    }
    const claims: [GroupConsumer, Share][] = [];
    for (const share of await this.#look()) {
      for (const member of this.#members.values()) {
        if (member.group !== share.group_id) continue;
        const isOurs = share.member_id === member.memberId;
        if (!isOurs && !isDue(member, share.topic, share.partition)) continue;
        const holding = member.holding(share.topic, share.partition);
        // Also what could not be given back: it is taken on again, to be given back by the next heartbeat.
        if (holding === 'nothing') claims.push([member, share]);
        if (holding !== 'lease') continue;
        if (isOurs) member.wake(share.topic, share.partition, share.up_to);
        else member.lose(share.topic, share.partition);
      }
    }
    if (claims.length > 0) await this.#claim(claims);
  }

  async #readers(): Promise<Readers> {
    const { rows } = await this.#options.pool.query<{ group_id: string; member_id: string; topic: string }>({
      name: 'bus_readers',
      text: `SELECT group_id, member_id, unnest(topics) AS topic FROM bus.member WHERE group_id = ANY($1::text[])
             ORDER BY member_id`,
      values: [this.#groups()],
    });
    const readers = new Map<string, string[]>();
    for (const { group_id, member_id, topic } of rows) {
      const name = readersOf(group_id, topic);
      readers.set(name, [...(readers.get(name) ?? []), member_id]);
    }
    return readers;
  }

  #groups(): string[] {
    return [...new Set([...this.#members.values()].map(({ group }) => group))];
  }

  async #look(): Promise<(Share & { up_to: number | undefined })[]> {
    const { rows } = await this.#options.pool.query<Share & { up_to: string | null }>({
      name: 'bus_look',
      text: LOOK,
      values: [this.#groups(), [...this.#members.keys()], this.#suspicious],
    });
    this.#suspicious = false;
    return rows.map((row) => ({ ...row, up_to: row.up_to === null ? undefined : Number(row.up_to) }));
  }

  async #claim(claims: readonly [GroupConsumer, Share][]): Promise<void> {
    const { claimed, blocked } = await inTransaction(this.#options.pool, async (client) => {
      const wanted = await client.query<Claimed>(CLAIM, [
        claims.map(([, { group_id }]) => group_id),
        claims.map(([, { topic }]) => topic),
        claims.map(([, { partition }]) => partition),
        claims.map(([member]) => member.memberId),
      ]);
      const parked = await client.query<Share & { key: string; first: string }>(BLOCKED, [
        wanted.rows.map(({ group_id }) => group_id),
        wanted.rows.map(({ topic }) => topic),
        wanted.rows.map(({ partition }) => partition),
      ]);
      return { claimed: wanted.rows, blocked: parked.rows };
    });
    for (const row of claimed) this.#members.get(row.member_id ?? '')?.grant(grantOf(row, blocked));
    // What was free may have a replay waiting; the next look tells.
    this.#bell.ring();
  }
}

const grantOf = (
  row: Claimed,
  blocked: readonly (Share & { readonly key: string; readonly first: string })[],
): Grant => ({
  topic: row.topic,
  partition: row.partition,
  generation: row.generation,
  committed: Number(row.committed),
  blocked: new Map(
    blocked
      .filter((b) => b.group_id === row.group_id && b.topic === row.topic && b.partition === row.partition)
      .map(({ key, first }) => [key, Number(first)]),
  ),
});
