import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { eventLogConformance, type LogUnderTest } from '../../../../testing/src/event-log/conformance.ts';
import { Wakeups } from '../../outbox/wakeups.ts';
import type { Log } from '../../ports/log.ts';
import { createDatabase } from '../postgres/databases.ts';
import type { EmbeddedPostgres } from '../postgres/start.ts';
import { startTestPostgres } from '../postgres/test-postgres.ts';
import { EmbeddedEventLog, EVENT_LOG_DDL } from './event-log.ts';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const LEASE_MS = 900;

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

/** A log as a process has it: pool, wakeups and log, all of its own. */
async function open(connection: pg.ClientConfig) {
  const pool = new pg.Pool({ ...connection, max: 6 });
  pool.on('error', () => undefined);
  const wakeups = new Wakeups(connection);
  await wakeups.start();
  const retry = { attempts: 4, firstPauseMs: 5, lastPauseMs: 40 };
  const log = new EmbeddedEventLog({ pool, wakeups, log: silent, leaseMs: LEASE_MS, retry });
  return {
    log,
    close: async () => {
      await log.close();
      await wakeups.close();
      await pool.end();
    },
  };
}

async function make(): Promise<LogUnderTest> {
  const connection = await createDatabase(server.superuser, `log_${randomBytes(4).toString('hex')}`);
  const setup = new pg.Client(connection);
  await setup.connect();
  await setup.query(EVENT_LOG_DDL);
  await setup.end();
  let current = await open(connection);
  return {
    log: current.log,
    leaseMs: LEASE_MS,
    restart: async () => {
      await current.close();
      current = await open(connection);
      return current.log;
    },
    dispose: () => current.close(),
  };
}

eventLogConformance('the event log in PostgreSQL', make);
