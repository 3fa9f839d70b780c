import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Wakeups } from '../../outbox/wakeups.ts';
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
