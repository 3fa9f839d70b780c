import type { Envelope } from '../ports/event-log.ts';

/** How an envelope lies in a table: the same columns in every outbox, in the log and among the parked. */
export interface EnvelopeRow {
  readonly event_id: string;
  readonly type: string;
  readonly topic: string;
  readonly key: string;
  readonly time: string;
  readonly tenant: string;
  readonly actor_kind: Envelope['actor']['kind'];
  readonly actor_id: string;
  readonly purpose: string;
  readonly request_id: string;
  readonly region: string;
  readonly traceparent: string;
  readonly body: string;
}

const NAMES = [
  'event_id',
  'type',
  'topic',
  'key',
  'time',
  'tenant',
  'actor_kind',
  'actor_id',
  'purpose',
  'request_id',
  'region',
  'traceparent',
  'body',
] as const satisfies readonly (keyof EnvelopeRow)[];

/**
 * Ours: a body of ids, counts and enums is some hundred bytes; Kafka refuses a message over 1 MiB by default. Refused
 * where it is told, because an event that no log takes would hold up every later one of its outbox.
 */
const BODY_BYTES_MAX = 65_536;

export const ENVELOPE_COLUMNS = NAMES.join(', ');

/** Column definitions; `time` stays the text it was told as, so that an event arrives as it left. */
export const ENVELOPE_DDL = NAMES.map((name) =>
  name === 'body' ? `body text NOT NULL CHECK (octet_length(body) <= ${BODY_BYTES_MAX})` : `${name} text NOT NULL`,
).join(',\n  ');

/** For tables that were made before a column was: run before anything is read from or written to them. */
export const addedEnvelopeColumns = (table: string): string =>
  `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS traceparent text NOT NULL DEFAULT ''`;

/** The columns as `json_to_recordset` wants them. */
export const ENVELOPE_RECORD = NAMES.map((name) => `${name} text`).join(', ');

export const toRow = (envelope: Envelope): EnvelopeRow => ({
  event_id: envelope.id,
  type: envelope.type,
  topic: envelope.topic,
  key: envelope.key,
  time: envelope.time,
  tenant: envelope.tenant,
  actor_kind: envelope.actor.kind,
  actor_id: envelope.actor.id,
  purpose: envelope.purpose,
  request_id: envelope.requestId,
  region: envelope.region,
  traceparent: envelope.traceparent,
  body: envelope.body,
});

export const toEnvelope = (row: EnvelopeRow): Envelope => ({
  id: row.event_id,
  type: row.type,
  topic: row.topic,
  key: row.key,
  time: row.time,
  tenant: row.tenant,
  actor: { kind: row.actor_kind, id: row.actor_id },
  purpose: row.purpose,
  requestId: row.request_id,
  region: row.region,
  traceparent: row.traceparent,
  body: row.body,
});
