import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { workspaceCreated } from '@smartscan/contracts/identity';
import { effectiveTtl, getPolicy, setTtl } from '@smartscan/contracts/retention';
import { DATA_CATEGORIES, type DataCategory, type TenantId } from '@smartscan/kernel';
import type { Context } from '@smartscan/platform/ports';
import { buildHouse, callOf, eventually, type House } from '@smartscan/testing';
import { retention } from '../index.ts';

const HOUR = 3_600;
const DAY = 86_400;

/** Tells of workspaces, as identity does. */
const identity = (migrations: URL): Context => ({
  name: 'identity',
  controllers: [],
  providers: [],
  tables: [],
  migrations,
  listens: [],
  schedules: [],
});

describe('the retention policy of a workspace', () => {
  let house: House;
  let folder: string;
  let teller: Context;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smartscan-teller-'));
    await writeFile(join(folder, '0001_init.sql'), 'SELECT 1;');
    teller = identity(pathToFileURL(`${folder}/`));
    house = await buildHouse([retention, teller]);
  });
  afterAll(async () => {
    await house.stop();
    await rm(folder, { recursive: true });
  });

  let made = 0;
  const newWorkspace = (): TenantId => `wsp_${String((made += 1)).padStart(26, '0')}`;
  const ttl = async (tenant: TenantId, category: DataCategory): Promise<number> => {
    const input = { workspace_id: tenant, category };
    return (await house.services.call(effectiveTtl, input, callOf({ tenant }))).ttl_seconds;
  };
  const set = (tenant: TenantId, category: DataCategory, seconds: number) =>
    house.services.call(setTtl, { category, ttl_seconds: seconds }, callOf({ tenant, purpose: 'enforce_retention' }));
  const heard = async (tenant: TenantId, plan: 'free' | 'paid'): Promise<void> => {
    await house.work(teller).run(callOf({ tenant }), (tx) => {
      tx.emit(workspaceCreated, { workspace_id: tenant, region: 'us-east-1', plan });
      return Promise.resolve();
    });
    await eventually(async () => (await rows(`SELECT 1 FROM retention.workspace WHERE id = '${tenant}'`)).length > 0);
  };
  const rows = async (sql: string): Promise<readonly Record<string, unknown>[]> =>
    (await house.admin.query<Record<string, unknown>>(sql)).rows;
  const changesTold = async (tenant: TenantId): Promise<unknown[]> => {
    const told = await rows(
      `SELECT DISTINCT event_id, body FROM
         (SELECT event_id, type, body FROM retention.outbox UNION ALL SELECT event_id, type, body FROM bus.record) AS told
       WHERE type = 'retention.policy_changed.v1' AND body LIKE '%${tenant}%'`,
    );
    return told.map((row) => JSON.parse(row['body'] as string) as unknown);
  };

  it('P23: is the strictest until its creation is heard of, and its own plan afterwards', async () => {
    const tenant = newWorkspace();
    expect(await ttl(tenant, 'vitals')).toBe(24 * HOUR);
    await heard(tenant, 'paid');
    expect(await ttl(tenant, 'vitals')).toBe(30 * DAY);
    const free = newWorkspace();
    await heard(free, 'free');
    expect(await ttl(free, 'vitals')).toBe(24 * HOUR);
  });

  it('shows a rule for every category there is', async () => {
    const tenant = newWorkspace();
    await heard(tenant, 'paid');
    await set(tenant, 'vitals', 7 * DAY);
    const { rules } = await house.services.call(getPolicy, {}, callOf({ tenant }));
    expect(rules.map((rule) => rule.category)).toEqual(Object.keys(DATA_CATEGORIES));
    expect(rules.find((rule) => rule.category === 'vitals')).toEqual({
      category: 'vitals',
      title: DATA_CATEGORIES.vitals.title,
      ttl_seconds: 7 * DAY,
      default_seconds: 30 * DAY,
      range_seconds: { zero: true, min: HOUR, max: 2_557 * DAY },
    });
  });

  it('holds what was set last, at once, and tells of each setting', async () => {
    const tenant = newWorkspace();
    for (const seconds of [2 * HOUR, 90 * DAY, 3 * HOUR]) {
      expect((await set(tenant, 'vitals', seconds)).ttl_seconds).toBe(seconds);
      expect(await ttl(tenant, 'vitals')).toBe(seconds);
    }
    const told = await changesTold(tenant);
    expect(told).toHaveLength(3);
    expect(told).toContainEqual({ workspace_id: tenant, category: 'vitals', ttl_seconds: 90 * DAY });
  });

  it('P39: zero is in force as soon as it is answered', async () => {
    const tenant = newWorkspace();
    await set(tenant, 'vitals', 0);
    expect(await ttl(tenant, 'vitals')).toBe(0);
    expect(await ttl(tenant, 'subject_metadata')).toBe(0);
  });

  it('is not changed, and nothing told, where the time is out of range or fixed', async () => {
    const tenant = newWorkspace();
    await expect(set(tenant, 'vitals', 1)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'retention.out_of_range',
      extras: { members: { min_seconds: HOUR, max_seconds: 2_557 * DAY, zero_allowed: true } },
    });
    await expect(set(tenant, 'audit_log', 0)).rejects.toMatchObject({ code: 'retention.out_of_range' });
    await expect(set(tenant, 'account_profile', DAY)).rejects.toMatchObject({ code: 'retention.fixed_category' });
    expect(await rows(`SELECT 1 FROM retention.policy WHERE workspace_id = '${tenant}'`)).toEqual([]);
    expect(await changesTold(tenant)).toEqual([]);
  });

  it('P15: of one workspace is not touched by what another one sets', async () => {
    const [ours, theirs] = [newWorkspace(), newWorkspace()];
    await set(ours, 'vitals', HOUR);
    expect(await ttl(theirs, 'vitals')).toBe(24 * HOUR);
  });
});
