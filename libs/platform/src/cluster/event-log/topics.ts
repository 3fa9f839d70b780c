import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { DAY_MS } from '@smartscan/kernel';
import { topicOf } from '@smartscan/contracts/event';
import type { Owner } from '@smartscan/contracts/owners';
import { Administration } from './administration.ts';
import { asUnavailable, settle, type KafkaOptions, type KafkaSettings } from './client.ts';

/** How a topic is made. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Domain events on Kafka: see the retention defaults. */
const EVENTS_KEPT_MS = 7 * DAY_MS;
/** Ours: events go a segment at a time, so none is kept for much more than a day longer; an inbox remembers for 14. */
const SEGMENT_MS = DAY_MS;
/** Ours: a request that nobody has carried out by then is forgotten; whoever made it has long been told so. */
const REQUESTS_KEPT_MS = DAY_MS;

/** Ours: a controller tells its brokers within some tens of milliseconds. */
const KNOWN_WITHIN_MS = 10_000;
const KNOWN_EVERY_MS = 20;

export interface GroupTopics {
  /** Events that failed in passing and wait for their next try, with those behind them. */
  readonly retry: string;
  /** Events that are parked. */
  readonly dead: string;
  /** Requests to replay or to rewind, and what became of them. */
  readonly control: string;
}

/** What Kafka calls the consumer group, too. */
export const groupIdOf = (group: string): string => `smartscan.${group}`;

export const groupTopicsOf = (group: string): GroupTopics => ({
  retry: `${groupIdOf(group)}.retry`,
  dead: `${groupIdOf(group)}.dead`,
  control: `${groupIdOf(group)}.control`,
});

export const domainTopic = (topic: string, partitions: number): TopicSpec => ({
  topic,
  partitions,
  config: {
    'cleanup.policy': 'delete',
    'retention.ms': String(EVENTS_KEPT_MS),
    'segment.ms': String(SEGMENT_MS),
  },
});

/** One partition each: what is in them is little, and read as a whole by every member. */
export function groupTopicSpecs(group: string): readonly TopicSpec[] {
  const { retry, dead, control } = groupTopicsOf(group);
  const compacted = { 'cleanup.policy': 'compact', 'segment.ms': String(SEGMENT_MS) };
  return [
    { topic: retry, partitions: 1, config: compacted },
    { topic: dead, partitions: 1, config: compacted },
    {
      topic: control,
      partitions: 1,
      config: { 'cleanup.policy': 'delete', 'retention.ms': String(REQUESTS_KEPT_MS) },
    },
  ];
}

/** Every topic that these owners and the groups that are called like them need. */
export const topicsOf = (owners: readonly Owner[], partitions: number): readonly TopicSpec[] =>
  owners.flatMap((owner) => [domainTopic(topicOf(owner), partitions), ...groupTopicSpecs(owner)]);

/**
 * Makes the owners' topics that are missing and brings the settings of all to what is declared here. The number of
 * partitions of one that exists stays. For the migration. Fault `platform.event_log_unavailable`.
 */
export async function ensureTopics(options: KafkaOptions, owners: readonly Owner[]): Promise<void> {
  const settings = settle(options);
  const administration = new Administration(settings);
  try {
    const specs = topicsOf(owners, settings.partitions);
    const existing = await makeMissing(administration, specs, settings);
    await administration.ask((admin) => bringUpToDate(admin, existing, settings));
  } finally {
    await administration.close();
  }
}

/** Answers those that were there already. */
export async function makeMissing(
  administration: Administration,
  specs: readonly TopicSpec[],
  settings: KafkaSettings,
): Promise<readonly TopicSpec[]> {
  const names = new Set(await administration.ask((admin) => admin.listTopics()));
  const [existing, missing] = [specs.filter(({ topic }) => names.has(topic)), specs.filter((s) => !names.has(s.topic))];
  // One by one: of several at once, one that somebody else has just made hides what became of the others.
  for (const { topic, partitions, config } of missing) {
    await administration.ask((admin) =>
      admin.createTopics({
        // The client would ask for them before the controller has told the broker.
        waitForLeaders: false,
        topics: [
          {
            topic,
            numPartitions: partitions,
            replicationFactor: settings.replicas,
            configEntries: entriesOf(config, settings),
          },
        ],
      }),
    );
  }
  await untilKnown(
    administration,
    missing.map(({ topic }) => topic),
  );
  return existing;
}

/** Fault `platform.event_log_unavailable` where the brokers don't know of new topics after a while. */
async function untilKnown(administration: Administration, topics: readonly string[]): Promise<void> {
  const deadline = performance.now() + KNOWN_WITHIN_MS;
  for (let missing = topics; missing.length > 0; await sleep(KNOWN_EVERY_MS)) {
    const known = new Set(await administration.ask((admin) => admin.listTopics()));
    missing = missing.filter((topic) => !known.has(topic));
    if (performance.now() > deadline) throw asUnavailable(new Error('Topics did not become known.'));
  }
}

async function bringUpToDate(admin: Admin, specs: readonly TopicSpec[], settings: KafkaSettings): Promise<void> {
  if (specs.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: specs.map(({ topic, config }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configEntries: entriesOf(config, settings),
    })),
  });
}

const entriesOf = (config: TopicSpec['config'], { minInSync }: KafkaSettings) =>
  Object.entries({ ...config, 'min.insync.replicas': String(minInSync) }).map(([name, value]) => ({ name, value }));
