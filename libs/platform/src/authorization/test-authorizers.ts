import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Connection } from '../embedded/postgres/connection.ts';
import { createDatabase } from '../embedded/postgres/databases.ts';
import { Wakeups } from '../outbox/wakeups.ts';
import type { Log } from '../ports/log.ts';
import { AUTHORIZATION_DDL, type AuthorizerParts } from './authorizers.ts';
import type { CachedAuthorizer } from './cached-authorizer.ts';

/** A database of its own, and authorizers on it that are each connected as a process is. */
export interface TestAuthorizers {
  readonly admin: pg.Pool;
  readonly connection: Connection;
  /** Codes of what was logged, by all of them. */
  readonly codes: string[];
  open(make: (parts: AuthorizerParts) => Promise<CachedAuthorizer>): Promise<CachedAuthorizer>;
  /** The parts of one more process. */
  parts(): Promise<AuthorizerParts>;
  /** Ends all connections to the database and lets nobody in. */
  close(): Promise<void>;
  reopen(): Promise<void>;
  dispose(): Promise<void>;
}

export async function testAuthorizers(superuser: Connection): Promise<TestAuthorizers> {
  const connection = await createDatabase(superuser, `authz_${randomBytes(6).toString('hex')}`);
  const admin = poolOf(superuser);
  const first = new pg.Client(connection);
  await first.connect();
  await first.query(AUTHORIZATION_DDL);
  await first.end();
  const codes: string[] = [];
  const log = logOf(codes);
  const endings: (() => Promise<void>)[] = [];
  const parts = async (): Promise<AuthorizerParts> => {
    const pool = poolOf(connection);
    const wakeups = new Wakeups(connection);
    await wakeups.start();
    endings.push(async () => {
      await wakeups.close();
      await pool.end();
    });
    return { pool, wakeups, log };
  };
  const allow = (isAllowed: boolean): Promise<unknown> =>
    admin.query(`ALTER DATABASE ${connection.database} ALLOW_CONNECTIONS ${isAllowed}`);
  return {
    admin,
    connection,
    codes,
    parts,
    open: async (make) => make(await parts()),
    close: async () => {
      await allow(false);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        connection.database,
      ]);
    },
    reopen: async () => void (await allow(true)),
    dispose: async () => {
      await Promise.all(endings.map((end) => end()));
      await admin.end();
    },
  };
}

const poolOf = (connection: Connection): pg.Pool => {
  const pool = new pg.Pool({ ...connection, max: 6 });
  pool.on('error', () => undefined);
  return pool;
};

const logOf = (codes: string[]): Log => {
  const line: Log['warn'] = (event, fields) => void codes.push(`${event} ${String(fields?.['code'])}`);
  return { debug: line, info: line, warn: line, error: line };
};
