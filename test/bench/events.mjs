// Events a second through the event log on a real broker, from publishing to the handler's end, against bare kafkajs that
// sends and reads the very same records: same keys, headers and values, an idempotent producer, `eachBatch`.
//
// Ours is what a service has: CloudEvents made and read, lanes, manual commits, the mirror of what is parked. Both sides
// publish 200 at a time, as the outbox' relay does, on topics of six partitions of their own. Beside it, from the same
// rounds: CPU of this process per event, and the time from end to end at a thousand events a second.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const goal = 0.6;
export const better = 'higher';

/** Ours: half a second or more. */
const EVENTS = 20_000;
const BATCH = 200;
const KEYS = 500;
const PARTITIONS = 6;
/** Ours: a calm stream, a hundredth of it each 10 ms, for a second. */
const PACE = { batches: 100, events: 10, everyMs: 10 };
const WAIT_MS = 60_000;

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const figures = { ours: { cpuUs: [], latencyMs: [] }, reference: { cpuUs: [], latencyMs: [] } };
const sides = {};
let kafka;

export async function prepare() {
  const { startKafka } = await import('../../libs/testing/dist/engines/kafka.js');
  kafka = await startKafka();
  sides.reference = await bare(kafka.brokers);
  sides.ours = await log(kafka.brokers);
  for (const name of ['reference', 'ours', 'reference', 'ours']) await burst(sides[name]);
}

export const ours = () => round('ours');
export const reference = () => round('reference');

export async function teardown() {
  await Promise.all(Object.values(sides).map((side) => side.close()));
  await kafka?.dispose();
  for (const [name, { cpuUs, latencyMs }] of Object.entries(figures)) {
    latencyMs.sort((one, other) => one - other);
    const [p50, p99] = [0.5, 0.99].map((share) => latencyMs[Math.floor(latencyMs.length * share)]?.toFixed(1));
    const cpu = cpuUs.sort((one, other) => one - other)[cpuUs.length >> 1]?.toFixed(1);
    console.log(`${name.padEnd(10)} CPU ${cpu} µs per event   end to end p50 ${p50} ms, p99 ${p99} ms`);
  }
}

/** Events a second. The calm stream comes after it and is not counted. */
async function round(name) {
  const before = process.cpuUsage();
  const rate = await burst(sides[name]);
  const { user, system } = process.cpuUsage(before);
  figures[name].cpuUs.push((user + system) / EVENTS);
  figures[name].latencyMs.push(...(await stream(sides[name])));
  return rate;
}

async function burst(side) {
  const events = Array.from({ length: EVENTS }, (_, n) => makeEvent(side.topic, n));
  const batches = Array.from({ length: EVENTS / BATCH }, (_, n) =>
    side.prepare(events.slice(n * BATCH, (n + 1) * BATCH)),
  );
  const startedMs = performance.now();
  const done = side.received(EVENTS);
  for (const batch of batches) await side.publish(batch);
  await done;
  return EVENTS / ((performance.now() - startedMs) / 1_000);
}

/** Milliseconds from publishing to the handler, of each event. */
async function stream(side) {
  const sentMs = new Map();
  const tookMs = [];
  side.onEvent = (id) => tookMs.push(performance.now() - sentMs.get(id));
  const done = side.received(PACE.batches * PACE.events);
  for (let n = 0; n < PACE.batches; n += 1) {
    const events = Array.from({ length: PACE.events }, (_, at) => makeEvent(side.topic, n * PACE.events + at));
    for (const { id } of events) sentMs.set(id, performance.now());
    void side.publish(side.prepare(events));
    await sleep(PACE.everyMs);
  }
  await done;
  side.onEvent = undefined;
  return tookMs;
}

const makeEvent = (topic, n) => ({
  id: `evt_${randomBytes(13).toString('hex').toUpperCase()}`,
  type: 'bench.thing_done.v1',
  topic,
  key: `wsp_${String(n % KEYS).padStart(26, '0')}`,
  time: new Date().toISOString(),
  tenant: 'wsp_00000000000000000000000000',
  actor: { kind: 'api_key', id: 'key_00000000000000000000000000' },
  purpose: 'provide_service',
  requestId: 'req_00000000000000000000000000',
  region: 'eu-west-1',
  traceparent: '',
  body: JSON.stringify({ scan_id: `scn_${n}`, workspace_id: 'wsp_00000000000000000000000000', quality: 'good', n }),
});

/** Counts what arrives, and tells when it was enough. */
class Counter {
  onEvent;
  #left = 0;
  #resolve;

  received(count) {
    this.#left = count;
    const all = new Promise((resolve) => (this.#resolve = resolve));
    const late = sleep(WAIT_MS, undefined, { ref: false }).then(() => {
      if (this.#left > 0) throw new Error(`${this.#left} of ${count} events did not arrive`);
    });
    return Promise.race([all, late]);
  }

  count(id) {
    this.onEvent?.(id());
    this.#left -= 1;
    if (this.#left === 0) this.#resolve();
  }
}

async function log(brokers) {
  await import('reflect-metadata');
  const { KafkaEventLog } = await import('../../libs/platform/dist/cluster/event-log/event-log.js');
  const topic = 'smartscan.bench_ours';
  const eventLog = new KafkaEventLog({
    brokers,
    clientId: 'bench',
    log: silent,
    replicas: 1,
    partitions: PARTITIONS,
    createsTopics: true,
  });
  const counter = new Counter();
  const strategy = eventLog.strategy('bench', [topic]);
  strategy.addHandler('bench.thing_done.v1', async ({ id }) => counter.count(() => id), true);
  await new Promise((resolve, reject) => strategy.listen((error) => (error ? reject(error) : resolve())));
  return Object.assign(counter, {
    topic,
    prepare: (events) => events,
    publish: (batch) => eventLog.publish(batch),
    close: () => eventLog.close(),
  });
}

async function bare(brokers) {
  const { Kafka, Partitioners } = await import('kafkajs');
  const { toRecord } = await import('../../libs/platform/dist/cluster/event-log/cloud-event.js');
  const topic = 'smartscan.bench_bare';
  const client = new Kafka({ brokers, clientId: 'bare', logLevel: 0 });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: PARTITIONS }] });
  while (!(await admin.listTopics()).includes(topic)) await sleep(50);
  await admin.disconnect();
  const producer = client.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = client.consumer({ groupId: 'bare' });
  const counter = new Counter();
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { headers } of batch.messages) counter.count(() => String(headers.ce_id));
    },
  });
  await joined;
  return Object.assign(counter, {
    topic,
    prepare: (events) => events.map(toRecord).map(({ key, value, headers }) => ({ key, value, headers })),
    publish: (messages) => producer.send({ topic, messages }),
    close: () => Promise.all([producer.disconnect(), consumer.disconnect()]),
  });
}
