import type pg from 'pg';
import type { Wakeups } from '../outbox/wakeups.ts';

const CHANNEL = 'authorization';
/** PostgreSQL takes less than 8,000 bytes of payload (manual, NOTIFY). */
const PAYLOAD_MAX_BYTES = 7_999;

/** About which objects facts have changed; none: about any. */
export type ChangeListener = (objects: readonly string[]) => void;

/** How processes tell each other that facts have changed: a notification of the database, heard by all of them. */
export class FactChanges {
  readonly #wakeups: Wakeups;
  readonly #listeners = new Set<ChangeListener>();
  /** The connection on which the channel is heard. */
  #heardBy: number | undefined;

  constructor(wakeups: Wakeups) {
    this.#wakeups = wakeups;
    wakeups.subscribe(CHANNEL, (payload) => {
      // Told on the connection that stands just now, by the wakeups' own promise.
      this.#heardBy = wakeups.presence;
      const objects = payload === '' ? [] : payload.split(' ');
      for (const listener of this.#listeners) listener(objects);
    });
  }

  /**
   * Whether a change would be heard of just now: the connection stands, and it listens to the channel. What is known
   * from before a time without it is worth nothing, and every listener is told so when it is over.
   */
  get areHeard(): boolean {
    const { presence } = this.#wakeups;
    return presence !== undefined && presence === this.#heardBy;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.add(listener);
  }

  /** Tells every process, in a transaction when it commits. Errors: those of `pg`. */
  static async tell(database: pg.ClientBase | pg.Pool, objects: readonly string[]): Promise<void> {
    const payload = objects.join(' ');
    await database.query('SELECT pg_notify($1, $2)', [
      CHANNEL,
      Buffer.byteLength(payload) > PAYLOAD_MAX_BYTES ? '' : payload,
    ]);
  }
}
