import { eventLogConformance, type LogUnderTest } from '@smartscan/testing/event-log';
import type { Connection } from '../postgres/connection.ts';
import { createLogDatabase, openTestLog } from './test-log.ts';

const LEASE_MS = 900;

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;

async function make(): Promise<LogUnderTest> {
  const connection = await createLogDatabase(superuser);
  let current = await openTestLog(connection, { leaseMs: LEASE_MS });
  return {
    log: current.log,
    leaseMs: LEASE_MS,
    restart: async () => {
      await current.close();
      current = await openTestLog(connection, { leaseMs: LEASE_MS });
      return current.log;
    },
    dispose: () => current.close(),
  };
}

eventLogConformance('the event log in PostgreSQL', make);
