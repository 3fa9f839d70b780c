import type { Outgoing } from './cloud-event.ts';

export type RequestKind = 'replay' | 'rewind';

/** Something that the owners of partitions are asked to do. */
export interface Request {
  readonly id: string;
  readonly kind: RequestKind;
  /** Partitions whose owners have not said yet that it is done. */
  readonly remaining: Set<string>;
  /** How many events were handled, as far as it is told. */
  handled: number;
}

interface Asked {
  readonly kind: RequestKind;
  readonly lanes: readonly string[];
}

interface Done {
  readonly lane: string;
  readonly handled: number;
}

export const askRecord = (topic: string, { id, kind, remaining }: Request): Outgoing => ({
  topic,
  key: id,
  value: JSON.stringify({ kind, lanes: [...remaining] } satisfies Asked),
  headers: { smartscan_is: 'asked' },
});

export const doneRecord = (topic: string, id: string, done: Done): Outgoing => ({
  topic,
  key: id,
  value: JSON.stringify(done),
  headers: { smartscan_is: 'done' },
});

/** The requests of a group that are not done, in the order in which they were made. */
export class Requests {
  readonly #open = new Map<string, Request>();
  readonly #watched = new Map<string, Request>();

  /** For whoever is about to ask: this very object tells how far it has come, once the request is read. */
  watch(request: Request): void {
    this.#watched.set(request.id, request);
  }

  unwatch({ id }: Request): void {
    this.#watched.delete(id);
  }

  /** What the control topic says, as everybody reads it. */
  read(id: string, is: string, text: string): void {
    if (is === 'done') {
      const { lane, handled } = JSON.parse(text) as Done;
      this.done(id, lane, handled);
      return;
    }
    const { kind, lanes } = JSON.parse(text) as Asked;
    this.#open.set(id, this.#watched.get(id) ?? { id, kind, remaining: new Set(lanes), handled: 0 });
  }

  /** Counts once, whoever else says it too. */
  done(id: string, lane: string, handled: number): void {
    const request = this.#open.get(id);
    if (request === undefined || !request.remaining.delete(lane)) return;
    request.handled += handled;
    if (request.remaining.size === 0) this.#open.delete(id);
  }

  /** The first that a partition's owner has to carry out. */
  of(lane: string): Request | undefined {
    for (const request of this.#open.values()) if (request.remaining.has(lane)) return request;
    return undefined;
  }
}
