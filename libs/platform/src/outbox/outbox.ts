import type pg from 'pg';
import { DAY_MS } from '@smartscan/kernel';
import type { Envelope } from '../ports/event-log.ts';
import { addedEnvelopeColumns, ENVELOPE_COLUMNS, ENVELOPE_DDL, ENVELOPE_RECORD, toRow } from './envelope-row.ts';

/** A statement with `?` for its parameters, as MikroORM's `em.execute` takes it. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly string[];
}

/**
 * What a context's schema holds for its events, to be run with the schema first in the search path: what leaves it
 * (outbox) and what has arrived (inbox).
 */
export const OUTBOX_FOUNDATION = {
  statements: [
    `CREATE TABLE IF NOT EXISTS outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  told_at timestamptz NOT NULL DEFAULT now(),
  ${ENVELOPE_DDL}
)`,
    addedEnvelopeColumns('outbox'),
    `CREATE TABLE IF NOT EXISTS inbox (
  event_id text PRIMARY KEY,
  received_at timestamptz NOT NULL DEFAULT now()
)`,
    'CREATE INDEX IF NOT EXISTS inbox_received_at ON inbox (received_at)',
  ],
  tables: ['outbox', 'inbox'],
} as const;

/** Where a relay hears that its context has told something. */
export const outboxChannel = (schema: string): string => `outbox_${schema}`;

/**
 * Puts events into the outbox of the schema that is first in the search path, in the given order, and wakes its relay
 * when the transaction commits. Let it be the transaction's last statement: then ids rise in the order of the commits
 * wherever two transactions waited for each other, and that is the order in which the events are published.
 */
export const outboxInsert = (envelopes: readonly Envelope[]): Statement => ({
  sql: `WITH told AS (
  INSERT INTO outbox (${ENVELOPE_COLUMNS})
  SELECT ${ENVELOPE_COLUMNS} FROM ROWS FROM (json_to_recordset(?::json) AS (${ENVELOPE_RECORD})) WITH ORDINALITY
  ORDER BY ordinality
  RETURNING id
)
SELECT pg_notify('outbox_' || current_schema(), '') FROM (SELECT FROM told LIMIT 1) AS any_told`,
  params: [JSON.stringify(envelopes.map(toRow))],
});

/**
 * Answers a row where the event is new to this context, none where it has been handled. Waits for a transaction that is
 * handling the same event just now.
 */
export const inboxInsert = (eventId: string): Statement => ({
  sql: 'INSERT INTO inbox (event_id) VALUES (?) ON CONFLICT DO NOTHING RETURNING event_id',
  params: [eventId],
});

/** Ours: twice as long as the log delivers anything again (7 days), so that nothing is forgotten that can come back. */
export const INBOX_KEPT_MS = 14 * DAY_MS;

/** Forgets what arrived longer ago; answers how many. `pool` must have the context's schema in its search path. */
export async function pruneInbox(pool: pg.Pool, olderThanMs = INBOX_KEPT_MS): Promise<number> {
  const { rowCount } = await pool.query('DELETE FROM inbox WHERE received_at < now() - make_interval(secs => $1)', [
    olderThanMs / 1_000,
  ]);
  return rowCount ?? 0;
}
