import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedPostgres } from './start.ts';
import { startPostgres } from './start.ts';

/**
 * A server in a new temporary directory; `stop` removes both. Without fsync, unless a test asks what a crash loses. One for a whole test run: each test file
 * makes a database of its own (`createDatabase(superuser, name)`).
 */
export const startTestPostgres = async ({ durable = false } = {}): Promise<EmbeddedPostgres> => {
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-test-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    // A folder that we made ourselves may let the server's account pass.
    await chmod(directory, 0o711);
    const server = await startPostgres({ directory, durable });
    return { ...server, stop: () => server.stop().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
};
