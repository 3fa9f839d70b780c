import type { KafkaMessage } from 'kafkajs';
import { attempt, pauseAfter, type Deliver, type Failed, type RetryPolicy } from '../../event-log/retry.ts';
import { BEHIND_PARKED } from '../../event-log/parking.ts';
import type { Envelope } from '../../ports/event-log.ts';
import type { Log } from '../../ports/log.ts';
import { toEnvelope, typeOf } from './cloud-event.ts';
import { laneName, type Entry, type Source } from './entry.ts';
import { entryOf, isDead, type Due, type Place, type Shelf } from './key-entries.ts';
import type { Mirror } from './mirror.ts';
import type { Request } from './requests.ts';

/** What a lane needs of the member that it belongs to. */
export interface LaneOwner {
  readonly group: string;
  readonly mirror: Mirror;
  readonly handlers: ReadonlyMap<string, Deliver>;
  readonly inPlace: RetryPolicy;
  readonly later: RetryPolicy;
  readonly log: Log;
  /** Makes the group go on from the first event that the partition still has; resolves with its offset. */
  rewind(lane: Lane): Promise<number>;
  /** Makes it known to all that a request has been carried out. */
  acknowledge(request: Request, lane: Lane, handled: number): Promise<void>;
  /** Lets records of the partition come, or holds them back. */
  fill(lane: Lane, more: boolean): void;
}

/** Ours: what a member may have in memory of a partition beside the batch that comes in. */
const QUEUED_MAX = 500;
/** Ours: low enough that pauses are rare, high enough that the next batch comes before the lane runs dry. */
const QUEUED_LOW = 100;
const ONCE: RetryPolicy = { attempts: 1, firstPauseMs: 0, lastPauseMs: 0 };

/**
 * One partition in the hands of one member: its events one after the other, those that wait for another try, and what is
 * asked of its owner. It works in turns, so that partitions share what a member may do at a time.
 */
export class Lane {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  /** The next offset to deliver; unknown until the first event comes. */
  position: number | undefined;
  /** What the group knows of that. */
  committed: number | undefined;
  /** Work in progress; settles when the lane is at rest. */
  busy: Promise<void> | undefined;
  readonly #owner: LaneOwner;
  readonly #stop = new AbortController();
  #queue: KafkaMessage[] = [];
  #at = 0;
  /** The first offset that may be queued: what comes again below it is known. */
  #expected = 0;
  #inHand: KafkaMessage | undefined;
  #isHeldBack = false;
  #isOpen = false;
  #replayed: { readonly id: string; handled: number } | undefined;

  constructor(owner: LaneOwner, topic: string, partition: number) {
    this.#owner = owner;
    this.topic = topic;
    this.partition = partition;
    this.name = laneName(topic, partition);
  }

  get isEnding(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Whether it is at work on what comes: not before the member knows what the group has parked. */
  get isOpen(): boolean {
    return this.#isOpen && !this.isEnding;
  }

  open(): void {
    this.#isOpen = true;
    // Whoever had the partition before may have left it held back.
    this.#isHeldBack = true;
    this.#refill();
  }

  /** Takes nothing new on. */
  shut(): void {
    this.#isOpen = false;
  }

  /** Drops what is queued: the group begins again at what it has committed, and what is done is passed over. */
  restart(): void {
    this.shut();
    this.committed = undefined;
    this.#clear();
    if (this.#inHand !== undefined) this.#queue.push(this.#inHand);
    this.#expected = this.#inHand === undefined ? (this.position ?? 0) : Number(this.#inHand.offset) + 1;
  }

  /** Asks for an end after the event in hand; resolves when it is reached. */
  async end(): Promise<void> {
    this.#stop.abort();
    this.#clear();
    await this.busy;
  }

  take(messages: readonly KafkaMessage[]): void {
    for (const message of messages) {
      const offset = Number(message.offset);
      if (offset < this.#expected) continue;
      this.#expected = offset + 1;
      this.#queue.push(message);
    }
    if (!this.#isHeldBack && this.#queued > QUEUED_MAX) this.#hold(true);
  }

  /** Whether a turn would find something to do, at a time in milliseconds since 1970. */
  hasWork(now: number): boolean {
    return this.isOpen && (this.#queued > 0 || this.#request !== undefined || this.nextDue <= now);
  }

  /** When the next try is due, milliseconds since 1970; never: Infinity. */
  get nextDue(): number {
    return this.#owner.mirror.book.next(this.name)?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Does up to `steps` things. Rejects where the broker did not take what must be durable; the next turn goes on. */
  async turn(steps: number): Promise<void> {
    for (let step = 0; step < steps && this.isOpen; step += 1) if (!(await this.#step())) return;
  }

  /** False: nothing to do. */
  async #step(): Promise<boolean> {
    const request = this.#request;
    if (request !== undefined) {
      await this.#carryOut(request);
      return true;
    }
    const next = this.#owner.mirror.book.next(this.name);
    if (next !== undefined && next.at <= Date.now()) {
      await this.#retry(next.due);
      return true;
    }
    const message = this.#queue[this.#at];
    if (message === undefined) return false;
    await this.#receive(message);
    return true;
  }

  get #request(): Request | undefined {
    return this.#owner.mirror.requests.of(this.name);
  }

  // --- Events as they come ---------------------------------------------------------------------------------------------

  /** The event leaves the queue when it is done with: handled, put on a shelf, or nobody's here. */
  async #receive(message: KafkaMessage): Promise<void> {
    const offset = Number(message.offset);
    this.#inHand = message;
    try {
      if (!(await this.#deliver(message, offset))) return;
      this.position = offset + 1;
    } finally {
      this.#inHand = undefined;
    }
    // Unless the queue was dropped meanwhile.
    if (this.#queue[this.#at] !== message) return;
    this.#at += 1;
    this.#refill();
  }

  /** False where it was interrupted. */
  async #deliver(message: KafkaMessage, offset: number): Promise<boolean> {
    const handler = this.#owner.handlers.get(typeOf(message));
    if (handler === undefined) return true;
    const envelope = toEnvelope(message, this.topic);
    const { book } = this.#owner.mirror;
    if (book.has(this.name)) {
      if (book.at({ lane: this.name, offset }) !== undefined) return true;
      const shelf = book.blocks(this.name, envelope.key, offset);
      if (shelf !== undefined) {
        await this.#put(shelf, this.#entry(envelope, offset, { code: BEHIND_PARKED, attempts: 0 }));
        return true;
      }
    }
    const outcome = await attempt(handler, envelope, this.#owner.inPlace, this.#stop.signal);
    if (outcome === 'interrupted') return false;
    if (outcome !== 'handled') await this.#set(this.#entry(envelope, offset, outcome), outcome);
    return true;
  }

  #entry(envelope: Envelope, offset: number, { code, attempts }: { code: string; attempts: number }): Entry {
    const parkedAt = new Date().toISOString();
    return { lane: this.name, offset, envelope, code, attempts, rounds: 0, parkedAt, notBefore: 0 };
  }

  // --- What could not be handled ---------------------------------------------------------------------------------------

  /** Puts an event that failed where it belongs: to be tried later, or parked. */
  async #set(entry: Entry, { passes }: Failed): Promise<void> {
    const { later } = this.#owner;
    if (!passes || entry.rounds >= later.attempts) return this.#put('dead', entry);
    // One pause more than a policy has otherwise: it comes before each try.
    const pause = pauseAfter(entry.rounds + 1, { ...later, attempts: later.attempts + 1 });
    await this.#put('retry', { ...entry, notBefore: Date.now() + Math.round(pause) });
  }

  async #put(shelf: Shelf, entry: Entry): Promise<void> {
    await this.#owner.mirror.put(shelf, [entry]);
    if (entry.code === BEHIND_PARKED) return;
    const { envelope, code, attempts } = entry;
    this.#owner.log.warn(shelf === 'dead' ? 'event_log.parked' : 'event_log.retry_later', {
      group: this.#owner.group,
      event_id: envelope.id,
      type: envelope.type,
      code,
      attempts,
    });
  }

  async #retry(due: Due): Promise<void> {
    if (due.what === 'bury') return this.#bury(due.entries);
    const { entry } = due;
    const outcome = await this.#again(entry, ONCE);
    if (outcome === 'interrupted') return;
    if (outcome === 'handled') return this.#takeOff([entry], ['retry']);
    const failed = failedAgain(entry, outcome);
    // Parked first, so that a crash in between loses nothing; it is off the other shelf when it is buried.
    await this.#set({ ...failed, rounds: entry.rounds + 1 }, outcome);
  }

  /** In order: what is parked first is in front. */
  async #bury(entries: readonly Entry[]): Promise<void> {
    const { mirror } = this.#owner;
    const alive = entries.filter((entry) => mirror.book.at(entry)?.dead === undefined);
    await mirror.put(
      'dead',
      alive.map((entry) => ({ ...entry, notBefore: 0 })),
    );
    await this.#takeOff(entries, ['retry']);
  }

  async #takeOff(sources: readonly Source[], shelves: readonly Shelf[]): Promise<void> {
    for (const shelf of shelves) await this.#owner.mirror.remove(shelf, sources);
  }

  /** An event whose type has no handler any more counts as handled. */
  async #again({ envelope }: Entry, policy: RetryPolicy) {
    const handler = this.#owner.handlers.get(envelope.type);
    return handler === undefined ? 'handled' : attempt(handler, envelope, policy, this.#stop.signal);
  }

  // --- What is asked of the owner --------------------------------------------------------------------------------------

  async #carryOut(request: Request): Promise<void> {
    if (request.kind === 'replay') {
      const handled = await this.#replay(request);
      if (handled !== undefined) await this.#owner.acknowledge(request, this, handled);
      return;
    }
    this.#expected = await this.#owner.rewind(this);
    this.#clear();
    this.#refill();
    await this.#owner.acknowledge(request, this, 0);
  }

  /**
   * Delivers all that the partition has on its shelves, in order; nothing newer of it is delivered meanwhile, so a key
   * that is well again is well for good. Answers how many parked ones were handled; undefined: interrupted.
   */
  async #replay({ id }: Request): Promise<number | undefined> {
    if (this.#replayed?.id !== id) this.#replayed = { id, handled: 0 };
    const stuck = new Set<string>();
    for (const place of this.#owner.mirror.book.of(this.name)) {
      const { key } = entryOf(place).envelope;
      if (stuck.has(key)) continue;
      const outcome = await this.#redeliver(place);
      if (outcome === 'interrupted' || !this.isOpen) return undefined;
      if (outcome === 'stuck') stuck.add(key);
      else if (isDead(place)) this.#replayed.handled += 1;
    }
    return this.#replayed.handled;
  }

  async #redeliver(place: Place): Promise<'handled' | 'interrupted' | 'stuck'> {
    const entry = entryOf(place);
    const outcome = await this.#again(entry, this.#owner.inPlace);
    if (outcome === 'interrupted') return 'interrupted';
    if (outcome === 'handled') {
      // Off the shelf for another try first: a crash in between must not give a parked one that was handled a new life.
      await this.#takeOff([entry], shelvesOf(place));
      return 'handled';
    }
    const failed = failedAgain(entry, outcome);
    await (isDead(place) ? this.#put('dead', failed) : this.#set({ ...failed, rounds: entry.rounds + 1 }, outcome));
    return 'stuck';
  }

  // --- The queue -------------------------------------------------------------------------------------------------------

  get #queued(): number {
    return this.#queue.length - this.#at;
  }

  #clear(): void {
    this.#queue = [];
    this.#at = 0;
  }

  #refill(): void {
    if (this.#at === this.#queue.length || this.#at > QUEUED_MAX) {
      this.#queue = this.#queue.slice(this.#at);
      this.#at = 0;
    }
    if (this.#isHeldBack && this.#queued <= QUEUED_LOW && !this.isEnding) this.#hold(false);
  }

  #hold(isHeldBack: boolean): void {
    this.#isHeldBack = isHeldBack;
    this.#owner.fill(this, !isHeldBack);
  }
}

const failedAgain = (entry: Entry, { code, attempts }: Failed): Entry => ({
  ...entry,
  code,
  attempts: entry.attempts + attempts,
  parkedAt: new Date().toISOString(),
});

const shelvesOf = ({ retry, dead }: Place): readonly Shelf[] => [
  ...(retry === undefined ? [] : ['retry' as const]),
  ...(dead === undefined ? [] : ['dead' as const]),
];
