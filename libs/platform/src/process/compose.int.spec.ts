import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller, Inject } from '@nestjs/common';
import { p } from '@mikro-orm/core';
import type { InputOf } from '@smartscan/contracts/operation';
import { apiKeyRevoked } from '@smartscan/contracts/identity';
import { custody, getScan, scanDeleted } from '@smartscan/contracts/vitals';
import { DAY_MS, Fault } from '@smartscan/kernel';
import { buildHouse, callOf, eventually, holds, tablesWith, type House } from '@smartscan/testing';
import { freePort } from '@smartscan/testing/engines';
import {
  defineTable,
  on,
  provide,
  Serves,
  SERVICES,
  UNIT_OF_WORK,
  type Call,
  type Context,
  type Services,
  type Tx,
  type UnitOfWork,
} from '../ports.ts';
import { compose } from './compose.ts';

const A = 'wsp_0000000000000000000000000A';
const B = 'wsp_0000000000000000000000000B';
const scanId = (n: number): string => `scn_${String(n).padStart(26, '0')}`;

const notes = defineTable({
  owner: 'vitals',
  name: 'note',
  category: 'vitals',
  purpose: 'provide_service',
  tenant: 'tenantId',
  subject: { none: 'a test' },
  clock: { from: 'madeAt', ttlOf: 'vitals' },
  columns: { id: p.text().primary(), tenantId: p.text(), sealed: p.blob(), madeAt: p.datetime() },
});

class CountDeletions {
  static seen: string[] = [];
  static fail = 0;
  async handle(tx: Tx, body: { scan_id: string }): Promise<void> {
    await tx.em.execute('INSERT INTO retention.seen (scan_id) VALUES (?)', [body.scan_id]);
    if (CountDeletions.fail > 0) {
      CountDeletions.fail -= 1;
      throw new Fault('unavailable', 'test.not_yet', 'not yet');
    }
    CountDeletions.seen.push(body.scan_id);
  }
}

@Controller()
class NoteController {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly work: UnitOfWork,
    @Inject(SERVICES) private readonly services: Services,
  ) {}

  @Serves(getScan)
  async get(input: InputOf<typeof getScan>, call: Call): Promise<never> {
    return this.work.run(call, () => this.services.call(getScan, input, call)) as Promise<never>;
  }
}

const migration = (sql: string): URL => {
  const directory = mkdtempSync(join(tmpdir(), 'smartscan-migration-'));
  writeFileSync(join(directory, '0001_init.sql'), sql);
  return pathToFileURL(`${directory}/`);
};

const keeper: Context = {
  name: 'vitals',
  controllers: [NoteController],
  providers: [],
  tables: [notes],
  migrations: migration(
    'CREATE TABLE note (id text PRIMARY KEY, tenant_id text NOT NULL, sealed bytea NOT NULL, made_at timestamptz NOT NULL);',
  ),
  listens: [],
  schedules: [],
};
const seenTable = defineTable({
  owner: 'retention',
  name: 'seen',
  category: 'operations',
  purpose: 'enforce_retention',
  tenant: { none: 'a test' },
  subject: { none: 'a test' },
  clock: { none: 'a test' },
  columns: { n: p.integer().primary().autoincrement(), scanId: p.text() },
});
const listener: Context = {
  name: 'retention',
  controllers: [],
  providers: [provide(CountDeletions, [])],
  tables: [seenTable],
  migrations: migration('CREATE TABLE seen (n serial PRIMARY KEY, scan_id text NOT NULL);'),
  listens: [on(scanDeleted, CountDeletions)],
  schedules: [],
};

describe('contexts, composed', () => {
  let house: House;
  let work: UnitOfWork;
  beforeAll(async () => {
    house = await buildHouse([keeper, listener]);
    work = house.work(keeper);
  });
  afterAll(() => house.stop());

  const keep = (tenant: string, id: string, value: unknown): Promise<void> =>
    work.run(callOf({ tenant }), async (tx) => {
      const sealed = await tx.seal(notes, id, value);
      await tx.em.insert(notes.entity, { id, tenantId: tenant, sealed, madeAt: new Date(house.clock.nowMs()) });
    });
  const rowsAs = (tenant: string, purpose: Call['purpose']): Promise<unknown[]> =>
    work.run(callOf({ tenant, purpose }), (tx) => tx.em.find(notes.entity, {}));

  it('what is sealed is read back by its own tenant and stands nowhere as it was', async () => {
    await keep(A, scanId(1), { secret: 'canary-sealed-1' });
    const value = await work.run(callOf({ tenant: A }), async (tx) => {
      const row = await tx.em.findOneOrFail(notes.entity, { id: scanId(1) });
      return tx.open(notes, row.id, row.sealed);
    });
    expect(value).toEqual({ secret: 'canary-sealed-1' });
    expect(await tablesWith(house.admin, 'canary-sealed-1')).toEqual([]);
    expect(holds(house.logged(), 'canary-sealed-1')).toBe(false);
  });

  it('P15: with no condition in the query one tenant sees none of the other’s rows, and can write none', async () => {
    await keep(A, scanId(2), {});
    expect(await rowsAs(B, 'return_result')).toEqual([]);
    const forged = work.run(callOf({ tenant: B }), (tx) =>
      tx.em.insert(notes.entity, { id: scanId(3), tenantId: A, sealed: Buffer.alloc(1), madeAt: new Date() }),
    );
    await expect(forged).rejects.toMatchObject({ code: 'platform.row_refused' });
  });

  it('P16: PHI is invisible without an access purpose, also for all tenants at once', async () => {
    await keep(A, scanId(4), {});
    expect(await rowsAs(A, 'administer_account')).toEqual([]);
    expect(await rowsAs('*', 'return_result')).toEqual([]);
    expect((await rowsAs(A, 'return_result')).length).toBeGreaterThan(0);
  });

  it('P16: sealing and opening tell the audit in the same transaction', async () => {
    await keep(A, scanId(5), {});
    const { rows } = await house.admin.query<{ body: string }>(
      `SELECT body::text AS body FROM vitals.outbox WHERE type = 'vitals.phi_accessed.v1' UNION ALL SELECT body::text FROM bus.record WHERE type = 'vitals.phi_accessed.v1'`,
    );
    expect(rows.some(({ body }) => body.includes(scanId(5)) && body.includes('write'))).toBe(true);
  });

  it('a unit of work that throws leaves neither row nor event', async () => {
    const failed = work.run(callOf({ tenant: A }), async (tx) => {
      await tx.em.insert(notes.entity, { id: scanId(6), tenantId: A, sealed: Buffer.alloc(1), madeAt: new Date() });
      tx.emit(scanDeleted, { workspace_id: A, scan_id: scanId(6) });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await house.platform.eventLog.parked('retention');
    expect((await rowsAs(A, 'return_result')).some((row) => (row as { id: string }).id === scanId(6))).toBe(false);
    expect(CountDeletions.seen).not.toContain(scanId(6));
  });

  it('an event reaches its listener once, also when the listener failed at first', async () => {
    CountDeletions.fail = 1;
    await work.run(callOf({ tenant: A }), async (tx) => tx.emit(scanDeleted, { workspace_id: A, scan_id: scanId(7) }));
    await eventually(() => CountDeletions.seen.includes(scanId(7)));
    const { rows } = await house.admin.query('SELECT FROM retention.seen WHERE scan_id = $1', [scanId(7)]);
    expect(rows).toHaveLength(1);
  });

  it('refuses a foreign event, a service call or a unit of work inside a unit of work', async () => {
    const foreign = work.run(callOf({ tenant: A }), async (tx) =>
      tx.emit(apiKeyRevoked, { workspace_id: A, key_id: 'key_00000000000000000000000000' }),
    );
    await expect(foreign).rejects.toMatchObject({ code: 'platform.foreign_event' });
    await expect(house.services.call(getScan, { id: scanId(1) }, callOf({ tenant: A }))).rejects.toMatchObject({
      code: 'platform.call_inside_work',
    });
    const nested = work.run(callOf({ tenant: A }), () => rowsAs(A, 'return_result'));
    await expect(nested).rejects.toMatchObject({ code: 'platform.nested_work' });
  });

  it('P23: a sweep deletes what is past each tenant’s time, of the declared tables, and tells how much', async () => {
    await keep(A, scanId(8), {});
    await keep(B, scanId(9), {});
    house.clock.advance(2 * DAY_MS);
    const limits = [
      { workspace_id: A, ttl_seconds: 86_400 },
      { workspace_id: B, ttl_seconds: 7 * 86_400 },
    ];
    const swept = await house.services.call(custody.sweep, { category: 'vitals', limits }, callOf({ tenant: '*' }));
    expect(swept.deleted).toBeGreaterThan(0);
    expect(swept.oldest_age_seconds).toBeGreaterThanOrEqual(2 * 86_400);
    const { rows } = await house.admin.query<{ tenant_id: string }>('SELECT tenant_id FROM vitals.note');
    expect(rows.map((row) => row.tenant_id)).toEqual([B]);
  });

  it('answers whether it lives and is ready, and gives its metrics, on a listener of its own', async () => {
    const ready = await fetch(`${house.running.opsUrl}/health/ready`);
    const metrics = await (await fetch(`${house.running.opsUrl}/metrics`)).text();
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ok: true, dependencies: { database: 'up', events: 'up' } },
    ]);
    const counted = [
      'outbox_oldest_age_seconds{context="vitals"}',
      'event_log_lag_events{group="retention"}',
      'database_pool_connections{context="vitals",pool="work",state="free"}',
      'unit_of_work_duration_seconds_count{context="vitals",outcome="committed"}',
      'service_call_duration_seconds_count{operation="vitals.get_scan",outcome="internal"}',
      'event_delivery_duration_seconds_count{group="retention",type="vitals.scan_deleted.v1",outcome="failed"}',
      'dependency_up{dependency="events"}',
    ];
    expect(counted.filter((name) => !metrics.includes(`\n${name} `))).toEqual([]);
  });

  it('has started, and listens, while its group waits to be shared, as it does until a member that died is out of it', async () => {
    const { eventLog } = house.platform;
    let share = (): void => undefined;
    const shared = new Promise<void>((resolve) => (share = resolve));
    const strategy = jest.spyOn(eventLog, 'strategy').mockImplementation((...asked) => {
      strategy.mockRestore();
      const real = eventLog.strategy(...asked);
      const listen = real.listen.bind(real);
      jest.spyOn(real, 'listen').mockImplementation((done) => void shared.then(() => listen(done)));
      return real;
    });
    const opsPort = await freePort();
    const platform = { ...house.platform, close: () => Promise.resolve() };
    const starting = compose(platform, [listener], { host: '127.0.0.1', port: 0, opsPort, settings: new Map() });
    const startup = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${opsPort}/health/startup`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(startup);
    share();
    const second = await starting;
    expect(second.opsUrl).toContain(`:${opsPort}`);
    await second.stop();
  });
});
