import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DAY_MS, Fault } from '@smartscan/kernel';
import type { Envelope } from '../../ports/event-log.ts';
import type { Connection } from '../postgres/connection.ts';
import { EVENT_LOG_DDL } from './event-log.ts';
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

const one = async <Row extends pg.QueryResultRow>({ pool }: TestLog, sql: string): Promise<Row> =>
  (await pool.query<Row>(sql)).rows[0] as Row;
const recordsIn = async (log: TestLog): Promise<number> =>
  (await one<{ n: number }>(log, 'SELECT count(*)::int AS n FROM bus.record')).n;
const lagOf = async ({ log }: TestLog, group: string): Promise<number | undefined> =>
  (await log.stats()).find((stats) => stats.group === group)?.lag;

describe('the log', () => {
  it('can be set up twice', async () => {
    const log = await open();
    await expect(log.pool.query(EVENT_LOG_DDL)).resolves.toBeDefined();
  });

  it('numbers the events of a partition without gaps, also where many publish to many partitions at once', async () => {
    const logs = await Promise.all([open(), open(), open()]);
    const publishers = Array.from({ length: 24 }, async (_, n) => {
      for (let round = 0; round < 10; round += 1) {
        const keys = n % 2 === 0 ? KEYS : [...KEYS].reverse();
        await logs[n % 3]?.log.publish(keys.map((key) => testEvent(key)));
      }
    });
    await Promise.all(publishers);
    const { rows } = await (logs[0] as TestLog).pool.query<Record<string, number>>(
      `SELECT p.next_offset::int AS next, count(*)::int AS events, min("offset")::int AS first, max("offset")::int AS last
       FROM bus.record JOIN bus.partition p USING (topic, partition) GROUP BY p.next_offset, topic, partition`,
    );
    expect(rows).toHaveLength(6);
    for (const { next, events, first, last } of rows) {
      expect({ first, last, events }).toEqual({ first: 0, last: (next as number) - 1, events: next });
    }
    expect(await recordsIn(logs[0] as TestLog)).toBe(24 * 10 * KEYS.length);
  });

  it('keeps the number of partitions that a topic was made with, whatever a later process is told', async () => {
    const [first, second] = [await open({ partitions: 3 }), await open({ partitions: 12 })];
    await first.log.publish(KEYS.map((key) => testEvent(key)));
    await second.log.publish(KEYS.map((key) => testEvent(key)));
    const { rows } = await first.pool.query(
      'SELECT key FROM bus.record GROUP BY key HAVING count(DISTINCT partition) > 1',
    );
    expect(rows).toEqual([]);
    expect((await one<{ n: number }>(first, 'SELECT count(*)::int AS n FROM bus.partition')).n).toBe(3);
  });

  it('refuses a body over 64 KiB and keeps nothing of its batch', async () => {
    const log = await open();
    const batch = [testEvent('a'), testEvent('a', { body: 'x'.repeat(65_537) })];
    await expect(log.log.publish(batch)).rejects.toThrow('body');
    expect(await recordsIn(log)).toBe(0);
  });

  it('takes more events at once than one statement holds, in their order', async () => {
    const log = await open();
    const seen: Envelope[] = [];
    await listen(log.log, 'g', SOLD, (e) => void seen.push(e));
    const batch = Array.from({ length: 1_201 }, () => testEvent('one key'));
    await log.log.publish(batch);
    await until(() => seen.length >= batch.length);
    expect(seen.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
  });
});

describe('pruning', () => {
  const age = (log: TestLog, days: number) =>
    log.pool.query('UPDATE bus.record SET appended_at = appended_at - make_interval(days => $1)', [days]);

  it('removes what is older than seven days and read by every group, and keeps the rest', async () => {
    const log = await open();
    const seen: string[] = [];
    await listen(log.log, 'g', SOLD, (e) => void seen.push(e.id));
    await log.log.publish(KEYS.map((key) => testEvent(key)));
    await until(async () => (await lagOf(log, 'g')) === 0);
    await age(log, 8);
    await log.log.publish(KEYS.map((key) => testEvent(key)));
    await until(async () => (await lagOf(log, 'g')) === 0);
    expect(await log.log.prune()).toBe(KEYS.length);
    expect(await recordsIn(log)).toBe(KEYS.length);
    await log.log.publish([testEvent('a')]);
    await until(() => seen.length === KEYS.length * 2 + 1);
  });

  it('keeps what a group has not read yet, however old, and delivers it', async () => {
    const log = await open();
    const member = await listen(log.log, 'late', SOLD, () => undefined);
    await member.close();
    await log.log.publish(KEYS.map((key) => testEvent(key)));
    await age(log, 60);
    expect(await log.log.prune()).toBe(0);
    const seen: string[] = [];
    await listen(log.log, 'late', SOLD, (e) => void seen.push(e.id));
    await until(() => seen.length === KEYS.length);
  });

  it('forgets a group that has had no member for 30 days, and no sooner', async () => {
    const log = await open();
    await (await listen(log.log, 'gone', SOLD, () => undefined)).close();
    await log.log.publish([testEvent('a')]);
    await age(log, 40);
    await log.pool.query("UPDATE bus.consumer_group SET seen_at = now() - interval '29 days'");
    expect(await log.log.prune()).toBe(0);
    await log.pool.query("UPDATE bus.consumer_group SET seen_at = now() - interval '31 days'");
    expect(await log.log.prune()).toBe(1);
    expect(await log.log.stats()).toEqual([]);
  });

  it('a group that is new after a pruning starts at the first event that is left', async () => {
    const log = await open();
    await log.log.publish([testEvent('a'), testEvent('a')]);
    await age(log, 8);
    const kept = testEvent('a');
    await log.log.publish([kept]);
    expect(await log.log.prune()).toBe(2);
    const seen: string[] = [];
    await listen(log.log, 'new', SOLD, (e) => void seen.push(e.id));
    await until(async () => (await lagOf(log, 'new')) === 0);
    expect(seen).toEqual([kept.id]);
  });

  it('a rewind never goes back beyond seven days: the inbox would not know those events again', async () => {
    const log = await open();
    const seen: string[] = [];
    await listen(log.log, 'g', SOLD, (e) => void seen.push(e.id));
    await log.log.publish([testEvent('a')]);
    await until(async () => (await lagOf(log, 'g')) === 0);
    await log.pool.query("UPDATE bus.record SET appended_at = now() - $1 * interval '1 ms'", [7 * DAY_MS + 1_000]);
    const young = testEvent('a');
    await log.log.publish([young]);
    await until(async () => (await lagOf(log, 'g')) === 0);
    await log.log.rewind('g');
    await until(() => seen.length === 3);
    await sleep(100);
    expect(seen.slice(2)).toEqual([young.id]);
  });

  it('leaves parked events alone', async () => {
    const log = await open();
    let sick = true;
    await listen(log.log, 'g', SOLD, () => {
      if (sick) throw new Fault('invalid', 'shop.sick', 'Sick.');
    });
    await log.log.publish([testEvent('a')]);
    await until(async () => (await lagOf(log, 'g')) === 0);
    await age(log, 100);
    expect(await log.log.prune()).toBe(1);
    expect(await log.log.parked('g')).toHaveLength(1);
    sick = false;
    expect(await log.log.replayParked('g')).toBe(1);
  });
});

it('the text of an error reaches no table', async () => {
  const log = await open();
  await listen(log.log, 'g', SOLD, () => {
    throw new Fault('invalid', 'shop.sick', 'words of an error');
  });
  await log.log.publish([testEvent('a')]);
  await until(async () => (await log.log.parked('g')).length === 1);
  const { rows } = await log.pool.query<{ name: string }>('SELECT relname AS name FROM pg_stat_user_tables');
  for (const { name } of rows) {
    const { dump } = await one<{ dump: string }>(
      log,
      `SELECT coalesce(json_agg(t)::text, '') AS dump FROM bus.${name} t`,
    );
    expect(dump).not.toContain('words of an error');
  }
  expect(rows.length).toBeGreaterThan(8);
});
