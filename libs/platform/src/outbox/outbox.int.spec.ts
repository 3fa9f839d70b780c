import { setTimeout as sleep } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { DAY_MS } from '@smartscan/kernel';
import { testEvent } from '../event-log/test-events.ts';
import type { Connection } from '../embedded/postgres/connection.ts';
import { createDatabase } from '../embedded/postgres/databases.ts';
import type { Envelope } from '../ports/event-log.ts';
import { inboxInsert, OUTBOX_FOUNDATION, outboxInsert, pruneInbox } from './outbox.ts';
import { OutboxRelay } from './relay.ts';
import { Wakeups } from './wakeups.ts';

const SCHEMA = 'shop';

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
let connection: Connection;
let orm: MikroORM;
let pool: pg.Pool;
let wakeups: Wakeups;
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  connection = await createDatabase(superuser, 'outbox');
  const owner = new pg.Client(connection);
  await owner.connect();
  await owner.query(`CREATE SCHEMA ${SCHEMA}`);
  await owner.query(`SET search_path TO ${SCHEMA}`);
  // Twice, as at every start of a process after the first.
  for (const statement of [...OUTBOX_FOUNDATION.statements, ...OUTBOX_FOUNDATION.statements])
    await owner.query(statement);
  await owner.query(`ALTER ROLE ${connection.user} IN DATABASE outbox SET search_path TO ${SCHEMA}`);
  await owner.end();
  orm = await MikroORM.init({
    ...connection,
    dbName: 'outbox',
    entities: [],
    discovery: { warnWhenNoEntities: false },
  });
  pool = new pg.Pool({ ...connection, max: 6 });
  pool.on('error', () => undefined);
  wakeups = new Wakeups(connection);
  await wakeups.start();
});
afterAll(async () => {
  await wakeups.close();
  await pool.end();
  await orm.close();
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  await pool.query('TRUNCATE outbox, inbox');
});

/** Tells events as a unit of work does: MikroORM, one transaction. */
const tell = (events: readonly Envelope[]): Promise<unknown> =>
  orm.em.fork().transactional((em) => {
    const { sql, params } = outboxInsert(events);
    return em.execute(sql, [...params], 'run');
  });

const receive = (eventId: string): Promise<boolean> =>
  orm.em.fork().transactional(async (em) => {
    const { sql, params } = inboxInsert(eventId);
    return (await em.execute<unknown[]>(sql, [...params])).length > 0;
  });

interface Target {
  readonly published: Envelope[];
  readonly publish: (batch: readonly Envelope[]) => Promise<void>;
}

/** Where a relay publishes to: takes what it is given, or does what the test says first. */
function target(before: () => Promise<void> = async () => undefined): Target {
  const published: Envelope[] = [];
  return {
    published,
    publish: async (batch) => {
      await before();
      published.push(...batch);
    },
  };
}

function relayTo(log: Target, options: { onFailure?: () => void } = {}): OutboxRelay {
  const relay = new OutboxRelay({ pool, schema: SCHEMA, log, wakeups, ...options });
  relays.push(relay);
  relay.start();
  return relay;
}

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(2);
  }
};

const pending = async (): Promise<number> =>
  (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox')).rows[0]?.n ?? -1;

describe('the outbox', () => {
  it('keeps every character of what is told', async () => {
    const odd = testEvent('a ? \\ \' " ü', {
      body: '{"n":"\' \\" \\\\ ? $1 ?? \\u0000 ü"}',
      time: '2026-01-01T00:00:00Z',
    });
    const log = target();
    relayTo(log);
    await tell([odd]);
    await until(() => log.published.length === 1);
    expect(log.published).toEqual([odd]);
  });

  it('tells nothing that was rolled back', async () => {
    const log = target();
    relayTo(log);
    const { sql, params } = outboxInsert([testEvent('k')]);
    const work = orm.em.fork().transactional(async (em) => {
      await em.execute(sql, [...params], 'run');
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await sleep(100);
    expect([await pending(), log.published]).toEqual([0, []]);
  });

  it('refuses an event that no log would take, and with it the work that tells it', async () => {
    await expect(tell([testEvent('k', { body: `"${'x'.repeat(70_000)}"` })])).rejects.toThrow('body');
  });

  it('takes an empty list', async () => {
    await tell([]);
    expect(await pending()).toBe(0);
  });
});

describe('the inbox', () => {
  it('lets an event in once, also where it arrives twice at the same moment', async () => {
    const { id } = testEvent('k');
    const let_in = await Promise.all([receive(id), receive(id), receive(id)]);
    expect(let_in.filter(Boolean)).toHaveLength(1);
    expect(await receive(id)).toBe(false);
  });

  it('forgets after 14 days, and no sooner', async () => {
    const [old, young] = [testEvent('k').id, testEvent('k').id];
    await receive(old);
    await receive(young);
    const aged = "UPDATE inbox SET received_at = now() - $2 * interval '1 ms' WHERE event_id = $1";
    await pool.query(aged, [old, 14 * DAY_MS + 1_000]);
    await pool.query(aged, [young, 14 * DAY_MS - 60_000]);
    expect(await pruneInbox(pool)).toBe(1);
    expect([await receive(old), await receive(young)]).toEqual([true, false]);
  });
});

describe('the relay', () => {
  it('publishes what is told at once, in the order in which it was told', async () => {
    const log = target();
    relayTo(log);
    await sleep(50);
    const events = Array.from({ length: 30 }, () => testEvent('k'));
    const startedAt = performance.now();
    for (let at = 0; at < events.length; at += 3) await tell(events.slice(at, at + 3));
    await until(() => log.published.length >= events.length);
    // Well below the poll: it is the notification that wakes it.
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(log.published).toEqual(events);
    await until(async () => (await pending()) === 0);
  });

  it('two relays of one context publish each event once and in order', async () => {
    // Every other batch is slow: a relay that overtook it would put its own before it.
    let batches = 0;
    const log = target(() => sleep((batches += 1) % 2 === 1 ? 30 : 0));
    const [first, second] = [relayTo(log), relayTo(log)];
    const events = Array.from({ length: 1_000 }, () => testEvent('k'));
    for (let at = 0; at < events.length; at += 20) await tell(events.slice(at, at + 20));
    await until(() => log.published.length >= events.length);
    await Promise.all([first.close(), second.close()]);
    expect(log.published.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('keeps what can not be published, tries again ever more slowly, and loses nothing', async () => {
    let away = true;
    const tries: number[] = [];
    const log = target(async () => {
      tries.push(performance.now());
      if (away) throw new Error('away');
    });
    let failures = 0;
    relayTo(log, { onFailure: () => void (failures += 1) });
    const events = [testEvent('k'), testEvent('k')];
    await tell(events.slice(0, 1));
    await until(() => tries.length >= 3);
    expect((tries[2] ?? 0) - (tries[1] ?? 0)).toBeGreaterThan(150);
    await tell(events.slice(1));
    expect(failures).toBeGreaterThanOrEqual(2);
    away = false;
    await until(() => log.published.length === 2);
    expect(log.published).toEqual(events);
    await until(async () => (await pending()) === 0);
  });

  it('publishes what is committed before it closes, and is bounded in that', async () => {
    const log = target(() => sleep(20));
    const relay = relayTo(log);
    await tell(Array.from({ length: 900 }, () => testEvent('k')));
    await relay.close();
    expect([log.published.length, await pending()]).toEqual([900, 0]);

    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hanging = relayTo(target(() => held));
    await tell([testEvent('k')]);
    await sleep(50);
    const startedAt = performance.now();
    await hanging.close();
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    release();
    await until(async () => (await pending()) === 0);
  });

  it('says how much waits and for how long', async () => {
    const relay = new OutboxRelay({ pool, schema: SCHEMA, log: target(), wakeups });
    expect(await relay.stats()).toEqual({ oldestAgeSeconds: 0, pending: 0 });
    await tell([testEvent('k'), testEvent('k')]);
    await pool.query("UPDATE outbox SET told_at = told_at - interval '90 seconds'");
    const stats = await relay.stats();
    expect(stats.pending).toBe(2);
    expect(stats.oldestAgeSeconds).toBeGreaterThanOrEqual(90);
    expect(stats.oldestAgeSeconds).toBeLessThan(100);
  });
});
