import { setTimeout as sleep } from 'node:timers/promises';
import { passwordFault, SUPERUSER } from './cluster.ts';
import type { Connection } from './connection.ts';
import { isRefusal } from './connection.ts';
import type { Reason } from './failures.ts';
import { errorCode, inUse, startFault, timedOut } from './failures.ts';
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
    if (typeof result === 'object') return own(place, result, { ...door, port: chosen });
    if (result === 'port_taken' && portsLeft > 0) {
      portsLeft -= 1;
      chosen = await freshPort(place);
    } else {
      await retryOrFail(result, place, deadline);
    }
  }
};

const retryOrFail = async (reason: Reason, { directory }: Place, deadline: number): Promise<void> => {
  if (reason !== 'busy') throw startFault(reason, directory);
  if (performance.now() > deadline) throw timedOut('takeover', directory);
  await sleep(BUSY_RETRY_MS);
};

const own = async (place: Place, server: Server, superuser: Connection): Promise<Running> => {
  try {
    const ownership = await takeOwnership(superuser);
    if (ownership !== undefined) return { server, ownership, superuser };
  } catch (error) {
    if (!server.isRunning() || BEING_STOPPED.includes(errorCode(error) ?? '')) throw inUse(place.directory);
    await stopProcess(server.pid, place.directory);
    throw isRefusal(error) ? passwordFault(place.directory) : error;
  }
  // Another process took it for an orphan before we could mark it. It stops it and starts its own.
  throw inUse(place.directory);
};

// SQLSTATE: admin_shutdown, cannot_connect_now; and the socket that it cut.
const BEING_STOPPED = ['57P01', '57P03', 'ECONNRESET', 'ECONNREFUSED'];
