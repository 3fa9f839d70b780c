import { randomUUID } from 'node:crypto';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { SECOND_MS } from '@smartscan/kernel';
import type { Administration } from './administration.ts';
import { Book } from './book.ts';
import { asUnavailable, within, type KafkaSettings } from './client.ts';
import { headerOf } from './cloud-event.ts';
import { entryKey, toEntry, toEntryRecord, tombstone, toSource, type Entry, type Source } from './entry.ts';
import type { Shelf } from './key-entries.ts';
import { Reader } from './reader.ts';
import { Requests } from './requests.ts';
import type { Sender } from './sender.ts';
import { groupIdOf, groupTopicsOf, type GroupTopics } from './topics.ts';

/** Ours: what is read is in memory within milliseconds; a broker that has just come back takes its time. */
const CATCH_UP_WITHIN_MS = 10 * SECOND_MS;

export interface MirrorParts {
  readonly group: string;
  readonly settings: KafkaSettings;
  readonly administration: Administration;
  readonly sender: Sender;
}

/**
 * What a group has not handled and what is asked of it, in memory: its retry, dead-letter and control topics are read
 * from the start by everybody whom they concern, each in a consumer group of its own that commits nothing.
 */
export class Mirror {
  readonly group: string;
  readonly topics: GroupTopics;
  readonly book = new Book();
  readonly requests = new Requests();
  readonly #parts: MirrorParts;
  readonly #reader: Reader;
  /** The next offset to read, by topic. After a new start all is read again, and what is behind this is passed over. */
  readonly #positions = new Map<string, number>();
  /** Where our own writes lie that have not been read back yet: they are in the book already. */
  readonly #ahead = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.group = parts.group;
    this.topics = groupTopicsOf(parts.group);
    this.#reader = new Reader({
      settings: parts.settings,
      groupId: `${groupIdOf(parts.group)}.mirror.${randomUUID()}`,
      topics: Object.values(this.topics),
      owner: {
        joined: () => undefined,
        sharing: () => undefined,
        lost: () => undefined,
        read: (payload) => this.#read(payload),
      },
    });
  }

  get lastAnswerMs(): number {
    return this.#reader.lastAnswerMs;
  }

  async start(): Promise<void> {
    await this.#reader.start();
    await this.catchUp();
  }

  /** Resolves when all that was written before the call is in memory. Fault `platform.event_log_unavailable`. */
  async catchUp(): Promise<void> {
    const ends = await Promise.all(Object.values(this.topics).map((topic) => this.#endOf(topic)));
    const isThere = (): boolean => ends.every(({ topic, end }) => (this.#positions.get(topic) ?? 0) >= end);
    if (isThere()) return;
    let unsubscribe = (): void => undefined;
    const there = new Promise<void>((resolve) => {
      unsubscribe = this.subscribe(() => (isThere() ? resolve() : undefined));
    });
    try {
      await within(there, CATCH_UP_WITHIN_MS);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      unsubscribe();
    }
  }

  /** Calls back whenever something was read. Answers the way to end it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts events on a shelf, durably; the book has them when it resolves. */
  async put(shelf: Shelf, entries: readonly Entry[]): Promise<void> {
    const topic = this.topics[shelf];
    const places = await this.#parts.sender.send(entries.map((entry) => toEntryRecord(topic, entry)));
    if (places.includes(undefined)) await this.catchUp();
    entries.forEach((entry, at) => {
      if (this.#isNewer(shelf, entry, places[at])) this.book.put(shelf, entry);
    });
  }

  /** Takes events off a shelf, durably; the book has them no more when it resolves. */
  async remove(shelf: Shelf, sources: readonly Source[]): Promise<void> {
    const topic = this.topics[shelf];
    const places = await this.#parts.sender.send(sources.map((source) => tombstone(topic, source)));
    if (places.includes(undefined)) await this.catchUp();
    sources.forEach((source, at) => {
      if (this.#isNewer(shelf, source, places[at])) this.book.remove(shelf, source);
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Where the topic ends now; 0 where there is nothing in it to wait for. */
  async #endOf(topic: string): Promise<{ topic: string; end: number }> {
    const { low, high } = (await this.#parts.administration.extents(topic)).get(0) ?? { low: 0, high: 0 };
    return { topic, end: high > low ? high : 0 };
  }

  #read({ batch, resolveOffset }: EachBatchPayload): void {
    const { topic } = batch;
    const from = this.#positions.get(topic) ?? 0;
    for (const message of batch.messages) if (Number(message.offset) >= from) this.#apply(topic, message);
    const last = batch.lastOffset();
    this.#positions.set(topic, Math.max(from, Number(last) + 1));
    resolveOffset(last);
    for (const listener of this.#listeners) listener();
  }

  #apply(topic: string, message: KafkaMessage): void {
    const key = String(message.key ?? '');
    if (topic === this.topics.control) {
      this.requests.read(key, headerOf(message.headers, 'smartscan_is'), String(message.value ?? ''));
      return;
    }
    const shelf = topic === this.topics.dead ? 'dead' : 'retry';
    const source = toSource(key);
    if (source === undefined || this.#isOvertaken(shelf, source, Number(message.offset))) return;
    if (message.value === null) this.book.remove(shelf, source);
    else this.book.put(shelf, toEntry(source, message));
  }

  /** Of a write of ours that was just acknowledged: whether nothing newer has been read or written since. */
  #isNewer(shelf: Shelf, source: Source, offset: number | undefined): boolean {
    if (offset === undefined || offset < (this.#positions.get(this.topics[shelf]) ?? 0)) return false;
    const name = `${shelf} ${entryKey(source)}`;
    if (offset < (this.#ahead.get(name) ?? 0)) return false;
    this.#ahead.set(name, offset);
    return true;
  }

  /** Of a record that is read: whether the book knows something newer. */
  #isOvertaken(shelf: Shelf, source: Source, offset: number): boolean {
    const name = `${shelf} ${entryKey(source)}`;
    const ahead = this.#ahead.get(name);
    if (ahead === undefined) return false;
    if (offset >= ahead) this.#ahead.delete(name);
    return offset <= ahead;
  }
}
