import { copyFile, stat, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '@smartscan/kernel';
import { asFault } from '@smartscan/kernel';
import type { Running } from './bring-up.ts';
import { bringUp } from './bring-up.ts';
import { removeDrafts } from './cluster.ts';
import type { Connection } from './connection.ts';
import { startFault } from './failures.ts';
import { takeOwnership } from './ownership.ts';
import type { Place } from './place.ts';
import { isServerOf } from './postmaster-file.ts';
import { stopProcess } from './server.ts';

export type PostgresStep = 'preparing' | 'initialising' | 'starting' | 'ready' | 'recovering';

export interface SupervisorOptions {
  /** A fixed port; otherwise a free one is chosen and remembered in the directory. */
  readonly port?: number;
  /** false: no fsync, for throw-away test servers only. Default true. */
  readonly durable?: boolean;
  readonly onProgress?: (step: PostgresStep) => void;
  /** The server died and could not be brought back: whoever composed it should end. */
  readonly onLost?: (fault: Fault) => void;
}

// Ours: what kills the server twice a minute (a memory limit, a disk) will go on doing so.
const RESTART_PAUSE_MS = 60_000;
// Ours: after a crashed session PostgreSQL recovers by itself, in well under a second for 256 MB of WAL at most.
const RECOVERY_TIMEOUT_MS = 10_000;
const RECOVERY_RETRY_MS = 20;
// Ours: the server's own life is a few lines a day, but a stranger's failed logins are a line each.
const LOG_BYTES = 10_485_760;
const LOG_CHECK_MS = 60_000;

/** Keeps one server up from `start` to `stop`. */
export class Supervisor {
  readonly #place: Place;
  readonly #options: SupervisorOptions;
  readonly #password: string;
  #running: Running | undefined;
  #revival: Promise<void> = Promise.resolve();
  #restartedAt = Number.NEGATIVE_INFINITY;
  #stopped: Promise<void> | undefined;
  #logCheck: NodeJS.Timeout | undefined;

  constructor(place: Place, options: SupervisorOptions, password: string) {
    this.#place = place;
    this.#options = options;
    this.#password = password;
  }

  async start(): Promise<Connection> {
    await trimLog(this.#place.log);
    const running = await this.#bringUp(this.#options.port);
    this.#watch(running);
    await removeDrafts(this.#place);
    this.#logCheck = setInterval(() => void trimLog(this.#place.log), LOG_CHECK_MS).unref();
    return running.superuser;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    clearInterval(this.#logCheck);
    await this.#revival;
    const server = this.#running?.server;
    if (server === undefined || !(await isServerOf(server.pid, this.#place.data))) return;
    await stopProcess(server.pid, this.#place.directory);
    await server.exited;
  }

  #bringUp(port: number | undefined): Promise<Running> {
    return bringUp(this.#place, { port, durable: this.#options.durable !== false, password: this.#password });
  }

  /** The owner's session ends with the server: no polling is needed to learn of its death. */
  #watch(running: Running): void {
    this.#running = running;
    void running.ownership.ended.then(() => {
      if (this.#stopped === undefined) this.#revival = this.#revive(running);
    });
  }

  async #revive(lost: Running): Promise<void> {
    try {
      this.#options.onProgress?.('recovering');
      this.#watch((await recovered(lost)) ?? (await this.#restarted(lost)));
      this.#options.onProgress?.('ready');
    } catch (error) {
      this.#options.onLost?.(asFault(error));
    }
  }

  /** The port stays: pools all over the process know it. */
  #restarted(lost: Running): Promise<Running> {
    const pause = performance.now() - this.#restartedAt;
    this.#restartedAt = performance.now();
    if (pause < RESTART_PAUSE_MS) throw startFault('failed', this.#place.directory);
    return this.#bringUp(lost.superuser.port);
  }
}

/**
 * A crashed session takes all others with it, ours too, and then the server recovers by itself. undefined where it is
 * gone or does not come back.
 */
const recovered = async (lost: Running): Promise<Running | undefined> => {
  const deadline = performance.now() + RECOVERY_TIMEOUT_MS;
  while (lost.server.isRunning() && performance.now() < deadline) {
    const ownership = await takeOwnership(lost.superuser).catch(() => undefined);
    if (ownership !== undefined) return { ...lost, ownership };
    await sleep(RECOVERY_RETRY_MS);
  }
  return undefined;
};

/** The server appends to its log, so the file can be cut under it; one older part is kept. */
const trimLog = async (log: string): Promise<void> => {
  const found = await stat(log).catch(() => undefined);
  if (found === undefined || found.size < LOG_BYTES) return;
  await copyFile(log, `${log}.1`).catch(() => undefined);
  await truncate(log).catch(() => undefined);
};
