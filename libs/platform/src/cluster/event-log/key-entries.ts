import type { Entry } from './entry.ts';

/** `dead` wins: an event on its way from one to the other is for a moment in both. */
export type Shelf = 'retry' | 'dead';

/** One event on the shelves, in one of them or both. */
export interface Place {
  readonly retry: Entry | undefined;
  readonly dead: Entry | undefined;
}

export const entryOf = ({ retry, dead }: Place): Entry => (dead ?? retry) as Entry;
export const isDead = ({ dead }: Place): boolean => dead !== undefined;

/** What a partition's owner has to do about a key. */
export type Due =
  /** The first of the key may be tried again. */
  | { readonly what: 'retry'; readonly entry: Entry }
  /** These stand behind a parked one, or are parked already and still on the retry shelf. */
  | { readonly what: 'bury'; readonly entries: readonly Entry[] };

const NEVER = Number.POSITIVE_INFINITY;

/** What a group has not handled of one key of one partition, in order. A sick key may have very many. */
export class KeyEntries {
  readonly #places = new Map<number, Place>();
  /** Ascending. Nearly always added to at the end and taken from at the start. */
  readonly #offsets: number[] = [];
  #firstDead = NEVER;
  /** How many are on the retry shelf, the dead among them too. */
  #retries = 0;

  get size(): number {
    return this.#offsets.length;
  }

  get hasRetries(): boolean {
    return this.#retries > 0;
  }

  at(offset: number): Place | undefined {
    return this.#places.get(offset);
  }

  put(shelf: Shelf, entry: Entry): void {
    const { offset } = entry;
    const before = this.#places.get(offset);
    if (before === undefined) this.#insert(offset);
    if (shelf === 'retry' && before?.retry === undefined) this.#retries += 1;
    if (shelf === 'dead') this.#firstDead = Math.min(this.#firstDead, offset);
    this.#places.set(offset, { retry: undefined, dead: undefined, ...before, [shelf]: entry });
  }

  remove(shelf: Shelf, offset: number): void {
    const before = this.#places.get(offset);
    if (before?.[shelf] === undefined) return;
    if (shelf === 'retry') this.#retries -= 1;
    const place = { ...before, [shelf]: undefined };
    if (place.retry === undefined && place.dead === undefined) {
      this.#places.delete(offset);
      this.#offsets.splice(this.#offsets.indexOf(offset), 1);
    } else {
      this.#places.set(offset, place);
    }
    if (offset === this.#firstDead) this.#firstDead = this.#findFirstDead();
  }

  /** Which shelf an event has to go to, because an earlier one is there. */
  blocks(offset: number): Shelf | undefined {
    if (this.#firstDead < offset) return 'dead';
    const first = this.#offsets[0];
    return first !== undefined && first < offset ? 'retry' : undefined;
  }

  inOrder(): Place[] {
    return this.#offsets.flatMap((offset) => this.#places.get(offset) ?? []);
  }

  /** The next thing to do, and when: milliseconds since 1970. */
  due(): { readonly due: Due; readonly at: number } | undefined {
    if (this.#retries === 0) return undefined;
    if (this.#firstDead !== NEVER) {
      const behind = this.inOrder().flatMap(({ retry }) => (retry && retry.offset >= this.#firstDead ? retry : []));
      if (behind.length > 0) return { due: { what: 'bury', entries: behind }, at: 0 };
    }
    const first = this.#places.get(this.#offsets[0] ?? NEVER)?.retry;
    return first === undefined ? undefined : { due: { what: 'retry', entry: first }, at: first.notBefore };
  }

  #insert(offset: number): void {
    const last = this.#offsets.at(-1);
    this.#offsets.push(offset);
    if (last !== undefined && last > offset) this.#offsets.sort((a, b) => a - b);
  }

  #findFirstDead(): number {
    return this.#offsets.find((offset) => this.#places.get(offset)?.dead !== undefined) ?? NEVER;
  }
}
