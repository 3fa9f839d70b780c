import type pg from 'pg';
import { asFault } from '@smartscan/kernel';
import { Doorbell } from '../../outbox/doorbell.ts';
import type { Wakeups } from '../../outbox/wakeups.ts';
import type { Log } from '../../ports/log.ts';
import type { Topics } from './append.ts';
import type { GroupConsumer } from './group-consumer.ts';
import { Roster, type Claim, type Reader, type Share } from './roster.ts';
import { CHANGED } from './schema.ts';

export interface MembershipOptions {
  readonly pool: pg.Pool;
  readonly wakeups: Wakeups;
  readonly topics: Topics;
  readonly log: Log;
  /** A client that was silent for so long is dead to the others, and so are its leases. */
  readonly leaseMs: number;
}

/** Three heartbeats to a lease, as Kafka has it: one may be lost, one late. */
const HEARTBEATS_PER_LEASE = 3;

/**
 * Shares a group's partitions among its members, those of other processes included. Once per heartbeat, and whenever
 * something changes, each process says that it is there, removes who is not, gives back what is due to others and takes
 * what is due to it: member number i of n has every partition with partition % n = i.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #roster: Roster;
  readonly #members = new Map<string, GroupConsumer>();
  readonly #bell = new Doorbell();
  readonly #unsubscribe: () => void;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;
  #aliveUntil = Number.NEGATIVE_INFINITY;
  #suspicious = false;
  #closed = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#roster = new Roster(options.pool);
    this.#unsubscribe = options.wakeups.subscribe(CHANGED, () => this.#bell.ring());
  }

  /** Whether the others still take this process for alive. */
  get isAlive(): boolean {
    return performance.now() < this.#aliveUntil;
  }

  /** The next heartbeat compares all that this process holds with what the database says. */
  suspect(): void {
    this.#suspicious = true;
  }

  /** Something may be had that was not to be had before: the next heartbeat comes now. */
  look(): void {
    this.#bell.ring();
  }

  /** Resolves when the member has its share of what is free; the rest follows as the others give it back. */
  join(member: GroupConsumer): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all(member.topics.map((topic) => this.#options.topics.ensure(topic)));
      this.#members.set(member.memberId, member);
      try {
        await this.#register();
        await this.#heartbeat();
      } catch (error) {
        this.#members.delete(member.memberId);
        this.suspect();
        throw error;
      }
      this.#running ??= this.#run();
    });
  }

  /** Frees all that the member holds, at once. */
  leave(member: GroupConsumer): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#members.delete(member.memberId)) await this.#quietly(this.#roster.leave(member.memberId));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsubscribe();
    this.#bell.ring();
    await this.#running;
    await this.#inTurn(() => this.#quietly(this.#roster.goodbye()));
  }

  /** Where the database is gone there is nobody to say goodbye to; it drops what we held with our connection. */
  async #quietly(farewell: Promise<void>): Promise<void> {
    await farewell.catch((error: unknown) => {
      this.#options.log.warn('event_log.farewell_failed', { code: asFault(error).code });
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#bell.heard(this.#options.leaseMs / HEARTBEATS_PER_LEASE);
      if (this.#closed || this.#members.size === 0) continue;
      await this.#inTurn(() => this.#heartbeat()).catch((error: unknown) => {
        this.suspect();
        this.#options.log.warn('event_log.heartbeat_failed', { code: asFault(error).code });
      });
    }
  }

  #register(): Promise<void> {
    return this.#roster.register(this.#options.wakeups.presence, [...this.#members.values()]);
  }

  async #heartbeat(): Promise<void> {
    const { wakeups, leaseMs } = this.#options;
    const startedAt = performance.now();
    if (!(await this.#roster.beat(wakeups.presence))) {
      for (const member of this.#members.values()) member.loseAll();
      await this.#register();
    }
    await this.#roster.reap(leaseMs);
    this.#aliveUntil = startedAt + leaseMs;
    await this.#share();
    for (const member of this.#members.values()) member.work();
  }

  async #share(): Promise<void> {
    const groups = [...new Set([...this.#members.values()].map(({ group }) => group))];
    const readers = await this.#roster.readers(groups);
    for (const member of this.#members.values()) {
      member.keep((topic, partition) => isDue(readers, member, topic, partition));
    }
    const shares = await this.#roster.look(groups, [...this.#members.keys()], this.#suspicious);
    this.#suspicious = false;
    const claims: Claim[] = [];
    for (const share of shares) {
      for (const member of this.#members.values()) {
        if (concerns(readers, member, share) && offer(member, share)) {
          claims.push({ memberId: member.memberId, share });
        }
      }
    }
    if (claims.length > 0) await this.#claim(claims);
  }

  async #claim(claims: readonly Claim[]): Promise<void> {
    const claimed = await this.#roster.claim(claims);
    for (const { memberId, grant } of claimed) this.#members.get(memberId)?.grant(grant);
    // What was free may have a replay waiting; the next look tells.
    this.#bell.ring();
  }
}

/** The same for everybody: all members see the same readers in the same order. */
function isDue(readers: readonly Reader[], member: Reader, topic: string, partition: number): boolean {
  const peers = readers.filter(({ group, topics }) => group === member.group && topics.includes(topic));
  return peers[partition % peers.length]?.memberId === member.memberId;
}

const concerns = (readers: readonly Reader[], member: Reader, { group, topic, partition, owner }: Share): boolean =>
  member.group === group && (owner === member.memberId || isDue(readers, member, topic, partition));

/**
 * Tells a member of a partition that is due to it or its own. True where it has yet to claim it; what could not be given
 * back is claimed too, so that the next heartbeat gives it back again.
 */
function offer(member: GroupConsumer, { topic, partition, owner, replayUpTo }: Share): boolean {
  switch (member.holding(topic, partition)) {
    case 'nothing':
      return true;
    case 'ending':
      return false;
    case 'lease':
      if (owner === member.memberId) member.wake(topic, partition, replayUpTo);
      else member.lose(topic, partition);
      return false;
  }
}
