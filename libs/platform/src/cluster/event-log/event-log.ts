import { SECOND_MS } from '@smartscan/kernel';
import { PARKED_SHOWN } from '../../event-log/parking.ts';
import type { Envelope, EventLog, GroupStats, Parked } from '../../ports/event-log.ts';
import { Administration } from './administration.ts';
import { closedFault, settle, type KafkaOptions, type KafkaSettings } from './client.ts';
import { toRecord } from './cloud-event.ts';
import { replayGroup, rewindGroup, type CommandParts } from './commands.ts';
import { toParked } from './entry.ts';
import { Member } from './member.ts';
import { Mirror } from './mirror.ts';
import { Sender } from './sender.ts';
import { groupStats } from './stats.ts';
import { domainTopic, groupTopicSpecs, makeMissing, type TopicSpec } from './topics.ts';
import { KafkaTransport } from './transport.ts';

export type { KafkaOptions } from './client.ts';

/** Ours: every connection says something within a second or a few; what is older proves nothing. */
const ANSWER_COUNTS_FOR_MS = 5 * SECOND_MS;

/** The event log on Apache Kafka. */
export class KafkaEventLog implements EventLog {
  readonly #settings: KafkaSettings;
  readonly #administration: Administration;
  readonly #sender: Sender;
  readonly #mirrors = new Map<string, { readonly mirror: Mirror; readonly started: Promise<Mirror> }>();
  readonly #members = new Map<Member, KafkaTransport>();
  readonly #known = new Map<string, Promise<unknown>>();
  #closed = false;

  constructor(options: KafkaOptions) {
    this.#settings = settle(options);
    this.#administration = new Administration(this.#settings);
    this.#sender = new Sender(this.#settings);
  }

  /** Fault `platform.event_log_unavailable` within seconds where the brokers don't take it: publish all of it again. */
  async publish(batch: readonly Envelope[]): Promise<void> {
    await this.#ensureDomain(new Set(batch.map(({ topic }) => topic)));
    await this.#sender.send(batch.map(toRecord));
  }

  strategy(group: string, topics: readonly string[]): KafkaTransport {
    const member = new Member({
      group,
      topics,
      settings: this.#settings,
      administration: this.#administration,
      sender: this.#sender,
      mirror: () => this.#mirror(group),
    });
    const transport = new KafkaTransport(member, () => this.#ensureDomain(new Set(topics)));
    this.#members.set(member, transport);
    return transport;
  }

  /** The first 1,000, in order within each partition. */
  async parked(group: string): Promise<readonly Parked[]> {
    const mirror = await this.#mirror(group);
    await mirror.catchUp();
    return mirror.book
      .dead()
      .slice(0, PARKED_SHOWN)
      .map((entry) => toParked(group, entry));
  }

  async replayParked(group: string): Promise<number> {
    return replayGroup(await this.#command(group));
  }

  async rewind(group: string): Promise<void> {
    return rewindGroup(await this.#command(group));
  }

  /** Of the groups that this process is a member of, each as a whole. */
  async stats(): Promise<readonly GroupStats[]> {
    const groups = [...new Set([...this.#members.keys()].map(({ group }) => group))].sort();
    return Promise.all(
      groups.map(async (group) => {
        const members = [...this.#members.keys()].filter((member) => member.group === group);
        return groupStats(this.#administration, await this.#mirror(group), members);
      }),
    );
  }

  /** Whether a broker answers. Asks one where none has done so lately. */
  async isUp(): Promise<boolean> {
    const readers = [...[...this.#mirrors.values()].map(({ mirror }) => mirror), ...this.#members.keys()];
    const last = Math.max(this.#sender.lastAnswerMs, ...readers.map(({ lastAnswerMs }) => lastAnswerMs));
    if (performance.now() - last < ANSWER_COUNTS_FOR_MS) return true;
    return this.#administration
      .ask((admin) => admin.describeCluster())
      .then(
        () => true,
        () => false,
      );
  }

  /** Closes its strategies, each of which gives its work back, and then what they stand on. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#members.values()].map((transport) => transport.close()));
    await Promise.all([...this.#mirrors.values()].map(({ mirror }) => mirror.close()));
    await this.#sender.close();
    await this.#administration.close();
  }

  async #command(group: string): Promise<CommandParts> {
    return {
      mirror: await this.#mirror(group),
      administration: this.#administration,
      sender: this.#sender,
      sessionTimeoutMs: this.#settings.sessionTimeoutMs,
      isClosed: () => this.#closed,
    };
  }

  /** One for all members of a group in this process, and for whoever asks about it. */
  async #mirror(group: string): Promise<Mirror> {
    if (this.#closed) throw closedFault();
    const known = this.#mirrors.get(group);
    if (known !== undefined) return known.started;
    const parts = { settings: this.#settings, administration: this.#administration, sender: this.#sender };
    const mirror = new Mirror({ group, ...parts });
    const started = this.#start(mirror);
    this.#mirrors.set(group, { mirror, started });
    return started;
  }

  async #start(mirror: Mirror): Promise<Mirror> {
    const { group } = mirror;
    try {
      await this.#ensure(`group ${group}`, () => groupTopicSpecs(group));
      await mirror.start();
      return mirror;
    } catch (error) {
      this.#mirrors.delete(group);
      await mirror.close();
      throw error;
    }
  }

  async #ensureDomain(topics: ReadonlySet<string>): Promise<void> {
    for (const topic of topics) await this.#ensure(topic, () => [domainTopic(topic, this.#settings.partitions)]);
  }

  async #ensure(name: string, specs: () => readonly TopicSpec[]): Promise<void> {
    if (!this.#settings.createsTopics) return;
    const known = this.#known.get(name) ?? makeMissing(this.#administration, specs(), this.#settings);
    this.#known.set(name, known);
    known.catch(() => this.#known.delete(name));
    await known;
  }
}
