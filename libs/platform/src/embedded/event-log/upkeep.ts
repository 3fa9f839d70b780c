import type pg from 'pg';
import { DAY_MS } from '@smartscan/kernel';
import { inTransaction } from '../../outbox/in-transaction.ts';
import type { GroupStats } from '../../ports/event-log.ts';
import { CHANGED } from './schema.ts';

/** How long the log keeps what everybody has read: the retention of domain events, see the retention defaults. */
export const LOG_KEPT_MS = 7 * DAY_MS;
/** Ours: a group that has had no member for so long is gone for good, and with it its claim on old events. */
const GROUP_FORGOTTEN_MS = 30 * DAY_MS;

export async function groupStats(pool: pg.Pool): Promise<readonly GroupStats[]> {
  const { rows } = await pool.query<GroupStats>(
    `SELECT g.group_id AS "group",
       coalesce((SELECT sum(p.next_offset - c.committed) FROM bus.consumer c JOIN bus.partition p USING (topic, partition)
                 WHERE c.group_id = g.group_id), 0)::float8 AS lag,
       (SELECT count(*) FROM bus.parked k WHERE k.group_id = g.group_id)::float8 AS parked
     FROM bus.consumer_group g ORDER BY g.group_id`,
  );
  return rows;
}

/**
 * Lets a group read again what the log has kept for it. Its inbox remembers longer than `LOG_KEPT_MS`, but not for
 * ever: older events, kept for a group that lags, are not delivered again to one that has had them.
 */
export async function rewindGroup(pool: pg.Pool, group: string): Promise<void> {
  await pool.query(
    `WITH rewound AS (
       UPDATE bus.consumer c SET member_id = NULL, generation = c.generation + 1,
         committed = least(c.committed, coalesce((
           SELECT r."offset" FROM bus.record r WHERE r.topic = c.topic AND r.partition = c.partition
             AND r.appended_at > now() - make_interval(secs => $2) ORDER BY r."offset" LIMIT 1), c.committed))
       WHERE c.group_id = $1 RETURNING 1
     ) SELECT pg_notify('${CHANGED}', '') FROM (SELECT FROM rewound LIMIT 1) AS any_rewound`,
    [group, LOG_KEPT_MS / 1_000],
  );
}

/**
 * Removes events that are older and that every group has read; answers how many. What a living group has not read yet
 * stays, however old: a laptop may sleep for a month. Groups that nobody has been a member of for 30 days are forgotten,
 * and so is a topic that no member of a living group reads any more. Parked events stay until they are delivered.
 */
export function pruneLog(pool: pg.Pool, olderThanMs: number): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query(
      'UPDATE bus.consumer_group SET seen_at = now() WHERE group_id IN (SELECT group_id FROM bus.member)',
    );
    await client.query('DELETE FROM bus.consumer_group WHERE seen_at < now() - make_interval(secs => $1)', [
      GROUP_FORGOTTEN_MS / 1_000,
    ]);
    await client.query(
      `DELETE FROM bus.consumer c WHERE group_id IN (SELECT group_id FROM bus.member)
         AND NOT EXISTS (SELECT FROM bus.member m WHERE m.group_id = c.group_id AND c.topic = ANY(m.topics))`,
    );
    const { rowCount } = await client.query(
      `DELETE FROM bus.record r USING (
         SELECT p.topic, p.partition, least(
           (SELECT min(c.committed) FROM bus.consumer c WHERE c.topic = p.topic AND c.partition = p.partition),
           coalesce((SELECT k."offset" FROM bus.record k WHERE k.topic = p.topic AND k.partition = p.partition
             AND k.appended_at >= now() - make_interval(secs => $1) ORDER BY k."offset" LIMIT 1), p.next_offset)
         ) AS keep_from FROM bus.partition p
       ) AS bound
       WHERE r.topic = bound.topic AND r.partition = bound.partition AND r."offset" < bound.keep_from`,
      [olderThanMs / 1_000],
    );
    return rowCount ?? 0;
  });
}
