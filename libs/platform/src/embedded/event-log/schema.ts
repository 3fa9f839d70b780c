import { addedEnvelopeColumns, ENVELOPE_DDL } from '../../outbox/envelope-row.ts';

/**
 * The log, and who has read how far. Idempotent; run by a role that may create a schema. Offsets of a partition are gap-free
 * and in commit order, because whoever appends holds the row of `bus.partition` until it commits.
 *
 * A lease is the `member_id` of a consumer row: it ends with the member's row, and that with its client's. So freeing
 * whatever a dead process held is one DELETE. `generation` counts the changes of hand and fences off whoever missed one.
 */
export const EVENT_LOG_DDL = `
CREATE SCHEMA IF NOT EXISTS bus;
CREATE TABLE IF NOT EXISTS bus.topic (
  topic text PRIMARY KEY,
  partitions int NOT NULL CHECK (partitions BETWEEN 1 AND 1000)
);
CREATE TABLE IF NOT EXISTS bus.partition (
  topic text NOT NULL REFERENCES bus.topic,
  partition int NOT NULL,
  next_offset bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus.record (
  partition int NOT NULL,
  "offset" bigint NOT NULL,
  appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ${ENVELOPE_DDL},
  PRIMARY KEY (topic, partition, "offset")
);
CREATE TABLE IF NOT EXISTS bus.consumer_group (
  group_id text PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS bus.client (
  client_id uuid PRIMARY KEY,
  presence int,
  seen_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus.member (
  member_id uuid PRIMARY KEY,
  client_id uuid NOT NULL REFERENCES bus.client ON DELETE CASCADE,
  group_id text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  topics text[] NOT NULL
);
CREATE TABLE IF NOT EXISTS bus.consumer (
  group_id text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  topic text NOT NULL,
  partition int NOT NULL,
  committed bigint NOT NULL,
  generation int NOT NULL DEFAULT 0,
  member_id uuid REFERENCES bus.member ON DELETE SET NULL,
  PRIMARY KEY (group_id, topic, partition),
  FOREIGN KEY (topic, partition) REFERENCES bus.partition
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS bus.parked (
  group_id text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  partition int NOT NULL,
  "offset" bigint NOT NULL,
  code text NOT NULL,
  attempts int NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT now(),
  ${ENVELOPE_DDL},
  PRIMARY KEY (group_id, topic, partition, "offset")
);
CREATE TABLE IF NOT EXISTS bus.replay (
  group_id text NOT NULL REFERENCES bus.consumer_group ON DELETE CASCADE,
  topic text NOT NULL,
  partition int NOT NULL,
  up_to bigint NOT NULL,
  PRIMARY KEY (group_id, topic, partition)
);
${addedEnvelopeColumns('bus.record')};
${addedEnvelopeColumns('bus.parked')};`;

/** Told with every append: the topic, a space, the partitions with commas between. */
export const APPENDED = 'bus_appended';
/** Told when members come or go, leases are given back, a group is rewound or a replay is asked for. */
export const CHANGED = 'bus_changed';
/** Told when a partition's replay is done. */
export const REPLAYED = 'bus_replayed';
