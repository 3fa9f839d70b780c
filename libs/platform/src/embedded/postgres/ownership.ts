import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { connect } from './connection.ts';

/**
 * Which process owns a server is written in the server itself: an advisory lock of a session that the owner keeps open.
 * PostgreSQL sees to it that one server runs on a data directory, and the kernel ends the session with the process, so
 * there is no lock file to go stale.
 */
export interface Ownership {
  /** Settles when the session has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly release: () => Promise<void>;
}

// "SMARTSCN" in ASCII: the key of the lock in the database `postgres`, which belongs to the supervisor.
const LOCK_KEY = '6002525700212605774';
// Ours: a dead owner's session is gone within a few ms, as the kernel closes its socket.
const PATIENCE_MS = 500;
const RETRY_MS = 10;

/** Becomes the owner, or returns undefined where a live process is. Errors: those of `pg` when the server goes away. */
export const takeOwnership = async (connection: Connection): Promise<Ownership | undefined> => {
  const client = await connect(connection);
  try {
    await client.query("set idle_session_timeout = 0; set application_name = 'smartscan owner'");
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await tryLock(client))) {
      if (performance.now() > deadline) {
        await client.end();
        return undefined;
      }
      await sleep(RETRY_MS);
    }
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  return { ended, release: () => client.end() };
};

const tryLock = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK_KEY}) as taken`);
  return rows[0]?.taken === true;
};
