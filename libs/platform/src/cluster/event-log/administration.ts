import type { Admin } from 'kafkajs';
import { SECOND_MS } from '@smartscan/kernel';
import { asUnavailable, connectTo, within, type KafkaSettings } from './client.ts';

/** Ours: longer than the client's own tries take; whoever waits for an answer is a person or a start. */
const ASK_WITHIN_MS = 8 * SECOND_MS;
const CLOSE_WITHIN_MS = 2 * SECOND_MS;

/** The first and the next offset of a partition. */
export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** One connection for questions about topics and groups. It comes by itself, and again after a failure. */
export class Administration {
  readonly #settings: KafkaSettings;
  #open: Promise<Admin> | undefined;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /** Fault `platform.event_log_unavailable` or `platform.topic_missing`, after 8 s at most unless said otherwise. */
  async ask<T>(question: (admin: Admin) => Promise<T>, withinMs = ASK_WITHIN_MS): Promise<T> {
    const open = (this.#open ??= this.#connect());
    try {
      return await within(
        open.then((admin) => question(admin)),
        withinMs,
      );
    } catch (error) {
      if (this.#open === open) this.#open = undefined;
      void hangUp(open);
      throw asUnavailable(error);
    }
  }

  /** By partition. */
  async extents(topic: string): Promise<ReadonlyMap<number, Extent>> {
    const offsets = await this.ask((admin) => admin.fetchTopicOffsets(topic));
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) await within(hangUp(open), CLOSE_WITHIN_MS).catch(() => undefined);
  }

  async #connect(): Promise<Admin> {
    const admin = connectTo(this.#settings).admin();
    await admin.connect();
    return admin;
  }
}

const hangUp = (open: Promise<Admin>): Promise<void> => open.then((admin) => admin.disconnect()).catch(() => undefined);
