import type pg from 'pg';
import { Fault } from '@smartscan/kernel';
import { Doorbell } from '../../outbox/doorbell.ts';
import type { Wakeups } from '../../outbox/wakeups.ts';
import { CHANGED, REPLAYED } from './schema.ts';

/** Ours: only a missed notification waits for it. */
const LOOK_EVERY_MS = 500;
/** Ours: by then a living group has an owner for every partition. */
const LEASES_WITHOUT_OWNER = 3;

export interface ReplayParts {
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly leaseMs: number;
  readonly isClosed: () => boolean;
}

interface Asked {
  readonly topic: string;
  readonly partition: number;
  readonly up_to: string;
  readonly events: number;
}

const ASK = `
WITH due AS (
  SELECT group_id, topic, partition, max("offset") AS up_to, count(*)::int AS events FROM bus.parked
  WHERE group_id = $1 GROUP BY group_id, topic, partition
), asked AS (
  INSERT INTO bus.replay AS r (group_id, topic, partition, up_to)
  SELECT group_id, topic, partition, up_to FROM due
  ON CONFLICT (group_id, topic, partition) DO UPDATE SET up_to = greatest(r.up_to, excluded.up_to)
), told AS (
  SELECT pg_notify('${CHANGED}', '')
)
SELECT topic, partition, up_to, events FROM due, told`;

const OF_THE_ASKED = 'SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[]) AS a (topic, partition, up_to)';

/** What is still to be done of what was asked, and whether somebody is there to do it. */
const PENDING = `
SELECT count(*)::int AS pending, (count(*) FILTER (WHERE c.member_id IS NULL))::int AS orphaned
FROM (${OF_THE_ASKED}) AS a JOIN bus.replay r USING (topic, partition)
LEFT JOIN bus.consumer c ON c.group_id = r.group_id AND c.topic = r.topic AND c.partition = r.partition
WHERE r.group_id = $1`;

const REMAINING = `
SELECT count(*)::int AS events FROM (${OF_THE_ASKED}) AS a JOIN bus.parked k
  ON k.topic = a.topic AND k.partition = a.partition AND k."offset" <= a.up_to WHERE k.group_id = $1`;

/**
 * Asks the owners of the group's partitions to deliver what is parked, and waits until they have. Resolves with the
 * number of events that were handled this time. Fault `platform.group_has_no_member` (unavailable) where nobody does it.
 */
export async function replayGroup(group: string, parts: ReplayParts): Promise<number> {
  const bell = new Doorbell();
  const unsubscribe = parts.wakeups.subscribe(REPLAYED, () => bell.ring());
  try {
    const { rows } = await parts.pool.query<Asked>(ASK, [group]);
    if (rows.length === 0) return 0;
    const asked = [group, rows.map((r) => r.topic), rows.map((r) => r.partition), rows.map((r) => r.up_to)];
    await whilePending(asked, bell, parts);
    const remaining = await parts.pool.query<{ events: number }>(REMAINING, asked);
    return rows.reduce((sum, { events }) => sum + events, 0) - (remaining.rows[0]?.events ?? 0);
  } finally {
    unsubscribe();
  }
}

async function whilePending(asked: unknown[], bell: Doorbell, parts: ReplayParts): Promise<void> {
  let ownedAt = performance.now();
  while (!parts.isClosed()) {
    const { rows } = await parts.pool.query<{ pending: number; orphaned: number }>(PENDING, asked);
    const { pending, orphaned } = rows[0] ?? { pending: 0, orphaned: 0 };
    if (pending === 0) return;
    if (orphaned === 0) ownedAt = performance.now();
    if (performance.now() - ownedAt > parts.leaseMs * LEASES_WITHOUT_OWNER) {
      throw new Fault('unavailable', 'platform.group_has_no_member', 'The consumer group has no running member.', {
        remedy: 'Start the process that the group belongs to; the parked events are then delivered.',
      });
    }
    await bell.heard(LOOK_EVERY_MS);
  }
  throw new Fault('unavailable', 'platform.event_log_closed', 'The event log was closed during the replay.');
}
