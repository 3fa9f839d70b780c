import type { PartitionerArgs, Producer, RecordMetadata } from 'kafkajs';
import { type Fault, SECOND_MS } from '@smartscan/kernel';
import { partitionOf } from '../../event-log/murmur2.ts';
import { asUnavailable, CLIENT_RETRY, closedFault, connectTo, within, type KafkaSettings } from './client.ts';
import type { Outgoing } from './cloud-event.ts';

/** Ours: a broker takes milliseconds; by then the outbox is better off trying again later. */
const SEND_WITHIN_MS = 5 * SECOND_MS;
/** Ours: what a request that waited behind a slow one is given at least. */
const SEND_WITHIN_LEAST_MS = SECOND_MS;
/** Ours: 500 events in one request cost little more than one; a batch that fails is sent again as a whole. */
const RECORDS_AT_ONCE = 500;
/** Ours: brokers refuse a batch of more than 1 MiB by default, and all of a request may go to one partition. */
const BYTES_AT_ONCE = 768 * 1_024;
/** Ours: the headers of an event, generously. */
const HEADER_BYTES = 512;
const CLOSE_WITHIN_MS = 2 * SECOND_MS;

/** Where a record lies, where its topic has one partition or all records of the request went to one. */
export type Placed = number | undefined;

interface Job {
  readonly records: readonly Outgoing[];
  readonly placed: Placed[];
  readonly deadline: number;
  readonly resolve: (placed: readonly Placed[]) => void;
  readonly reject: (error: Fault) => void;
  /** How many are in the hands of the broker. */
  sent: number;
}

interface Part {
  readonly job: Job;
  readonly record: Outgoing;
}

const bytesOf = ({ key, value }: Outgoing): number =>
  Buffer.byteLength(key) + Buffer.byteLength(value ?? '') + HEADER_BYTES;

/**
 * One idempotent producer, one request at a time: what is sent meanwhile goes out together in the next. After a failure
 * the producer is replaced, since nobody knows what became of the request; what was written twice then is known by its
 * id, and its order holds, because each sender sends all of it again.
 */
export class Sender {
  readonly #settings: KafkaSettings;
  readonly #jobs: Job[] = [];
  #producer: Promise<Producer> | undefined;
  #sending: Promise<unknown> | undefined;
  #running: Promise<void> | undefined;
  #closed = false;
  /** When a broker last acknowledged something, by the monotonic clock. */
  lastAnswerMs = Number.NEGATIVE_INFINITY;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  /** Resolves when the records are durable. Fault `platform.event_log_unavailable` within seconds otherwise. */
  send(records: readonly Outgoing[]): Promise<readonly Placed[]> {
    if (records.length === 0) return Promise.resolve([]);
    if (this.#closed) return Promise.reject(closedFault());
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + SEND_WITHIN_MS;
      this.#jobs.push({ records, placed: [], deadline, resolve, reject, sent: 0 });
      this.#running ??= this.#run();
    });
  }

  /** Lets what is under way come to its end. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) await within(hangUp(producer), CLOSE_WITHIN_MS).catch(() => undefined);
  }

  async #run(): Promise<void> {
    // Whatever else is sent in this turn of the event loop goes along.
    await Promise.resolve();
    for (let parts = this.#next(); parts.length > 0; parts = this.#next()) {
      try {
        await this.#sendParts(parts);
      } catch (error) {
        this.#replaceProducer();
        this.#fail(parts, asUnavailable(error));
      }
    }
    this.#running = undefined;
  }

  /** The next records of the jobs that wait, in their order. */
  #next(): Part[] {
    const parts: Part[] = [];
    let bytes = 0;
    for (const job of this.#jobs) {
      for (let at = job.sent; at < job.records.length; at += 1) {
        const record = job.records[at] as Outgoing;
        bytes += bytesOf(record);
        const isFull = parts.length === RECORDS_AT_ONCE || (bytes > BYTES_AT_ONCE && parts.length > 0);
        if (isFull) return parts;
        parts.push({ job, record });
      }
    }
    return parts;
  }

  async #sendParts(parts: readonly Part[]): Promise<void> {
    const deadline = Math.min(...parts.map(({ job }) => job.deadline));
    const waitMs = Math.max(SEND_WITHIN_LEAST_MS, deadline - performance.now());
    const answers = await within(this.#produce(parts, waitMs), waitMs);
    this.lastAnswerMs = performance.now();
    const places = new Places(answers);
    for (const { job, record } of parts) {
      job.placed.push(places.next(record.topic));
      job.sent += 1;
      if (job.sent === job.records.length) job.resolve(job.placed);
    }
    while (this.#jobs[0] !== undefined && this.#jobs[0].sent === this.#jobs[0].records.length) this.#jobs.shift();
  }

  async #produce(parts: readonly Part[], waitMs: number): Promise<readonly RecordMetadata[]> {
    const byTopic = new Map<string, Outgoing[]>();
    for (const { record } of parts) {
      const records = byTopic.get(record.topic);
      if (records === undefined) byTopic.set(record.topic, [record]);
      else records.push(record);
    }
    const producer = await (this.#producer ??= this.#connect());
    const sending = producer.sendBatch({
      acks: -1,
      timeout: Math.round(waitMs),
      topicMessages: [...byTopic].map(([topic, records]) => ({
        topic,
        messages: records.map(({ key, value, headers }) => ({ key, value, headers })),
      })),
    });
    this.#sending = sending;
    return sending;
  }

  #fail(parts: readonly Part[], error: Fault): void {
    for (const job of new Set(parts.map((part) => part.job))) {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
      job.reject(error);
    }
  }

  async #connect(): Promise<Producer> {
    const producer = connectTo(this.#settings).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: CLIENT_RETRY,
      createPartitioner: () => partitionByKey,
    });
    await producer.connect();
    return producer;
  }

  #replaceProducer(): void {
    const [producer, sending] = [this.#producer, this.#sending];
    this.#producer = undefined;
    if (producer === undefined) return;
    void hangUp(producer);
    // A request that was given up may still have opened a connection for one more try of its own.
    sending?.catch(() => undefined).finally(() => void hangUp(producer));
  }
}

/** What kafkajs' own partitioner does, without its arithmetic on big integers. */
const partitionByKey = ({ partitionMetadata, message }: PartitionerArgs): number =>
  partitionOf(String(message.key), partitionMetadata.length);

const hangUp = (producer: Promise<Producer>): Promise<void> =>
  producer.then((one) => one.disconnect()).catch(() => undefined);

/** Counts out the offsets of one request, topic by topic. */
class Places {
  readonly #next = new Map<string, Placed>();

  constructor(answers: readonly RecordMetadata[]) {
    for (const { topicName, baseOffset } of answers) {
      const isOnly = !this.#next.has(topicName) && baseOffset !== undefined;
      this.#next.set(topicName, isOnly ? Number(baseOffset) : undefined);
    }
  }

  next(topic: string): Placed {
    const place = this.#next.get(topic);
    if (place !== undefined) this.#next.set(topic, place + 1);
    return place;
  }
}
