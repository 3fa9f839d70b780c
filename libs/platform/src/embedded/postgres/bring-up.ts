import { setTimeout as sleep } from 'node:timers/promises';
import { passwordFault, SUPERUSER } from './cluster.ts';
import type { Connection } from './connection.ts';
import { isRefusal } from './connection.ts';
import type { Reason } from './failures.ts';
import { inUse, startFault, timedOut } from './failures.ts';
import type { Ownership } from './ownership.ts';
import { takeOwnership } from './ownership.ts';
import type { Place } from './place.ts';
import { freshPort, rememberedPort } from './port.ts';
import type { Server } from './server.ts';
import { launch, stopProcess } from './server.ts';
import { clearTheWay } from './takeover.ts';

/** A server that is up and ours. */
export interface Running {
  readonly server: Server;
  readonly ownership: Ownership;
  readonly superuser: Connection;
}

export interface BringUp {
  /** undefined: the remembered one, or another if that is taken. */
  readonly port: number | undefined;
  readonly durable: boolean;
  readonly password: string;
}

// Ours: another server that is just leaving needs 16 s at most (see stopProcess).
const BUSY_TIMEOUT_MS = 20_000;
const BUSY_RETRY_MS = 20;
// Ours: somebody may take a port between our choosing and the server's binding it, but not so often in a row.
const PORT_ATTEMPTS = 10;

/** Starts the server on an initialised directory and becomes its owner. */
export const bringUp = async (place: Place, { port, durable, password }: BringUp): Promise<Running> => {
  const door = { host: '127.0.0.1', user: SUPERUSER, password, database: 'postgres' } as const;
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  let portsLeft = port === undefined ? PORT_ATTEMPTS : 0;
  let chosen = port ?? (await rememberedPort(place));
  for (;;) {
    await clearTheWay(place, door);
    const result = await launch(place, { port: chosen, durable });
    const running = typeof result === 'string' ? result : await own(place, result, { ...door, port: chosen });
    if (typeof running === 'object') return running;
    if (running === 'port_taken' && portsLeft > 0) {
      portsLeft -= 1;
      chosen = await freshPort(place);
    } else {
      await retryOrFail(running, place, deadline);
    }
  }
};

const retryOrFail = async (reason: Reason, { directory }: Place, deadline: number): Promise<void> => {
  if (reason !== 'busy') throw startFault(reason, directory);
  if (performance.now() > deadline) throw timedOut('takeover', directory);
  await sleep(BUSY_RETRY_MS);
};

/** `busy` where the server went away under us: another process took it for an orphan, or it fell over. Look again. */
const own = async (place: Place, server: Server, superuser: Connection): Promise<Running | 'busy'> => {
  let ownership: Ownership | undefined;
  try {
    ownership = await takeOwnership(superuser);
  } catch (error) {
    if (!isRefusal(error)) return 'busy';
    await stopProcess(server.pid, place.directory);
    throw passwordFault(place.directory);
  }
  // Another process marked it first. It will stop it and start its own.
  if (ownership === undefined) throw inUse(place.directory);
  return { server, ownership, superuser };
};
