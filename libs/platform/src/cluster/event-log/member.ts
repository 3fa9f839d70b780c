import { Fault, SECOND_MS } from '@smartscan/kernel';
import { DRAIN_MS } from '../../event-log/parking.ts';
import type { Deliver } from '../../event-log/retry.ts';
import { pauseMs } from '../../outbox/backoff.ts';
import type { Administration } from './administration.ts';
import { asUnavailable, reasonOf, within, type KafkaSettings } from './client.ts';
import { laneName } from './entry.ts';
import { Lane, type LaneOwner } from './lane.ts';
import type { Mirror } from './mirror.ts';
import { Reader, type Commit } from './reader.ts';
import { doneRecord, type Request } from './requests.ts';
import type { Sender } from './sender.ts';
import { groupIdOf } from './topics.ts';

export interface MemberParts {
  readonly group: string;
  readonly topics: readonly string[];
  readonly settings: KafkaSettings;
  readonly administration: Administration;
  readonly sender: Sender;
  readonly mirror: () => Promise<Mirror>;
}

/** Ours: after so many events another partition that waits has its turn. */
const TURN_STEPS = 100;
/** Ours: what a crash delivers again at most, beside the event in hand; the inbox knows it again. */
const COMMIT_EVERY_MS = SECOND_MS;
/** Ours: partitions that come to rest within it tell of it together. */
const COMMIT_SOON_MS = 50;
const COMMIT_WITHIN_MS = 5 * SECOND_MS;
const AGAIN = { firstMs: 100, lastMs: 5 * SECOND_MS };
/** Ours: the longest that `setTimeout` is asked to wait; then it is looked again. */
const SLEEP_MAX_MS = 60 * SECOND_MS;

/**
 * One member of a consumer group. The client hands over what it reads and looks after the membership; lanes do the work,
 * several partitions at a time, so that a slow handler holds up no heartbeat and no other partition.
 */
export class Member {
  readonly group: string;
  readonly topics: readonly string[];
  readonly #parts: MemberParts;
  readonly #reader: Reader;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that are not ours any more and have an event in hand: the partition, come back, waits for it. */
  readonly #ending = new Map<string, Promise<void>>();
  /** In the order in which they fell due, so that none waits for ever. */
  readonly #due = new Set<Lane>();
  #running = 0;
  #memberId = '';
  /** Counts the times that the group has been shared. */
  #sharing = 0;
  #opened = (): void => undefined;
  #isClosing = false;
  #failures = 0;
  #commits: Promise<void> = Promise.resolve();
  #commitTimer: NodeJS.Timeout | undefined;
  #wakeTimer: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #unsubscribe = (): void => undefined;
  #owner: LaneOwner | undefined;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.group = parts.group;
    this.topics = parts.topics;
    this.#reader = new Reader({
      settings: parts.settings,
      groupId: groupIdOf(parts.group),
      topics: parts.topics,
      owner: {
        joined: (share, memberId) => this.#joined(share, memberId),
        sharing: () => this.#shareAnew(),
        lost: () => this.#loseAll(),
        read: ({ batch, resolveOffset, isStale }) => {
          if (isStale()) return;
          const lane = this.#lanes.get(laneName(batch.topic, batch.partition));
          lane?.take(batch.messages);
          resolveOffset(batch.lastOffset());
          if (lane !== undefined) this.#wake(lane);
        },
      },
    });
  }

  get lastAnswerMs(): number {
    return this.#reader.lastAnswerMs;
  }

  /** The next offset to deliver of a partition, where it is ours and something of it has come. */
  position(topic: string, partition: number): number | undefined {
    return this.#lanes.get(laneName(topic, partition))?.position;
  }

  /** Resolves when the member has its share and works on it. Fault `platform.event_log_unavailable`. */
  async open(handlers: ReadonlyMap<string, Deliver>): Promise<void> {
    const { group, settings, sender, mirror } = this.#parts;
    const opened = new Promise<void>((resolve) => (this.#opened = resolve));
    try {
      const mirrored = await mirror();
      this.#owner = {
        group,
        mirror: mirrored,
        handlers,
        inPlace: settings.inPlace,
        later: settings.later,
        log: settings.log,
        rewind: (lane) => this.#rewind(lane),
        acknowledge: async (request: Request, { name }, handled) => {
          await sender.send([doneRecord(mirrored.topics.control, request.id, { lane: name, handled })]);
          mirrored.requests.done(request.id, name, handled);
        },
        fill: ({ topic, partition }, more) =>
          more ? this.#reader.resume(topic, partition) : this.#reader.pause(topic, partition),
      };
      this.#unsubscribe = mirrored.subscribe(() => this.#wakeAll());
      await this.#reader.start();
      await opened;
    } catch (error) {
      await this.close();
      throw asUnavailable(error);
    }
  }

  /** Waits for the handlers that run (10 s at most), makes their progress known, and leaves the group. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#opened();
    this.#unsubscribe();
    clearTimeout(this.#wakeTimer);
    const ends = [...this.#lanes.values()].map((lane) => lane.end());
    await within(Promise.all([...ends, ...this.#ending.values()]), DRAIN_MS).catch(() => undefined);
    clearTimeout(this.#commitTimer);
    await within(this.#commit(), COMMIT_WITHIN_MS).catch(() => undefined);
    await this.#reader.close();
  }

  // --- The share of this member ----------------------------------------------------------------------------------------

  #shareAnew(): void {
    for (const lane of this.#lanes.values()) lane.shut();
    void this.#commit();
  }

  #loseAll(): void {
    for (const lane of [...this.#lanes.values()]) this.#giveUp(lane);
    this.#memberId = '';
  }

  #joined(share: ReadonlyMap<string, readonly number[]>, memberId: string): void {
    const names = new Set([...share].flatMap(([topic, partitions]) => partitions.map((p) => laneName(topic, p))));
    // Under another id, others may have had our partitions meanwhile.
    const isSame = memberId === this.#memberId;
    this.#memberId = memberId;
    for (const lane of [...this.#lanes.values()]) {
      if (isSame && names.has(lane.name)) lane.restart();
      else this.#giveUp(lane);
    }
    for (const [topic, partitions] of share) for (const partition of partitions) this.#takeOn(topic, partition);
    void this.#openLanes();
  }

  /** Finishes the event in hand. What it does then is not committed: the partition has an owner who goes on from before. */
  #giveUp(lane: Lane): void {
    this.#lanes.delete(lane.name);
    this.#due.delete(lane);
    const ended: Promise<void> = Promise.all([this.#ending.get(lane.name), lane.end()]).then(() => {
      if (this.#ending.get(lane.name) === ended) this.#ending.delete(lane.name);
    });
    this.#ending.set(lane.name, ended);
  }

  #takeOn(topic: string, partition: number): void {
    const name = laneName(topic, partition);
    if (this.#owner === undefined || this.#isClosing || this.#lanes.has(name)) return;
    this.#lanes.set(name, new Lane(this.#owner, topic, partition));
  }

  /** Before anything is delivered, this member must know what the owners before it have parked. */
  async #openLanes(): Promise<void> {
    this.#sharing += 1;
    const sharing = this.#sharing;
    const isCurrent = (): boolean => sharing === this.#sharing && !this.#isClosing;
    const lanes = [...this.#lanes.values()];
    for (let failures = 1; isCurrent(); failures += 1) {
      try {
        await this.#owner?.mirror.catchUp();
        break;
      } catch (error) {
        this.#trouble(error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs(AGAIN, failures)));
      }
    }
    if (!isCurrent()) return;
    for (const lane of lanes) void this.#openLane(lane, isCurrent);
    this.#opened();
  }

  async #openLane(lane: Lane, isCurrent: () => boolean): Promise<void> {
    await this.#ending.get(lane.name);
    if (!isCurrent() || lane.isEnding) return;
    lane.open();
    this.#wake(lane);
  }

  // --- Work ------------------------------------------------------------------------------------------------------------

  #wakeAll(): void {
    for (const lane of this.#lanes.values()) this.#look(lane);
    this.#work();
  }

  #wake(lane: Lane): void {
    this.#look(lane);
    this.#work();
  }

  /** Finds out whether there is something to do, now or later. */
  #look(lane: Lane): void {
    if (lane.hasWork(Date.now())) this.#due.add(lane);
    else if (lane.isOpen) this.#wakeAfter(lane.nextDue - Date.now());
  }

  #work(): void {
    for (const lane of this.#due) {
      if (this.#running >= this.#parts.settings.partitionsAtOnce) return;
      if (lane.busy !== undefined) continue;
      this.#due.delete(lane);
      if (lane.hasWork(Date.now())) this.#serve(lane);
    }
  }

  #serve(lane: Lane): void {
    this.#running += 1;
    lane.busy = this.#turn(lane).finally(() => {
      this.#running -= 1;
      lane.busy = undefined;
      this.#work();
    });
  }

  async #turn(lane: Lane): Promise<void> {
    try {
      await lane.turn(TURN_STEPS);
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#trouble(error, lane);
      this.#wakeAfter(pauseMs(AGAIN, this.#failures));
      return;
    }
    this.#look(lane);
    this.#commitAfter(this.#due.has(lane) ? COMMIT_EVERY_MS : COMMIT_SOON_MS);
  }

  /** Looks again at the latest then. */
  #wakeAfter(ms: number): void {
    if (this.#isClosing || ms === Number.POSITIVE_INFINITY) return;
    const at = performance.now() + Math.min(SLEEP_MAX_MS, Math.max(1, ms));
    if (at >= this.#wakeAt) return;
    clearTimeout(this.#wakeTimer);
    this.#wakeAt = at;
    this.#wakeTimer = setTimeout(() => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#wakeAll();
    }, at - performance.now());
  }

  #trouble(error: unknown, lane?: Lane): void {
    const { group } = this;
    this.#parts.settings.log.warn('event_log.partition_interrupted', {
      group,
      ...(lane === undefined ? {} : { topic: lane.topic, partition: lane.partition }),
      code: error instanceof Fault ? error.code : reasonOf(error),
    });
  }

  // --- Progress --------------------------------------------------------------------------------------------------------

  #commitAfter(ms: number): void {
    if (this.#commitTimer !== undefined) return;
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#commit();
    }, ms);
  }

  /** One after the other, so that what is committed last is what counts. Never rejects. */
  #commit(): Promise<void> {
    this.#commits = this.#commits.then(async () => {
      const progress = [...this.#lanes.values()].flatMap((lane) => progressOf(lane) ?? []);
      if (progress.length === 0) return;
      try {
        await this.#reader.commit(progress.map(({ commit }) => commit));
        for (const { lane, commit } of progress) lane.committed = Number(commit.offset);
      } catch (error) {
        // The group is being shared anew, or the broker is away: what is done comes again, and is known again.
        this.#parts.settings.log.debug('event_log.commit_failed', { group: this.group, reason: reasonOf(error) });
      }
    });
    return this.#commits;
  }

  async #rewind(lane: Lane): Promise<number> {
    const { topic, partition } = lane;
    const extents = await this.#parts.administration.extents(topic);
    const first = extents.get(partition)?.low ?? 0;
    // Before it is committed: no commit that comes after may tell of where the lane was.
    lane.position = first;
    const commit = this.#commits.then(() => this.#reader.commit([{ topic, partition, offset: String(first) }]));
    this.#commits = commit.catch(() => undefined);
    await commit;
    this.#reader.seek(topic, partition, first);
    return first;
  }
}

/** Undefined where there is none that the group does not know of. */
function progressOf(lane: Lane): { readonly lane: Lane; readonly commit: Commit } | undefined {
  const { topic, partition, position, committed } = lane;
  if (position === undefined || position === committed) return undefined;
  return { lane, commit: { topic, partition, offset: String(position) } };
}
