import { setTimeout as sleep } from 'node:timers/promises';
import { passwordFault } from './cluster.ts';
import type { Connection } from './connection.ts';
import { isRefusal } from './connection.ts';
import { inUse, timedOut } from './failures.ts';
import { takeOwnership } from './ownership.ts';
import type { Layout } from './place.ts';
import type { PostmasterFile } from './postmaster-file.ts';
import { disown, exists, isServerOf, readPostmasterFile } from './postmaster-file.ts';
import { stopProcess } from './server.ts';

// Ours: a fast and then an immediate stop (16 s), and time for the server's own start.
const TAKEOVER_TIMEOUT_MS = 20_000;
const POLL_MS = 5;
// Ours: a process marks the server that it has started within 20 ms; a younger one is no orphan yet.
const YOUNG_MS = 500;

/**
 * Sees to it that no server runs in the data directory. A left-over lock file is made harmless; a server whose owner
 * lives ends in the fault `platform.directory_in_use`; a server without one is stopped.
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
    if (file.status === 'stopping' || file.ageMs < YOUNG_MS) await sleep(POLL_MS);
    else await stopOrphan(file, { ...superuser, port: file.port }, layout);
  }
};

/** Does nothing where the server does not answer (yet, or any more): the caller looks again. */
const stopOrphan = async (file: PostmasterFile, connection: Connection, layout: Layout): Promise<void> => {
  const ownership = await takeOwnership(connection).catch((error: unknown) => {
    if (isRefusal(error)) throw passwordFault(layout.directory);
    return 'no answer' as const;
  });
  if (ownership === undefined) throw inUse(layout.directory);
  if (ownership === 'no answer') return sleep(POLL_MS);
  try {
    // Another start may have put its server in this one's place, on the same port, since we read the file.
    const now = await readPostmasterFile(layout.data);
    if (now?.pid === file.pid) await stopProcess(file.pid, layout.directory);
  } finally {
    await ownership.release();
  }
};
