import { setTimeout as sleep } from 'node:timers/promises';
import { passwordFault } from './cluster.ts';
import type { Connection } from './connection.ts';
import { isRefusal } from './connection.ts';
import { inUse, timedOut } from './failures.ts';
import { takeOwnership } from './ownership.ts';
import type { Layout } from './place.ts';
import { disown, exists, isServerOf, readPostmasterFile } from './postmaster-file.ts';
import { stopProcess } from './server.ts';

// Ours: a fast and then an immediate stop (16 s), and a second for the server's own start.
const TAKEOVER_TIMEOUT_MS = 20_000;
const POLL_MS = 5;

/**
 * Sees to it that no server runs in the data directory. A left-over lock file is removed; a server whose owner lives
 * ends in the fault `platform.directory_in_use`; a server without one is stopped.
 *
 * An orphan is stopped, not adopted: it may run with the settings or the programs of another release, and the sessions
 * of its dead owner may still be at work in it. Stopping costs 20-100 ms. It is a rare case in any event, since a server
 * goes down by itself when its owner dies (see KEEPER).
 */
export const clearTheWay = async (layout: Layout, superuser: Omit<Connection, 'port'>): Promise<void> => {
  const deadline = performance.now() + TAKEOVER_TIMEOUT_MS;
  for (;;) {
    const file = await readPostmasterFile(layout.data);
    if (file === undefined || !exists(file.pid)) return;
    if (!(await isServerOf(file.pid, layout.data))) return disown(layout.data, file.pid);
    if (performance.now() > deadline) throw timedOut('takeover', layout.directory);
    const orphaned = file.status !== 'stopping' && (await isOrphan({ ...superuser, port: file.port }, layout));
    if (orphaned) await stopProcess(file.pid, layout.directory);
    else await sleep(POLL_MS);
  }
};

/** False while the server is still starting or already leaving. Fault `platform.directory_in_use` if its owner lives. */
const isOrphan = async (connection: Connection, layout: Layout): Promise<boolean> => {
  try {
    // Kept on purpose: the stop that follows ends the session, and nobody else comes in between.
    if ((await takeOwnership(connection)) !== undefined) return true;
  } catch (error) {
    if (isRefusal(error)) throw passwordFault(layout.directory);
    return false;
  }
  throw inUse(layout.directory);
};
