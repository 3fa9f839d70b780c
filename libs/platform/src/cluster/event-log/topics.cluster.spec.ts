import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { Kafka, Partitioners, type Admin, type KafkaMessage } from 'kafkajs';
import { topicOf } from '@smartscan/contracts/event';
import { OWNERS } from '@smartscan/contracts/owners';
import { Fault } from '@smartscan/kernel';
import { startKafka, type KafkaEngine } from '@smartscan/testing/engines';
import type { KafkaEventLog } from './event-log.ts';
import { listen, testEvent } from '../../event-log/test-events.ts';
import { openTestLog, silent } from './test-log.ts';
import { ensureTopics, groupTopicsOf } from './topics.ts';

const DAY_MS = 86_400_000;
const COMPACTED = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.001' };
const logs: KafkaEventLog[] = [];
// A broker of its own: on one that others use, a cell's migration may have made the topics already.
let engine: KafkaEngine;
let kafka: Kafka;
let admin: Admin;
let brokers: readonly string[];

beforeAll(async () => {
  engine = await startKafka();
  ({ brokers } = engine);
  kafka = new Kafka({ brokers: [...brokers], logLevel: 0, retry: { retries: 4, initialRetryTime: 100 } });
  admin = kafka.admin();
  await admin.connect();
});
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
});
afterAll(async () => {
  await admin.disconnect();
  await engine.dispose();
});

const open = (options: Partial<Parameters<typeof openTestLog>[0]> = {}): KafkaEventLog => {
  const log = openTestLog({ brokers, ...options });
  logs.push(log);
  return log;
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(10);
  }
};

const unique = (): string => randomBytes(5).toString('hex');

interface Found {
  readonly partition: number;
  readonly message: KafkaMessage;
}

const headersOf = ({ headers }: KafkaMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

/** All that a topic has, as anybody else would read it. Compaction leaves holes, but never takes the last. */
async function recordsOf(topic: string): Promise<Found[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const missing = new Set(ends.filter(({ low, high }) => Number(high) > Number(low)).map(lastOf));
  const found: Found[] = [];
  const consumer = kafka.consumer({ groupId: `test-${unique()}`, sessionTimeout: 6_000, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      found.push({ partition, message });
      missing.delete(`${partition} ${message.offset}`);
    },
  });
  await until(() => missing.size === 0);
  await consumer.disconnect();
  return found;
}

const lastOf = ({ partition, high }: { partition: number; high: string }): string => `${partition} ${Number(high) - 1}`;

const settingsOf = async (topic: string): Promise<Record<string, string>> => {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name: topic }] });
  return Object.fromEntries(
    (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]),
  );
};

const alter = async (name: string, settings: Record<string, string>): Promise<void> => {
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
};

describe('the migration', () => {
  it('makes every topic of every context, with the settings that are declared', async () => {
    await ensureTopics({ brokers, clientId: 'migrate', log: silent, replicas: 1, partitions: 4 }, OWNERS);
    const { topics } = await admin.fetchTopicMetadata();
    const partitions = new Map(topics.map(({ name, partitions: found }) => [name, found.length]));
    for (const owner of OWNERS) {
      const { retry, dead, control } = groupTopicsOf(owner);
      expect([topicOf(owner), retry, dead, control].map((topic) => partitions.get(topic))).toEqual([4, 1, 1, 1]);
      expect(await settingsOf(topicOf(owner))).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': String(7 * DAY_MS),
        'min.insync.replicas': '1',
      });
      expect(await settingsOf(retry)).toMatchObject({ 'cleanup.policy': 'compact' });
      expect(await settingsOf(dead)).toMatchObject({ 'cleanup.policy': 'compact' });
      expect(await settingsOf(control)).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': String(DAY_MS) });
    }
  });

  it('run again, brings settings back to what is declared, and leaves the number of partitions', async () => {
    const options = { brokers, clientId: 'migrate', log: silent, replicas: 1, partitions: 4 };
    await ensureTopics(options, ['audit']);
    const name = topicOf('audit');
    await alter(name, { 'retention.ms': '1000' });
    expect(await settingsOf(name)).toMatchObject({ 'retention.ms': '1000' });
    await ensureTopics({ ...options, partitions: 9 }, ['audit']);
    expect(await settingsOf(name)).toMatchObject({ 'retention.ms': String(7 * DAY_MS) });
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    expect(topics[0]?.partitions).toHaveLength(4);
  });
});

describe('without the migration', () => {
  it('publishing and listening say which step is missing, and make nothing', async () => {
    const log = open({ createsTopics: false });
    const topic = `smartscan.missing_${unique()}`;
    const missing = { kind: 'unavailable', code: 'platform.topic_missing' };
    await expect(log.publish([testEvent('a', { topic })])).rejects.toMatchObject(missing);
    const group = `missing_${unique()}`;
    await expect(listen(log, group, { topic, type: 'any' }, () => undefined)).rejects.toMatchObject(missing);
    await expect(log.parked(group)).rejects.toMatchObject(missing);
    expect(await admin.listTopics()).not.toContain(topic);
  });
});

describe('on the wire', () => {
  it('an event is a CloudEvent in binary mode, in the partition that any client of Kafka would choose', async () => {
    const topic = `smartscan.wire_${unique()}`;
    const log = open();
    const keys = [...Array.from({ length: 30 }, (_, n) => `key-${n}`), 'ünïcode 🫀'];
    const events = keys.map((key) => testEvent(key, { topic, traceparent: '00-aa-bb-01' }));
    await log.publish(events);
    const found = await recordsOf(topic);
    expect(found).toHaveLength(events.length);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const choose = Partitioners.DefaultPartitioner();
    const partitionMetadata = topics[0]?.partitions ?? [];
    for (const event of events) {
      const { partition, message } = found.find((one) => headersOf(one.message)['ce_id'] === event.id) as Found;
      expect(headersOf(message)).toMatchObject({
        ce_specversion: '1.0',
        ce_type: event.type,
        'content-type': 'application/json',
      });
      expect([String(message.key), String(message.value)]).toEqual([event.key, event.body]);
      expect(partition).toBe(choose({ topic, partitionMetadata, message: { key: event.key, value: '' } }));
    }
  });

  it('takes more events at once, and larger ones, than one request holds, in their order', async () => {
    const topic = `smartscan.large_${unique()}`;
    const log = open();
    const seen: string[] = [];
    await listen(log, `large_${unique()}`, testEvent('any', { topic }), (e) => void seen.push(e.id));
    const body = JSON.stringify({ text: 'x'.repeat(60_000) });
    const batch = [
      ...Array.from({ length: 1_201 }, () => testEvent('one key', { topic })),
      ...Array.from({ length: 40 }, () => testEvent('one key', { topic, body })),
    ];
    await log.publish(batch);
    await until(() => seen.length >= batch.length);
    expect(seen).toEqual(batch.map(({ id }) => id));
  });

  it('the text of an error reaches no topic, and what is resolved is taken back', async () => {
    const [topic, group] = [`smartscan.words_${unique()}`, `words_${unique()}`];
    const log = open();
    let isSick = true;
    await listen(log, group, testEvent('any', { topic }), (e) => {
      if (!isSick) return;
      if (e.key === 'bad') throw new Fault('invalid', 'shop.sick', 'words of an error');
      throw new Error('words of an error');
    });
    await log.publish([testEvent('bad', { topic }), testEvent('passing', { topic })]);
    await until(async () => (await log.parked(group)).length === 2);
    isSick = false;
    expect(await log.replayParked(group)).toBe(2);
    const { retry, dead, control } = groupTopicsOf(group);
    const all = (await Promise.all([topic, retry, dead, control].map(recordsOf))).flat();
    const told = all.map(({ message }) => JSON.stringify([String(message.value), headersOf(message)])).join();
    expect(told).toContain('shop.sick');
    expect(told).not.toContain('words of an error');
    const last = new Map((await recordsOf(dead)).map(({ message }) => [String(message.key), message.value]));
    expect([...last.values()]).toEqual([null, null]);
  });

  it('after compaction, a process that starts afresh still knows what is parked', async () => {
    const [topic, group] = [`smartscan.compacted_${unique()}`, `compacted_${unique()}`];
    const { dead } = groupTopicsOf(group);
    let isSick = true;
    const listening = async (log: KafkaEventLog): Promise<void> => {
      await listen(log, group, testEvent('any', { topic }), () => {
        if (isSick) throw new Fault('invalid', 'shop.sick', 'Sick.');
      });
    };
    const parkOne = async (log: KafkaEventLog): Promise<void> => {
      isSick = true;
      await log.publish([testEvent('a', { topic })]);
      await until(async () => (await log.parked(group)).length === 1);
    };
    const parkAndReplay = async (log: KafkaEventLog): Promise<void> => {
      await parkOne(log);
      isSick = false;
      expect(await log.replayParked(group)).toBe(1);
    };
    // Of a producer that has gone, brokers keep the last batch, emptied: clients must get past it.
    const gone = open();
    await listening(gone);
    await alter(dead, { ...COMPACTED, 'segment.ms': '100', 'delete.retention.ms': '0' });
    await parkAndReplay(gone);
    await gone.close();
    const first = open();
    await listening(first);
    // The cleaner looks every 15 s; what was taken back goes when it looks again and finds something new.
    const deadline = performance.now() + 90_000;
    for (let isClean = false; !isClean; isClean = Number((await recordsOf(dead))[0]?.message.offset) > 10) {
      expect(performance.now()).toBeLessThan(deadline);
      await parkAndReplay(first);
      await sleep(1_000);
    }
    await parkOne(first);
    await first.close();
    expect(await open().parked(group)).toHaveLength(1);
  }, 120_000);
});
