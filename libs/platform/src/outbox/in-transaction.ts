import type pg from 'pg';

/**
 * Ours: far longer than any pause between two of our statements. A process that hangs with a lock in its hand loses both
 * when it is up, so that another can go on.
 */
const BEGIN = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '60s'";

/**
 * A condition that is always true and lets the transaction's commit not wait for the disk. For what may be lost with the
 * power because it is then done again: progress, heartbeats, but never an event.
 */
export const LAZY_COMMIT = "set_config('synchronous_commit', 'off', true) = 'off'";

/** Runs `work` in a transaction of one of the pool's connections; a throw rolls it back and goes on to the caller. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that is lost says so by an event as well; without a listener that would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(BEGIN);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(onError);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
