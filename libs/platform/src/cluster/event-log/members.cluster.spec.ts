import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { Fault } from '@smartscan/kernel';
import { testEngines } from '@smartscan/testing/engines';
import type { Envelope } from '../../ports/event-log.ts';
import type { Log } from '../../ports/log.ts';
import type { KafkaEventLog } from './event-log.ts';
import { listen, testEvent } from '../../event-log/test-events.ts';
import { openTestLog, silent, TEST_SESSION_MS } from './test-log.ts';

const { brokers } = testEngines();
const logs: KafkaEventLog[] = [];
let topic: string;
let group: string;

beforeEach(() => {
  const unique = randomBytes(5).toString('hex');
  topic = `smartscan.members_${unique}`;
  group = `members_${unique}`;
});
afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.close()));
});

const open = (options: Partial<Parameters<typeof openTestLog>[0]> = {}): KafkaEventLog => {
  const log = openTestLog({ brokers, ...options });
  logs.push(log);
  return log;
};
const event = (key: string, n = 0): Envelope => testEvent(key, { topic, body: JSON.stringify({ n }) });
const sold = (): Envelope => event('any');
const numberOf = ({ body }: Envelope): number => (JSON.parse(body) as { n: number }).n;

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 25_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(10);
  }
};
const statsOf = async (log: KafkaEventLog) => (await log.stats()).find((stats) => stats.group === group);

describe('an event that fails in passing', () => {
  /** Long pauses between the later tries. */
  const later = { attempts: 3, firstPauseMs: 1_500, lastPauseMs: 3_000 };
  let told: string[];
  let log: Log;
  beforeEach(() => {
    told = [];
    log = { ...silent, warn: (name) => void told.push(name) };
  });
  /** Until the first is in the retry topic; the second follows within milliseconds. */
  const untilWaiting = async (): Promise<void> => {
    await until(() => told.includes('event_log.retry_later'));
    await sleep(200);
  };

  it('waits apart with those behind it, while other keys of its partition go on', async () => {
    const own = open({ partitions: 1, later });
    const seen: string[] = [];
    let isWell = false;
    await listen(own, group, sold(), (e) => {
      if (e.key === 'slow' && !isWell) throw new Fault('unavailable', 'shop.away', 'Away.');
      seen.push(`${e.key} ${numberOf(e)}`);
    });
    await own.publish([event('slow', 0), event('slow', 1), event('other', 0), event('slow', 2), event('other', 1)]);
    await until(() => seen.length === 2);
    expect(seen).toEqual(['other 0', 'other 1']);
    expect(await own.parked(group)).toEqual([]);
    expect(await statsOf(own)).toEqual({ group, lag: 3, parked: 0 });
    isWell = true;
    await until(() => seen.length === 5);
    expect(seen.slice(2)).toEqual(['slow 0', 'slow 1', 'slow 2']);
    await own.publish([event('slow', 3)]);
    await until(() => seen.includes('slow 3'));
    await until(async () => (await statsOf(own))?.lag === 0);
  });

  it('goes on waiting over a restart, and is tried by whoever has its partition then', async () => {
    const first = open({ partitions: 1, later, log });
    await listen(first, group, sold(), () => {
      throw new Fault('unavailable', 'shop.away', 'Away.');
    });
    await first.publish([event('slow', 0), event('slow', 1)]);
    await untilWaiting();
    expect(await statsOf(first)).toEqual({ group, lag: 2, parked: 0 });
    await first.close();
    const second = open({ partitions: 1, later });
    const seen: number[] = [];
    await listen(second, group, sold(), (e) => void seen.push(numberOf(e)));
    await until(() => seen.length === 2);
    expect(seen).toEqual([0, 1]);
  });

  it('is parked with those behind it, in order, when its tries are used up', async () => {
    const own = open({ partitions: 1 });
    let tries = 0;
    await listen(own, group, sold(), () => {
      tries += 1;
      throw new Fault('unavailable', 'shop.away', 'Away.');
    });
    await own.publish([event('slow', 0), event('slow', 1), event('slow', 2)]);
    await until(async () => (await own.parked(group)).length === 3);
    const parked = await own.parked(group);
    expect(parked.map(({ envelope }) => numberOf(envelope))).toEqual([0, 1, 2]);
    expect(parked.map(({ code }) => code)).toEqual(['shop.away', 'platform.behind_parked', 'platform.behind_parked']);
    // Three quick ones in place, three from the retry topic.
    expect(parked[0]?.attempts).toBe(6);
    expect(tries).toBe(6);
    expect(await statsOf(own)).toEqual({ group, lag: 0, parked: 3 });
  });

  it('is delivered at once by a replay that is asked for while it waits', async () => {
    const pauses = { attempts: 3, firstPauseMs: 600_000, lastPauseMs: 600_000 };
    const waits = open({ partitions: 1, later: pauses, log });
    const seen: number[] = [];
    let isWell = false;
    await listen(waits, group, sold(), (e) => {
      if (!isWell) throw new Fault('unavailable', 'shop.away', 'Away.');
      seen.push(numberOf(e));
    });
    await waits.publish([event('slow', 0), event('slow', 1)]);
    await untilWaiting();
    expect(await statsOf(waits)).toEqual({ group, lag: 2, parked: 0 });
    isWell = true;
    // None of them was parked.
    expect(await waits.replayParked(group)).toBe(0);
    expect(seen).toEqual([0, 1]);
    expect(await statsOf(waits)).toEqual({ group, lag: 0, parked: 0 });
  });
});

describe('a group without a member', () => {
  it('a replay says so, and whoever comes then delivers what is parked', async () => {
    const log = open();
    const member = await listen(log, group, sold(), () => {
      throw new Fault('invalid', 'shop.sick', 'Sick.');
    });
    await log.publish([event('a', 0), event('a', 1)]);
    await until(async () => (await log.parked(group)).length === 2);
    await member.close();
    await expect(log.replayParked(group)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'platform.group_has_no_member',
    });
    const seen: number[] = [];
    await listen(log, group, sold(), (e) => void seen.push(numberOf(e)));
    await until(() => seen.length === 2);
    expect(seen).toEqual([0, 1]);
    await until(async () => (await log.parked(group)).length === 0);
  });

  it('can be rewound: its next member reads all from the start', async () => {
    const log = open();
    const seen: number[] = [];
    const member = await listen(log, group, sold(), (e) => void seen.push(numberOf(e)));
    await log.publish(Array.from({ length: 30 }, (_, n) => event(`key-${n % 10}`, n)));
    await until(() => seen.length === 30);
    await member.close();
    await log.rewind(group);
    await listen(log, group, sold(), (e) => void seen.push(numberOf(e)));
    await until(() => seen.length === 60);
    expect([...seen.slice(30)].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('that has never had one has nothing to rewind and nothing to replay', async () => {
    const log = open();
    await log.rewind(group);
    expect(await log.replayParked(group)).toBe(0);
    expect(await log.parked(group)).toEqual([]);
    expect(await log.stats()).toEqual([]);
  });
});

describe('several processes', () => {
  it('a replay and a rewind are carried out by whichever has the partition, and asked by one that has none', async () => {
    const [asks, ...works] = [open(), open(), open()];
    const seen: Envelope[] = [];
    let isSick = true;
    for (const log of works) {
      await listen(log, group, sold(), (e) => {
        if (isSick && e.key.startsWith('sick')) throw new Fault('invalid', 'shop.sick', 'Sick.');
        seen.push(e);
      });
    }
    const keys = Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? `sick-${n}` : `sound-${n}`));
    await asks.publish(keys.map((key) => event(key)));
    await until(async () => (await asks.parked(group)).length === 12 && seen.length === 12);
    isSick = false;
    expect(await asks.replayParked(group)).toBe(12);
    expect(seen).toHaveLength(24);
    await asks.rewind(group);
    await until(() => seen.length >= 48);
    expect(await asks.parked(group)).toEqual([]);
  });

  it('closing waits no longer than 10 s for handlers that never end; others go on with their events, and none is lost', async () => {
    const [hanging, other] = [open(), open()];
    const inbox = new Set<string>();
    const effects: Envelope[] = [];
    const handle = async (e: Envelope): Promise<void> => {
      await sleep(2);
      if (inbox.has(e.id)) return;
      inbox.add(e.id);
      effects.push(e);
    };
    let hangs = false;
    const member = await listen(hanging, group, sold(), (e) =>
      hangs ? new Promise<void>(() => undefined) : handle(e),
    );
    await listen(other, group, sold(), handle);
    const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
    for (let n = 0; n < 5; n += 1) await other.publish(keys.map((key) => event(key, n)));
    await until(() => effects.length > 30);
    hangs = true;
    for (let n = 5; n < 8; n += 1) await other.publish(keys.map((key) => event(key, n)));
    await sleep(500);
    const startedAt = performance.now();
    await member.close();
    expect(performance.now() - startedAt).toBeGreaterThan(9_500);
    expect(performance.now() - startedAt).toBeLessThan(13_000);
    await until(() => effects.length === keys.length * 8);
    for (const key of keys)
      expect(effects.filter((e) => e.key === key).map(numberOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  }, 60_000);
});

it('a handler that answers a stream has handled its event when the stream has ended', async () => {
  const log = open();
  const strategy = log.strategy(group, [topic]);
  const steps: string[] = [];
  const answer = () =>
    new Observable<never>((subscriber) => {
      steps.push('begun');
      setTimeout(() => {
        steps.push('ended');
        subscriber.complete();
      }, 50);
    });
  strategy.addHandler(sold().type, () => Promise.resolve(answer()), true);
  await new Promise<void>((resolve, reject) => {
    strategy.listen((error) => (error === undefined ? resolve() : reject(error as Error)));
  });
  await log.publish([event('a'), event('a')]);
  await until(() => steps.length === 4);
  expect(steps).toEqual(['begun', 'ended', 'begun', 'ended']);
});

it('a partition whose handler is slow keeps its membership and bounds what is in memory', async () => {
  const log = open({ partitions: 2, partitionsAtOnce: 2 });
  const seen: number[] = [];
  let isSlow = true;
  await listen(log, group, sold(), async (e) => {
    while (isSlow) await sleep(10);
    seen.push(numberOf(e));
  });
  const total = 6_000;
  for (let at = 0; at < total; at += 500)
    await log.publish(Array.from({ length: 500 }, (_, n) => event('one key', at + n)));
  await sleep(TEST_SESSION_MS * 2);
  expect(seen).toEqual([]);
  isSlow = false;
  await until(() => seen.length >= total);
  expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
  await until(async () => (await statsOf(log))?.lag === 0);
}, 60_000);

it('lag is what the group has not done with, also before it has begun', async () => {
  const log = open();
  await log.publish(Array.from({ length: 12 }, (_, n) => event(`key-${n}`, n)));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let done = 0;
  await listen(log, group, sold(), async () => {
    await held;
    done += 1;
  });
  expect(await statsOf(log)).toEqual({ group, lag: 12, parked: 0 });
  release();
  await until(() => done === 12);
  await until(async () => (await statsOf(log))?.lag === 0);
});
