import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Doorbell } from './doorbell.ts';
import { pauseMs } from './backoff.ts';

export type Listener = (payload: string) => void;

/** Ours: the bundled server is back within 0.2 s of a crash, a cluster's within some seconds. */
const RECONNECT = { firstMs: 50, lastMs: 2_000 };
/** Ours: a healthy server takes a connection in 5-20 ms over loopback, in some 100 ms over a network with TLS. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Ours: finds a connection that a network dropped without a word; PostgreSQL itself would notice after two hours. */
const KEEP_ALIVE_MS = 10_000;
/** Ours: a goodbye to a server that answers takes some ms; one that doesn't is left. */
const END_TIMEOUT_MS = 1_000;
/** The first half of an advisory lock's name, by which presences are told from other locks. Ours: any constant does. */
export const PRESENCE_CLASS = 23_721;
const PRESENCE_MAX = 2 ** 31 - 1;

const CHANNEL = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Hears what the database tells: one connection per process that LISTENs for all who ask, and comes back when it is
 * lost. A notification can be missed while it is away; every listener is therefore called once, with an empty payload,
 * whenever its channel has just begun to be heard. An empty payload means: look for yourself.
 *
 * The connection also holds an advisory lock with a number of its own, the presence. The server drops the lock with the
 * connection, so whoever finds the number free knows at once that this process is gone.
 */
export class Wakeups {
  readonly #config: pg.ClientConfig;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #pause = new Doorbell();
  readonly #closing = withResolvers();
  #client: pg.Client | undefined;
  #presence: number | undefined;
  #closed = false;
  #hearing = Promise.resolve();
  #running: Promise<void> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #connected: Resolvable | undefined;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  /** Begins to listen. Resolves when the first connection stands; until then it goes on trying. */
  start(): Promise<void> {
    if (this.#connected === undefined) {
      this.#connected = withResolvers();
      this.#running = this.#stay();
    }
    return this.#connected.promise;
  }

  /** The number whose lock this process holds just now; undefined while it is not connected. */
  get presence(): number | undefined {
    return this.#presence;
  }

  /** Calls `listener` for every notification on the channel until the answered function is called. */
  subscribe(channel: string, listener: Listener): () => void {
    if (!CHANNEL.test(channel)) throw new RangeError('A channel is lower-case letters, digits and "_".');
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    // One after the other: a connection takes one statement at a time.
    this.#turn = this.#turn.then(() => this.#hear(channel, listener));
    return () => {
      listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.resolve();
    this.#pause.ring();
    await this.#running;
  }

  /**
   * A failed LISTEN means a lost connection, and then every channel is listened to again after the reconnect. One after
   * another: a client takes one statement at a time.
   */
  #hear(channel: string, listener: Listener): Promise<void> {
    this.#hearing = this.#hearing.then(async () => {
      const heard = await this.#client?.query(listenTo(channel)).catch(() => undefined);
      if (heard !== undefined) listener('');
    });
    return this.#hearing;
  }

  async #stay(): Promise<void> {
    for (let failures = 0; !this.#closed; ) {
      const stood = await this.#connectOnce();
      failures = stood ? 1 : failures + 1;
      if (!this.#closed) await this.#pause.heard(pauseMs(RECONNECT, failures));
    }
    this.#connected?.resolve();
  }

  /** Resolves when the connection is over: true where it had stood. */
  async #connectOnce(): Promise<boolean> {
    const client = new pg.Client({
      ...this.#config,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.on('error', () => resolve());
    });
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''));
    try {
      await client.connect();
      const presence = await takePresence(client);
      for (const channel of this.#listeners.keys()) await client.query(listenTo(channel));
      this.#presence = presence;
      this.#client = client;
      this.#connected?.resolve();
      for (const channel of this.#listeners.keys()) this.#tell(channel, '');
      await Promise.race([ended, this.#closing.promise]);
      return true;
    } catch {
      return false;
    } finally {
      this.#client = undefined;
      this.#presence = undefined;
      await Promise.race([client.end().catch(() => undefined), sleep(END_TIMEOUT_MS, undefined, { ref: false })]);
    }
  }

  #tell(channel: string, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload);
  }
}

const listenTo = (channel: string): string => `LISTEN "${channel}"`;

async function takePresence(client: pg.Client): Promise<number> {
  for (;;) {
    const number = randomInt(PRESENCE_MAX);
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
      PRESENCE_CLASS,
      number,
    ]);
    if (rows[0]?.taken === true) return number;
  }
}

interface Resolvable {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

const withResolvers = (): Resolvable => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
