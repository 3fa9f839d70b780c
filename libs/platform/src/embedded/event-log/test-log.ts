import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Wakeups } from '../../outbox/wakeups.ts';
import type { Envelope } from '../../ports/event-log.ts';
import type { Log } from '../../ports/log.ts';
import type { Connection } from '../postgres/connection.ts';
import { createDatabase } from '../postgres/databases.ts';
import { EmbeddedEventLog, EVENT_LOG_DDL, type EventLogOptions } from './event-log.ts';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface TestLog {
  readonly log: EmbeddedEventLog;
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly close: () => Promise<void>;
}

/** An empty database with an event log in it, for one test or one file of tests. */
export async function createLogDatabase(superuser: Connection): Promise<Connection> {
  const connection = await createDatabase(superuser, `log_${randomBytes(6).toString('hex')}`);
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(EVENT_LOG_DDL);
  } finally {
    await client.end();
  }
  return connection;
}

/** A log as a process has it: pool, wake-ups and log, all of its own; with short pauses. */
export async function openTestLog(connection: Connection, options: Partial<EventLogOptions> = {}): Promise<TestLog> {
  const pool = new pg.Pool({ ...connection, max: 6 });
  pool.on('error', () => undefined);
  const wakeups = new Wakeups(connection);
  await wakeups.start();
  const retry = { attempts: 4, firstPauseMs: 5, lastPauseMs: 40 };
  const log = new EmbeddedEventLog({ pool, wakeups, log: silent, retry, ...options });
  const close = async (): Promise<void> => {
    await log.close();
    await wakeups.close();
    await pool.end();
  };
  return { log, pool, wakeups, close };
}

/** Lets `handle` receive a group's events of a type; resolves when the member has its share. */
export async function listen(
  log: EmbeddedEventLog,
  group: string,
  { topic, type }: Pick<Envelope, 'topic' | 'type'>,
  handle: (envelope: Envelope) => Promise<void> | void,
): Promise<{ close(): Promise<void> }> {
  const strategy = log.strategy(group, [topic]);
  strategy.addHandler(type, async (envelope: Envelope) => handle(envelope), true);
  await new Promise<void>((resolve, reject) => {
    strategy.listen((error) => (error === undefined ? resolve() : reject(error as Error)));
  });
  return strategy;
}

export const testEvent = (key: string, differing: Partial<Envelope> = {}): Envelope => ({
  id: `evt_${randomBytes(13).toString('hex').toUpperCase()}`,
  type: 'shop.thing_sold.v1',
  topic: 'smartscan.shop',
  key,
  time: new Date().toISOString(),
  tenant: 'wsp_00000000000000000000000000',
  actor: { kind: 'system', id: 'test' },
  purpose: 'provide_service',
  requestId: 'req_00000000000000000000000000',
  region: 'eu',
  traceparent: '',
  body: '{"n":0}',
  ...differing,
});
