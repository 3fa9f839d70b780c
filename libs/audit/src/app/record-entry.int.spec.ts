import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listEntries } from '@smartscan/contracts/audit';
import { allEvents, allOperations } from '@smartscan/contracts/all';
import type { AuditClass } from '@smartscan/contracts/event';
import { apiKeyCreated, apiKeyRevoked, workspaceCreated } from '@smartscan/contracts/identity';
import { OWNERS } from '@smartscan/contracts/owners';
import { custody } from '@smartscan/contracts/audit';
import { DAY_MS, type TenantId } from '@smartscan/kernel';
import type { Context } from '@smartscan/platform/ports';
import { buildHouse, callOf, eventually, type House } from '@smartscan/testing';
import { RecordEntry } from './record-entry.ts';
import { audit } from '../index.ts';

const ids = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, '0')}`;
const OURS: TenantId = ids('wsp', 1);
const THEIRS: TenantId = ids('wsp', 2);

describe('the audit log', () => {
  let house: House;
  let folder: string;
  let identity: Context;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smartscan-teller-'));
    await writeFile(join(folder, '0001_init.sql'), 'SELECT 1;');
    // Whoever tells identity's events: this context only listens.
    const migrations = pathToFileURL(`${folder}/`);
    identity = { name: 'identity', controllers: [], providers: [], tables: [], migrations, listens: [], schedules: [] };
    house = await buildHouse([identity, audit]);
  });
  afterAll(async () => {
    await house.stop();
    await rm(folder, { recursive: true });
  });

  const scopeOf = (tenant: TenantId) =>
    callOf({ tenant, actor: { kind: 'api_key', id: ids('key', 7) }, purpose: 'administer_account' });
  const list = (tenant: TenantId, given: { class?: AuditClass; limit?: number; cursor?: string } = {}) =>
    house.services.call(listEntries, { limit: 100, ...given }, callOf({ tenant }));
  const revokeKeys = (tenant: TenantId, keys: readonly string[]) =>
    house.work(identity).run(scopeOf(tenant), (tx) => {
      for (const key of keys) tx.emit(apiKeyRevoked, { workspace_id: tenant, key_id: key });
      return Promise.resolve();
    });

  it('listens to every event that names an audit class, of every owner, and to no other', () => {
    const listened = audit.listens.map(({ contract }) => contract.type);
    expect(listened).toEqual(
      allEvents()
        .filter((event) => event.audit !== 'none')
        .map((event) => event.type),
    );
    expect(new Set(allOperations().map((operation) => operation.owner))).toEqual(new Set(OWNERS));
    expect(listened).toEqual(expect.arrayContaining(['vitals.phi_accessed.v1', 'retention.policy_changed.v1']));
  });

  it('P16: holds who did what, when, why and in which request, with the facts of the event', async () => {
    const before = house.clock.nowMs();
    await house.work(identity).run(scopeOf(OURS), (tx) => {
      tx.emit(workspaceCreated, { workspace_id: OURS, region: 'us-east-1', plan: 'free' });
      return Promise.resolve();
    });
    const entry = await eventually(async () => (await list(OURS)).items[0]);
    expect(entry).toEqual({
      id: expect.stringMatching(/^evt_/) as string,
      at: expect.any(String) as string,
      event: 'identity.workspace_created.v1',
      class: 'admin',
      actor: { kind: 'api_key', id: ids('key', 7) },
      purpose: 'administer_account',
      request_id: ids('req', 0),
      facts: { workspace_id: OURS, region: 'us-east-1', plan: 'free' },
    });
    expect(Math.abs(Date.parse(entry.at) - before)).toBeLessThan(5_000);
  });

  it('has one entry per event, also when events come again and the inbox has forgotten them', async () => {
    await revokeKeys(OURS, [ids('key', 1), ids('key', 2)]);
    const entries = await eventually(async () => {
      const { items } = await list(OURS);
      return items.length >= 3 && items;
    });
    await house.admin.query('DELETE FROM audit.inbox');
    await house.platform.eventLog.rewind('audit');
    await revokeKeys(OURS, [ids('key', 3)]);
    // The inbox fills up again: all four came, three of them a second time.
    await eventually(async () => {
      const { rows } = await house.admin.query<{ n: number }>('SELECT count(*)::int AS n FROM audit.inbox');
      return rows[0]?.n === 4;
    });
    const { items } = await list(OURS);
    expect(items).toHaveLength(4);
    expect(items.slice(1)).toEqual(entries);
  });

  it('leaves an entry as it is when the same event id comes with other facts', async () => {
    const [entry] = (await list(OURS)).items;
    const forged = {
      ...{ id: entry?.id ?? '', type: 'identity.api_key_created.v1', topic: 'smartscan.identity', key: OURS },
      ...{ time: new Date(0).toISOString(), tenant: OURS, actor: { kind: 'staff' as const, id: 'staff' } },
      ...{ purpose: 'secure_service', requestId: ids('req', 9), region: 'us-east-1', traceparent: '', body: '{}' },
    };
    const handler = house.running.app.get(RecordEntry, { strict: false });
    await house.work(audit).run(scopeOf(OURS), (tx) => handler.handle(tx, { forged: true }, forged));
    expect((await list(OURS)).items[0]).toEqual(entry);
  });

  it('P15: shows a workspace its own entries only', async () => {
    await revokeKeys(THEIRS, [ids('key', 50)]);
    const theirs = await eventually(async () => {
      const { items } = await list(THEIRS);
      return items.length > 0 && items;
    });
    expect(theirs.map((entry) => entry.facts['key_id'])).toEqual([ids('key', 50)]);
    expect((await list(OURS)).items.map((entry) => entry.facts['workspace_id'])).not.toContain(THEIRS);
  });

  it('is read newest first, page by page, each entry once, and by class', async () => {
    await house.work(identity).run(scopeOf(OURS), (tx) => {
      for (let n = 100; n < 125; n += 1) tx.emit(apiKeyCreated, { workspace_id: OURS, key_id: ids('key', n) });
      return Promise.resolve();
    });
    const all = await eventually(async () => {
      const { items } = await list(OURS);
      return items.length >= 29 && items;
    });
    const paged: typeof all = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await list(OURS, { limit: 4, ...(cursor ? { cursor } : {}) });
      paged.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all);
    expect(all.map((entry) => entry.id)).toEqual(
      all
        .map((entry) => entry.id)
        .sort()
        .reverse(),
    );
    expect((await list(OURS, { class: 'admin' })).items).toEqual(all);
    expect((await list(OURS, { class: 'phi' })).items).toEqual([]);
  });

  it('P23: is swept by the clock of its entries, and tells how many went', async () => {
    const sweep = () =>
      house.services.call(
        custody.sweep,
        { category: 'audit_log', limits: [{ workspace_id: OURS, ttl_seconds: 86_400 }] },
        callOf({ tenant: '*', purpose: 'enforce_retention' }),
      );
    const kept = (await list(OURS)).items.length;
    expect((await sweep()).deleted).toBe(0);
    house.clock.advance(DAY_MS);
    expect((await sweep()).deleted).toBe(kept);
    const told = await eventually(async () => (await list(OURS)).items[0]);
    expect(told.event).toBe('audit.records_expired.v1');
    expect(told.facts).toEqual({ workspace_id: OURS, table: 'audit.entry', category: 'audit_log', count: kept });
    expect((await list(THEIRS)).items).toHaveLength(1);
  });
});
