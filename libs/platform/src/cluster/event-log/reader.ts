import type { Consumer, EachBatchPayload } from 'kafkajs';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import { pauseMs } from '../../outbox/backoff.ts';
import { asUnavailable, CLIENT_RETRY, closedFault, connectTo, reasonOf, within, type KafkaSettings } from './client.ts';

/** What a reader tells of its life. None of these may wait: the client looks after its membership in between. */
export interface ReaderOwner {
  /** The share of the partitions is known; records are read from what the group has committed. */
  joined(share: ReadonlyMap<string, readonly number[]>, memberId: string): void;
  /** The group is sharing anew: what is done may still be committed, and nothing new should be begun. */
  sharing(): void;
  /** The membership is gone, by a failure. The reader joins again by itself. */
  lost(): void;
  read(batch: EachBatchPayload): void;
}

export interface ReaderParts {
  readonly settings: KafkaSettings;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly owner: ReaderOwner;
}

export interface Commit {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** Ours: a fetch that waits holds up a resumed partition, a seek and the end; a twentieth of the session is short enough. */
const FETCHES_PER_SESSION = 20;
/** Kafka's advice is three; ours: by ten, a member also hears soon that the group shares anew. */
const HEARTBEATS_PER_SESSION = 10;
/** Kafka's clients leave members that long to come back when a group shares anew; ours need two heartbeats. */
const REBALANCE_SESSIONS = 2;
/** Ours: some hundred events; enough to keep a partition busy, and 60 partitions fill no memory. */
const BYTES_PER_PARTITION = 256 * 1_024;
/** Ours: a broker waits for a member that died until its session is over, and for a new group 3 s more. */
const JOIN_WITHIN_MS = 40 * SECOND_MS;
/** Ours: longer than any rebalance; a client that has had no answer for so long may have got stuck, and is replaced. */
const SILENT_MS = 60 * SECOND_MS;
/** Ours: a broker that has just started refuses members for a moment. */
const START_TRIES = 3;
/** Ours: a broker that is away is asked for every two seconds at most, and found as soon. */
const AGAIN = { firstMs: 200, lastMs: 2 * SECOND_MS };
const CLOSE_WITHIN_MS = 3 * SECOND_MS;

/** A kafkajs consumer that lasts: when one comes to its end, whatever the reason, the next one takes its place. */
export class Reader {
  readonly #parts: ReaderParts;
  #consumer: Consumer | undefined;
  #closed = false;
  #hasJoined = false;
  /** Counts the commits that a broker has taken. */
  #acknowledged = 0;
  #ended: Promise<void> | undefined;
  #end = (_error?: unknown): void => undefined;
  #firstJoin: { resolve: () => void; reject: (fault: Fault) => void } | undefined;
  /** When a broker last answered, by the monotonic clock. */
  lastAnswerMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Resolves when the reader is a member. Fault `platform.event_log_unavailable` where it could not become one. */
  async start(): Promise<void> {
    if (this.#closed) throw closedFault();
    const joined = new Promise<void>((resolve, reject) => {
      this.#firstJoin = { resolve, reject };
    });
    this.#ended = this.#live();
    await within(joined, JOIN_WITHIN_MS).catch((error: unknown) => {
      throw asUnavailable(error);
    });
  }

  /**
   * Of progress that the group may know. Rejects where the membership has changed meanwhile. One at a time: a client that
   * is just ending says nothing of it, but that no commit was acknowledged.
   */
  async commit(offsets: readonly Commit[]): Promise<void> {
    const before = this.#acknowledged;
    await this.#consumer?.commitOffsets([...offsets]);
    if (this.#acknowledged === before)
      throw new Fault('unavailable', 'platform.not_a_member', 'Not a member just now.');
  }

  pause(topic: string, partition: number): void {
    this.#onConsumer((consumer) => consumer.pause([{ topic, partitions: [partition] }]));
  }

  resume(topic: string, partition: number): void {
    this.#onConsumer((consumer) => consumer.resume([{ topic, partitions: [partition] }]));
  }

  /** The next record that is read is the one at the offset; what was fetched already is dropped. */
  seek(topic: string, partition: number, offset: number): void {
    this.#onConsumer((consumer) => consumer.seek({ topic, partition, offset: String(offset) }));
  }

  /** Leaves the group at once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#firstJoin?.reject(closedFault());
    this.#end();
    await this.#ended;
  }

  /** A client that is just ending knows none of these, and the next one begins afresh. */
  #onConsumer(act: (consumer: Consumer) => void): void {
    try {
      if (this.#consumer !== undefined) act(this.#consumer);
    } catch (error) {
      this.#parts.settings.log.debug('event_log.reader_ending', { reason: reasonOf(error) });
    }
  }

  async #live(): Promise<void> {
    for (let failures = 0; !this.#closed; ) {
      this.#hasJoined = false;
      const reason = await this.#once().catch(reasonOf);
      this.#parts.owner.lost();
      if (this.#closed) return;
      failures = this.#hasJoined ? 1 : failures + 1;
      if (failures >= START_TRIES) this.#firstJoin?.reject(asUnavailable(Object.assign(new Error(), { code: reason })));
      this.#parts.settings.log.warn('event_log.reader_restarts', { group: this.#parts.groupId, reason, failures });
      await this.#rest(pauseMs(AGAIN, failures));
    }
  }

  /** The life of one consumer; resolves with the reason of its end. */
  async #once(): Promise<string> {
    const consumer = this.#open();
    const ended = new Promise<unknown>((resolve) => (this.#end = resolve));
    const startedMs = performance.now();
    const watch = setInterval(() => this.#watch(startedMs), SILENT_MS / 10);
    consumer.on('consumer.crash', ({ payload }) => this.#end(payload.error));
    const running = this.#run(consumer).catch((error: unknown) => this.#end(error));
    try {
      return reasonOf(await ended);
    } finally {
      clearInterval(watch);
      this.#consumer = undefined;
      // One that is asked to end while it joins would become a member that nobody knows of.
      await within(running, CLOSE_WITHIN_MS).catch(() => undefined);
      await within(consumer.disconnect(), CLOSE_WITHIN_MS).catch(() => undefined);
    }
  }

  async #run(consumer: Consumer): Promise<void> {
    const { topics, owner } = this.#parts;
    await consumer.connect();
    if (this.#consumer === consumer) await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    if (this.#consumer !== consumer) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (batch) => {
        if (this.#consumer === consumer) owner.read(batch);
      },
    });
  }

  #open(): Consumer {
    const { settings, groupId, owner } = this.#parts;
    const { sessionTimeoutMs } = settings;
    const consumer = connectTo(settings).consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs * REBALANCE_SESSIONS,
      heartbeatInterval: Math.round(sessionTimeoutMs / HEARTBEATS_PER_SESSION),
      maxWaitTimeInMs: Math.round(sessionTimeoutMs / FETCHES_PER_SESSION),
      maxBytesPerPartition: BYTES_PER_PARTITION,
      allowAutoTopicCreation: false,
      // What comes after an end is decided here.
      retry: { ...CLIENT_RETRY, restartOnFailure: async () => false },
    });
    this.#consumer = consumer;
    const answered = (): void => void (this.lastAnswerMs = performance.now());
    consumer.on('consumer.network.request', answered);
    consumer.on('consumer.commit_offsets', () => void (this.#acknowledged += 1));
    consumer.on('consumer.rebalancing', () => {
      if (this.#consumer === consumer) owner.sharing();
    });
    consumer.on('consumer.group_join', ({ payload }) => {
      if (this.#consumer !== consumer) return;
      this.#hasJoined = true;
      owner.joined(new Map(Object.entries(payload.memberAssignment)), payload.memberId);
      this.#firstJoin?.resolve();
      this.#firstJoin = undefined;
    });
    return consumer;
  }

  #watch(startedMs: number): void {
    if (performance.now() - Math.max(startedMs, this.lastAnswerMs) > SILENT_MS)
      this.#end(new Fault('internal', 'SILENT', 'Stuck.'));
  }

  async #rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
