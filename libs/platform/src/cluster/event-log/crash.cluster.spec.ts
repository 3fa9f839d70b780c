import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@smartscan/kernel';
import { startKafka, type KafkaEngine } from '@smartscan/testing/engines';
import type { Envelope } from '../../ports/event-log.ts';
import type { KafkaEventLog } from './event-log.ts';
import { listen, testEvent } from '../../event-log/test-events.ts';
import { openTestLog } from './test-log.ts';

const KILLS = 4;
const PUBLISHERS = 4;
const KEYS_PER_PUBLISHER = 5;
/** Ours: of a hundred tries, so many fail in passing and so many for good; both must keep their place. */
const PASSING_SHARE = 0.02;
const SICK_SHARE = 0.002;
/** What a publish may take while no broker is there. */
const FAULT_WITHIN_MS = 8_000;
const PATIENCE_MS = 90_000;

let kafka: KafkaEngine;
const logs: KafkaEventLog[] = [];

beforeEach(async () => {
  kafka = await startKafka();
});
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
  await kafka.dispose();
});

function open(): KafkaEventLog {
  const log = openTestLog({ brokers: kafka.brokers });
  logs.push(log);
  return log;
}

const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await sleep(20);
  }
};

const numberOf = ({ body }: Envelope): number => (JSON.parse(body) as { n: number }).n;

/** As an outbox: an event is published again and again until the log has it, and only then the next of its key. */
class Publisher {
  readonly acknowledged: Envelope[] = [];
  faults = 0;
  isRunning = true;

  constructor(
    private readonly log: KafkaEventLog,
    private readonly name: string,
  ) {}

  async run(): Promise<void> {
    for (let n = 0; this.isRunning; n += 1) {
      const keys = Array.from({ length: KEYS_PER_PUBLISHER }, (_, key) => `${this.name}-${key}`);
      const batch = keys.map((key) => testEvent(key, { body: JSON.stringify({ n }) }));
      await this.#untilTaken(batch);
      this.acknowledged.push(...batch);
      await sleep(5);
    }
  }

  async #untilTaken(batch: readonly Envelope[]): Promise<void> {
    for (;;) {
      try {
        return await this.log.publish(batch);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'unavailable' });
        this.faults += 1;
        await sleep(100);
      }
    }
  }
}

/** As a context: an inbox and effects that happen together with its row, and handlers that fail now and then. */
class Account {
  readonly effects: Envelope[] = [];
  deliveries = 0;
  isCured = false;
  readonly #inbox = new Set<string>();
  readonly #sick = new Map<string, boolean>();

  readonly handle = async (event: Envelope): Promise<void> => {
    this.deliveries += 1;
    await sleep(Math.random() * 2);
    if (!this.isCured) {
      const isSick = this.#sick.get(event.id) ?? Math.random() < SICK_SHARE;
      this.#sick.set(event.id, isSick);
      if (isSick) throw new Fault('invalid', 'shop.sick', 'Sick.');
      if (Math.random() < PASSING_SHARE) throw new Fault('unavailable', 'shop.passing', 'In passing.');
    }
    if (this.#inbox.has(event.id)) return;
    this.#inbox.add(event.id);
    this.effects.push(event);
  };
}

/** How many effects came before one that should have been first. */
function outOfOrder(effects: readonly Envelope[]): number {
  const next = new Map<string, number>();
  let wrong = 0;
  for (const event of effects) {
    const n = numberOf(event);
    if (n !== (next.get(event.key) ?? 0)) wrong += 1;
    next.set(event.key, n + 1);
  }
  return wrong;
}

it('a broker killed four times in the middle of it: no event lost, no effect doubled, each key in order', async () => {
  const account = new Account();
  const [first, second, third] = [open(), open(), open()];
  await Promise.all([first, second].map((log) => listen(log, 'shop', testEvent('any'), account.handle)));
  const publishers = Array.from({ length: PUBLISHERS }, (_, n) => new Publisher(n % 2 === 0 ? first : third, `p${n}`));
  const running = publishers.map((publisher) => publisher.run());
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(500 + Math.random() * 2_500);
    await kafka.engine.kill();
    await sleep(Math.random() * 1_500);
    await kafka.engine.start();
  }
  await sleep(1_000);
  for (const publisher of publishers) publisher.isRunning = false;
  await Promise.all(running);
  account.isCured = true;
  const acknowledged = publishers.flatMap((publisher) => publisher.acknowledged);
  await until('every event has had its effect', async () => {
    await first.replayParked('shop').catch(() => 0);
    return account.effects.length >= acknowledged.length;
  });
  await sleep(500);
  const effects = new Set(account.effects.map(({ id }) => id));
  const figures = {
    kills: KILLS,
    acknowledged: acknowledged.length,
    faults: publishers.reduce((sum, { faults }) => sum + faults, 0),
    deliveries: account.deliveries,
    lost: acknowledged.filter(({ id }) => !effects.has(id)).length,
    doubled: account.effects.length - effects.size,
    outOfOrder: outOfOrder(account.effects),
  };
  writeSync(2, `${JSON.stringify(figures)}\n`);
  expect(figures).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0 });
  expect(acknowledged.length).toBeGreaterThan(KILLS * 100);
  expect(account.effects).toHaveLength(acknowledged.length);
  expect(await first.parked('shop')).toEqual([]);
}, 300_000);

it('while the broker is away, publishing says so within seconds; afterwards all comes by itself', async () => {
  const log = open();
  const seen: string[] = [];
  await listen(log, 'shop', testEvent('any'), (e) => void seen.push(e.id));
  await log.publish([testEvent('a')]);
  await until('the first event is there', () => seen.length === 1);
  expect(await log.isUp()).toBe(true);
  await kafka.engine.kill();
  const [kept, startedAt] = [testEvent('a'), performance.now()];
  for (let tries = 0; tries < 3; tries += 1) {
    const triedAt = performance.now();
    const refusal: unknown = await log.publish([kept]).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'platform.event_log_unavailable' });
    expect((refusal as Fault).extras.remedy).toBeTruthy();
    expect(performance.now() - triedAt).toBeLessThan(FAULT_WITHIN_MS);
  }
  await sleep(Math.max(0, 10_000 - (performance.now() - startedAt)));
  expect(await log.isUp()).toBe(false);
  await kafka.engine.start();
  await until('it takes events again', () =>
    log.publish([kept]).then(
      () => true,
      () => false,
    ),
  );
  await until('the kept event is there', () => seen.includes(kept.id));
  await until('it says that it is up', () => log.isUp());
}, 120_000);

it('a process that starts while the broker is away says so, and can be closed', async () => {
  await kafka.engine.kill();
  const log = open();
  const listening = listen(log, 'shop', testEvent('any'), () => undefined).catch((error: unknown) => error);
  expect(await listening).toMatchObject({ kind: 'unavailable', code: 'platform.event_log_unavailable' });
  await log.close();
}, 60_000);

it('can be closed at any moment, also while it waits for a broker', async () => {
  await kafka.engine.kill();
  const log = openTestLog({ brokers: kafka.brokers, createsTopics: false });
  const listening = listen(log, 'shop', testEvent('any'), () => undefined).catch((error: unknown) => error);
  const publishing = log.publish([testEvent('a')]).catch((error: unknown) => error);
  await sleep(300);
  const startedAt = performance.now();
  await log.close();
  expect(performance.now() - startedAt).toBeLessThan(12_000);
  expect(await listening).toMatchObject({ kind: 'unavailable' });
  expect(await publishing).toMatchObject({ kind: 'unavailable' });
  await expect(log.parked('shop')).rejects.toMatchObject({ code: 'platform.event_log_closed' });
}, 60_000);
