import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inTransaction } from '../../outbox/in-transaction.ts';
import { inboxInsert, OUTBOX_FOUNDATION, outboxInsert, type Statement } from '../../outbox/outbox.ts';
import { OutboxRelay } from '../../outbox/relay.ts';
import type { Envelope } from '../../ports/event-log.ts';
import type { Connection } from '../postgres/connection.ts';
import { listen, testEvent } from '../../event-log/test-events.ts';
import { openTestLog } from './test-log.ts';

export interface ShopPlan {
  readonly connection: Connection;
  /** Tells its keys from another shop's. */
  readonly name: string;
  readonly sells: boolean;
  readonly leaseMs: number;
}

const SCHEMA = 'shop';
const LANES = 4;
const KEYS_PER_LANE = 3;

export const SHOP_TABLES = [
  `CREATE SCHEMA ${SCHEMA}`,
  `SET search_path TO ${SCHEMA}`,
  ...OUTBOX_FOUNDATION.statements,
  'CREATE TABLE sold (key text NOT NULL, n int NOT NULL, PRIMARY KEY (key, n))',
  'CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, event_id text NOT NULL, key text NOT NULL, n int NOT NULL)',
];

/** For `pg` itself, which numbers its parameters. */
const run = (client: pg.PoolClient, { sql, params }: Statement) => client.query(sql.replace('?', '$1'), [...params]);

/**
 * A whole process in small, to be killed: it sells things, each in one transaction with the event that tells of it, and
 * keeps an account of what it hears, each entry in one transaction with the inbox. Says a line for every thing done.
 */
export async function runShop(plan: ShopPlan, say: (line: string) => void): Promise<void> {
  const { log, wakeups } = await openTestLog(plan.connection, { leaseMs: plan.leaseMs });
  const pool = new pg.Pool({ ...plan.connection, options: `-c search_path=${SCHEMA}` });
  pool.on('error', () => undefined);
  await listen(log, SCHEMA, testEvent('any'), async (event) => {
    await inTransaction(pool, (client) => account(client, event));
    say('handled');
  });
  new OutboxRelay({ pool, schema: SCHEMA, log, wakeups }).start();
  say('ready');
  const lanes = Array.from({ length: plan.sells ? LANES : 0 }, (_, lane) => sell(pool, `${plan.name}-${lane}`, say));
  await Promise.all(lanes);
}

async function account(client: pg.PoolClient, { id, key, body }: Envelope): Promise<void> {
  const { rows } = await run(client, inboxInsert(id));
  if (rows.length === 0) return;
  const { n } = JSON.parse(body) as { n: number };
  await client.query('INSERT INTO effect (event_id, key, n) VALUES ($1, $2, $3)', [id, key, n]);
}

async function sell(pool: pg.Pool, lane: string, say: (line: string) => void): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const key = `${lane}-${turn % KEYS_PER_LANE}`;
    try {
      const n = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ n: number }>(
          'INSERT INTO sold SELECT $1, coalesce(max(n) + 1, 0) FROM sold WHERE key = $1 RETURNING n',
          [key],
        );
        const sold = rows[0]?.n ?? -1;
        await run(client, outboxInsert([testEvent(key, { body: JSON.stringify({ n: sold }) })]));
        return sold;
      });
      say(`sold ${key} ${n}`);
    } catch {
      // The last transaction of the process before this one may have come to its end only now.
      await sleep(10);
    }
  }
}
