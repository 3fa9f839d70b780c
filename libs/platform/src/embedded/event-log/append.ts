import type pg from 'pg';
import { partitionOf } from '../../event-log/murmur2.ts';
import { ENVELOPE_COLUMNS, ENVELOPE_RECORD, toRow } from '../../outbox/envelope-row.ts';
import type { Envelope } from '../../ports/event-log.ts';
import { APPENDED } from './schema.ts';

/** Ours: bounds a statement to some 32 MiB at the very worst; a relay's batch is smaller. */
const EVENTS_AT_ONCE = 500;

/**
 * Locks the partitions in one order, so that no two appends wait for each other in a circle, and hands out the offsets
 * under that lock, so that they have no gaps and rise in the order of the commits.
 */
const APPEND = `
WITH incoming AS MATERIALIZED (
  SELECT * FROM ROWS FROM (json_to_recordset($1::json) AS (partition int, ${ENVELOPE_RECORD})) WITH ORDINALITY
), counts AS (
  SELECT topic, partition, count(*) AS events FROM incoming GROUP BY topic, partition
), locked AS MATERIALIZED (
  SELECT p.topic, p.partition, c.events FROM bus.partition p JOIN counts c USING (topic, partition)
  ORDER BY p.topic, p.partition FOR UPDATE OF p
), claimed AS (
  UPDATE bus.partition p SET next_offset = p.next_offset + l.events FROM locked l
  WHERE p.topic = l.topic AND p.partition = l.partition
  RETURNING p.topic, p.partition, p.next_offset - l.events AS first
), appended AS (
  INSERT INTO bus.record (partition, "offset", ${ENVELOPE_COLUMNS})
  SELECT partition, first + row_number() OVER (PARTITION BY topic, partition ORDER BY ordinality) - 1, ${ENVELOPE_COLUMNS}
  FROM incoming JOIN claimed USING (topic, partition)
)
SELECT pg_notify('${APPENDED}', topic || ' ' || string_agg(partition::text, ',')) FROM claimed GROUP BY topic`;

/** The topics of a log: how many partitions each has, and the way in. */
export class Topics {
  readonly #pool: pg.Pool;
  readonly #partitions: number;
  readonly #known = new Map<string, Promise<number>>();

  constructor(pool: pg.Pool, partitions: number) {
    this.#pool = pool;
    this.#partitions = partitions;
  }

  /** How many partitions the topic has. Makes it if need be; one that exists keeps the number it was made with. */
  ensure(topic: string): Promise<number> {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const made = this.#make(topic);
    this.#known.set(topic, made);
    made.catch(() => this.#known.delete(topic));
    return made;
  }

  /** Appends the events in the given order. Resolves when they are durable; a batch of more than 500 is not atomic. */
  async append(batch: readonly Envelope[]): Promise<void> {
    for (let at = 0; at < batch.length; at += EVENTS_AT_ONCE) {
      const rows = await Promise.all(batch.slice(at, at + EVENTS_AT_ONCE).map((envelope) => this.#toRow(envelope)));
      await this.#pool.query({ name: 'bus_append', text: APPEND, values: [JSON.stringify(rows)] });
    }
  }

  async #toRow(envelope: Envelope) {
    const partition = partitionOf(envelope.key, await this.ensure(envelope.topic));
    return { partition, ...toRow(envelope) };
  }

  async #make(topic: string): Promise<number> {
    await this.#pool.query('INSERT INTO bus.topic (topic, partitions) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      topic,
      this.#partitions,
    ]);
    await this.#pool.query(
      `INSERT INTO bus.partition (topic, partition)
       SELECT topic, generate_series(0, partitions - 1) FROM bus.topic WHERE topic = $1 ON CONFLICT DO NOTHING`,
      [topic],
    );
    const { rows } = await this.#pool.query<{ partitions: number }>(
      'SELECT partitions FROM bus.topic WHERE topic = $1',
      [topic],
    );
    return rows[0]?.partitions ?? this.#partitions;
  }
}
