import { EMPTY_QUEUE, enqueue, next, withdraw, type FairQueue, type Ticket } from '../../domain/fair-queue.ts';

/** A number of slots, and those who wait for one: served fairly by tenant and lane, not by who came first. */
export class FairLine {
  #queue: FairQueue = EMPTY_QUEUE;
  #free: number;
  readonly #turns = new Map<number, () => void>();

  constructor(slots: number) {
    this.#free = slots;
  }

  get waiting(): number {
    return this.#turns.size;
  }

  /** A slot of one's own, to be given back; `false`, and none, where the signal is aborted first. */
  take(ticket: Ticket, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#turns.delete(ticket.id);
        this.#queue = withdraw(this.#queue, ticket.id);
        resolve(false);
      };
      this.#turns.set(ticket.id, () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      });
      signal.addEventListener('abort', leave, { once: true });
      this.#queue = enqueue(this.#queue, ticket);
      this.#serve();
    });
  }

  /** A slot, if one is free and nobody waits. */
  takeFree(): boolean {
    if (this.#free === 0 || this.#turns.size > 0) return false;
    this.#free--;
    return true;
  }

  give(): void {
    this.#free++;
    this.#serve();
  }

  /** Also one who finds a slot free is served through the queue, so that it counts as served. */
  #serve(): void {
    while (this.#free > 0) {
      const turn = next(this.#queue);
      if (turn === undefined) return;
      this.#queue = turn.queue;
      this.#free--;
      const go = this.#turns.get(turn.ticket.id);
      this.#turns.delete(turn.ticket.id);
      go?.();
    }
  }
}
