import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Registry } from 'prom-client';
import { scanDeleted } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import { buildHouse, callOf, eventually, type House } from '@smartscan/testing';
import type { Database } from '../database/database.ts';
import { OutboxRelay } from '../outbox/relay.ts';
import { on, provide, type Context } from '../ports.ts';
import { readinessOf } from './dependencies.ts';
import { watchDurations, watchStanding } from './watch-platform.ts';

const TENANT = 'wsp_00000000000000000000000000';
const nowhere = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'smartscan-metrics-'))}/`);
const bare = (name: Context['name']): Context => ({
  name,
  controllers: [],
  providers: [],
  tables: [],
  migrations: nowhere,
  listens: [],
  schedules: [],
});

class Refuse {
  handle(): Promise<void> {
    return Promise.reject(new Fault('invalid', 'test.never', 'Never.'));
  }
}
const teller = bare('vitals');
const listener: Context = {
  ...bare('retention'),
  providers: [provide(Refuse, [])],
  listens: [on(scanDeleted, Refuse)],
};

describe('the platform’s own metrics', () => {
  const metrics = new Registry();
  let house: House;
  let database: Database;
  let hangs = false;
  beforeAll(async () => {
    house = await buildHouse([teller, listener]);
    database = house.running.databases.get('vitals') as Database;
    const { platform } = house;
    const relay = new OutboxRelay({
      pool: database.pool,
      schema: 'vitals',
      log: platform.eventLog,
      wakeups: platform.wakeups,
    });
    watchDurations(metrics, [database]);
    watchStanding(metrics, {
      databases: [database],
      relays: new Map([['vitals', relay]]),
      eventLog: { stats: () => (hangs ? new Promise(() => undefined) : platform.eventLog.stats()) },
      readiness: readinessOf([
        { name: 'database', required: true, up: () => database.ping() },
        { name: 'events', required: false, up: () => Promise.resolve(!hangs) },
      ]),
    });
  });
  afterAll(() => house.stop());

  const values = async (): Promise<ReadonlyMap<string, number>> => {
    const lines = (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };
  const emit = (id: string): Promise<void> =>
    database.run(callOf({ tenant: TENANT }), async (tx) => tx.emit(scanDeleted, { workspace_id: TENANT, scan_id: id }));

  it('units of work are told apart by whether they were committed, and connections by what they do', async () => {
    await emit('scn_00000000000000000000000001');
    const refused = database.run(callOf({ tenant: TENANT }), () => Promise.reject(new Error('no')));
    await expect(refused).rejects.toThrow('no');
    const during = await database.run(callOf({ tenant: TENANT }), () => values());
    expect(during.get('database_pool_connections{context="vitals",pool="work",state="used"}')).toBe(1);
    const seen = await values();
    expect([
      seen.get('unit_of_work_duration_seconds_count{context="vitals",outcome="committed"}'),
      seen.get('unit_of_work_duration_seconds_count{context="vitals",outcome="rolled_back"}'),
      seen.get('database_pool_connections{context="vitals",pool="work",state="used"}'),
      seen.get('database_pool_connections{context="vitals",pool="work",state="waiting"}'),
    ]).toEqual([2, 1, 0, 0]);
  });

  it('says how far each consumer group is behind, what it has parked, and what waits in each outbox', async () => {
    await emit('scn_00000000000000000000000002');
    const seen = await eventually(async () => {
      const now = await values();
      return (now.get('event_log_parked_events{group="retention"}') ?? 0) > 0 && now;
    });
    expect(seen.has('event_log_lag_events{group="retention"}')).toBe(true);
    await eventually(async () => (await values()).get('outbox_pending_events{context="vitals"}') === 0);
  });

  it('no label is a tenant, an id or anything else that came in', async () => {
    const labels = new Set([...(await values()).keys()].flatMap((name) => name.match(/\w+(?==")/g) ?? []));
    expect([...labels].sort()).toEqual(['context', 'dependency', 'group', 'le', 'outcome', 'pool', 'state']);
  });

  it('a look that hangs holds up no scrape: its figures are left out, and its dependency is down', async () => {
    expect((await values()).get('dependency_up{dependency="events"}')).toBe(1);
    hangs = true;
    const startedMs = performance.now();
    const seen = await values();
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect([...seen.keys()].filter((name) => name.startsWith('event_log_'))).toEqual([]);
    expect([
      seen.get('dependency_up{dependency="events"}'),
      seen.get('dependency_up{dependency="database"}'),
      seen.get('outbox_pending_events{context="vitals"}'),
      seen.get('outbox_oldest_age_seconds{context="vitals"}'),
    ]).toEqual([0, 1, 0, 0]);
    hangs = false;
  });
});
