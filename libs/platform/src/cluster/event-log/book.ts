import { entryKey, type Entry, type Source } from './entry.ts';
import { entryOf, isDead, KeyEntries, type Due, type Place, type Shelf } from './key-entries.ts';

/** All that a group has not handled: what waits for another try and what is parked, by partition, key and offset. */
export class Book {
  readonly #lanes = new Map<string, Map<string, KeyEntries>>();
  /** Of those, what has anything on the retry shelf. */
  readonly #retrying = new Map<string, Set<KeyEntries>>();
  /** The key of each entry. */
  readonly #keys = new Map<string, string>();
  #parked = 0;

  /** How many are parked. */
  get parked(): number {
    return this.#parked;
  }

  /** How many wait for another try. */
  get waiting(): number {
    return this.#keys.size - this.#parked;
  }

  put(shelf: Shelf, entry: Entry): void {
    const { lane, offset, envelope } = entry;
    const keyed = this.#lanes.get(lane) ?? new Map<string, KeyEntries>();
    const entries = keyed.get(envelope.key) ?? new KeyEntries();
    if (shelf === 'dead' && entries.at(offset)?.dead === undefined) this.#parked += 1;
    entries.put(shelf, entry);
    this.#keys.set(entryKey(entry), envelope.key);
    this.#lanes.set(lane, keyed.set(envelope.key, entries));
    this.#watch(lane, entries);
  }

  remove(shelf: Shelf, source: Source): void {
    const { lane, offset } = source;
    const key = this.#keys.get(entryKey(source)) ?? '';
    const entries = this.#lanes.get(lane)?.get(key);
    if (entries?.at(offset)?.[shelf] === undefined) return;
    if (shelf === 'dead') this.#parked -= 1;
    entries.remove(shelf, offset);
    this.#watch(lane, entries);
    if (entries.at(offset) === undefined) this.#keys.delete(entryKey(source));
    if (entries.size === 0) this.#forget(lane, key);
  }

  has(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /** The partitions that have anything. */
  lanes(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  at(source: Source): Place | undefined {
    const key = this.#keys.get(entryKey(source));
    return key === undefined ? undefined : this.#lanes.get(source.lane)?.get(key)?.at(source.offset);
  }

  /** Which shelf an event of the key has to go to, because an earlier one is there. */
  blocks(lane: string, key: string, offset: number): Shelf | undefined {
    return this.#lanes.get(lane)?.get(key)?.blocks(offset);
  }

  /** All of a partition, in order. */
  of(lane: string): readonly Place[] {
    const keyed = this.#lanes.get(lane);
    if (keyed === undefined) return [];
    return [...keyed.values()].flatMap((entries) => entries.inOrder()).sort(byOffset);
  }

  /** All that are parked, in order within each partition. */
  dead(): readonly Entry[] {
    const names = [...this.#lanes.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    return names.flatMap((lane) => this.of(lane).filter(isDead).map(entryOf));
  }

  /** What there is to do first in a partition, and when: milliseconds since 1970. */
  next(lane: string): { readonly due: Due; readonly at: number } | undefined {
    let soonest: { readonly due: Due; readonly at: number } | undefined;
    for (const entries of this.#retrying.get(lane) ?? []) {
      const next = entries.due();
      if (next !== undefined && next.at < (soonest?.at ?? Number.POSITIVE_INFINITY)) soonest = next;
    }
    return soonest;
  }

  #forget(lane: string, key: string): void {
    const keyed = this.#lanes.get(lane);
    keyed?.delete(key);
    if (keyed?.size === 0) this.#lanes.delete(lane);
  }

  #watch(lane: string, entries: KeyEntries): void {
    const retrying = this.#retrying.get(lane) ?? new Set();
    if (entries.hasRetries) this.#retrying.set(lane, retrying.add(entries));
    else if (retrying.delete(entries) && retrying.size === 0) this.#retrying.delete(lane);
  }
}

const byOffset = (a: Place, b: Place): number => entryOf(a).offset - entryOf(b).offset;
