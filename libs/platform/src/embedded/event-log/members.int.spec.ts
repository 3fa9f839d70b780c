import { setTimeout as sleep } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { Fault } from '@smartscan/kernel';
import type { Envelope } from '../../ports/event-log.ts';
import type { Connection } from '../postgres/connection.ts';
import { Lease, LEASE_LOST } from './lease.ts';
import { listen, testEvent } from '../../event-log/test-events.ts';
import { createLogDatabase, openTestLog, type TestLog } from './test-log.ts';

const LEASE_MS = 900;
const SOLD = testEvent('any');
const KEYS = Array.from({ length: 30 }, (_, n) => `key-${n}`);

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
let connection: Connection;
const opened: TestLog[] = [];

beforeEach(async () => {
  connection = await createLogDatabase(superuser);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

const open = async (options: Parameters<typeof openTestLog>[1] = {}): Promise<TestLog> => {
  const log = await openTestLog(connection, { leaseMs: LEASE_MS, ...options });
  opened.push(log);
  return log;
};

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(5);
  }
};

describe('a lease that has gone to another member', () => {
  it('can change nothing of what the group has done', async () => {
    const log = await open();
    const event = testEvent('k');
    await log.log.publish([event, event]);
    await listen(log.log, 'g', SOLD, () => {
      throw new Fault('invalid', 'shop.sick', 'Sick.');
    });
    await until(async () => (await log.log.parked('g')).length === 2);
    const { rows } = await log.pool.query<Record<string, never>>(
      'SELECT topic, partition, generation, member_id FROM bus.consumer WHERE committed = 2',
    );
    const held = rows[0] as unknown as { topic: string; partition: number; generation: number; member_id: string };
    const holder = { group: 'g', memberId: held.member_id };
    const late = new Lease(log.pool, holder, {
      ...held,
      generation: held.generation - 1,
      committed: 0,
      blocked: new Map(),
    });
    late.position = 1;
    const record = { offset: 0, envelope: event };
    const state = async () =>
      (await log.pool.query('SELECT c, k.code, k.attempts FROM bus.consumer c, bus.parked k ORDER BY c, k')).rows;
    const before = await state();
    const lost = { code: LEASE_LOST };
    await expect(late.commit()).rejects.toMatchObject(lost);
    await expect(late.park(record, { code: 'shop.other', attempts: 7 })).rejects.toMatchObject(lost);
    await expect(late.parkAgain(0, { code: 'shop.other', attempts: 7 })).rejects.toMatchObject(lost);
    await expect(late.unpark(0)).rejects.toMatchObject(lost);
    await expect(late.finishReplay(9)).rejects.toMatchObject(lost);
    await expect(late.giveBack()).rejects.toMatchObject(lost);
    expect(await state()).toEqual(before);
  });
});

describe('members', () => {
  it('all connections lost in the middle of the traffic: nothing is lost and each key keeps its order', async () => {
    const log = await open();
    const order = new Map<string, number[]>(KEYS.map((key) => [key, []]));
    const known = new Set<string>();
    await listen(log.log, 'g', SOLD, async (e) => {
      await sleep(1);
      if (known.has(e.id)) return;
      known.add(e.id);
      order.get(e.key)?.push((JSON.parse(e.body) as { n: number }).n);
    });
    const publishAll = async (n: number): Promise<void> => {
      const events = KEYS.map((key) => testEvent(key, { body: JSON.stringify({ n }) }));
      await log.log.publish(events).catch(() => publishAgain(events));
    };
    const publishAgain = async (events: Envelope[]): Promise<void> => {
      await sleep(20);
      await log.log.publish(events).catch(() => publishAgain(events));
    };
    for (let n = 0; n < 30; n += 1) {
      await publishAll(n);
      if (n % 10 === 5) await cutAll();
    }
    await until(() => known.size === KEYS.length * 30);
    for (const key of KEYS) expect(order.get(key)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('a strategy whose database is gone says so when it is to listen', async () => {
    const log = await open();
    await log.pool.query('ALTER TABLE bus.member RENAME TO gone');
    await expect(listen(log.log, 'g', SOLD, () => undefined)).rejects.toThrow('bus.member');
    await log.pool.query('ALTER TABLE bus.gone RENAME TO member');
    await expect(listen(log.log, 'g', SOLD, () => undefined)).resolves.toBeDefined();
  });

  it('a replay that nobody is there for ends with a fault, and is done when somebody comes', async () => {
    const log = await open();
    let sick = true;
    const handle = (): void => {
      if (sick) throw new Fault('invalid', 'shop.sick', 'Sick.');
    };
    const member = await listen(log.log, 'g', SOLD, handle);
    await log.log.publish([testEvent('k')]);
    await until(async () => (await log.log.parked('g')).length === 1);
    await member.close();
    await expect(log.log.replayParked('g')).rejects.toMatchObject({ code: 'platform.group_has_no_member' });
    sick = false;
    await listen(log.log, 'g', SOLD, handle);
    await until(async () => (await log.log.parked('g')).length === 0);
  });

  async function cutAll(): Promise<void> {
    const other = await openTestLog({ ...connection, database: 'postgres' });
    await other.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      connection.database,
    ]);
    await other.wakeups.close();
    await other.pool.end();
  }
});

describe('the transport', () => {
  it('hands an event to every handler of its type, and waits for the end of what a handler answers', async () => {
    const { log } = await open();
    const heard: string[] = [];
    const strategy = log.strategy('g', [SOLD.topic]);
    const slowly = new Observable<string>((subscriber) => {
      setTimeout(() => {
        heard.push('stream');
        subscriber.next('one');
        subscriber.complete();
      }, 50);
    });
    strategy.addHandler(SOLD.type, async () => slowly, true);
    strategy.addHandler(SOLD.type, async (event: { id: string }) => void heard.push(event.id), true);
    await new Promise<void>((resolve) => strategy.listen(() => resolve()));
    const event = testEvent('k');
    await log.publish([event]);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['stream', event.id]);
  });

  it('finds what it was not told of by the next heartbeat', async () => {
    const log = await open();
    const seen: string[] = [];
    await listen(log.log, 'g', SOLD, (e) => void seen.push(e.id));
    await until(async () => (await log.log.stats()).length === 1);
    // As an append does, but without a word.
    await log.pool.query(`UPDATE bus.partition SET next_offset = 1 WHERE partition = 0`);
    await log.pool.query(
      `INSERT INTO bus.record (partition, "offset", event_id, type, topic, key, time, tenant, actor_kind, actor_id,
         purpose, request_id, region, traceparent, body)
       VALUES (0, 0, 'evt_silent', $1, $2, 'k', '', '', 'system', '', '', '', '', '', '{}')`,
      [SOLD.type, SOLD.topic],
    );
    const startedAt = performance.now();
    await until(() => seen.length === 1);
    expect(performance.now() - startedAt).toBeLessThan(LEASE_MS);
  });

  it('closes also where it can not say goodbye', async () => {
    const { log, pool } = await open();
    await listen(log, 'g', SOLD, () => undefined);
    await pool.query('ALTER TABLE bus.member RENAME TO gone');
    await expect(log.close()).resolves.toBeUndefined();
    await pool.query('ALTER TABLE bus.gone RENAME TO member');
  });

  it('may be closed twice', async () => {
    const { log } = await open();
    const member = await listen(log, 'g', SOLD, () => undefined);
    await Promise.all([member.close(), member.close()]);
    await log.close();
    await expect(log.close()).resolves.toBeUndefined();
  });
});
