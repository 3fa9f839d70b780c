import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { p } from '@mikro-orm/core';
import { setTtl } from '@smartscan/contracts/retention';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@smartscan/kernel';
import { defineTable, type Context } from '@smartscan/platform/ports';
import { buildHouse, callOf, eventually, type House } from '@smartscan/testing';
import { retention } from '../index.ts';
import { CATEGORIES } from '../domain/ttl.ts';
import { EnforceRetention } from './enforce-retention.ts';

const WORKSPACES = 10_000;
const workspaceId = (n: number): string => `wsp_${String(n).padStart(26, '0')}`;

/** A keeper of data like any other: a table with a clock is all it takes. */
const reading = defineTable({
  owner: 'vitals',
  name: 'reading',
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    madeAt: p.datetime(),
    endedAt: p.datetime().nullable(),
  },
  category: 'vitals',
  purpose: 'provide_service',
  tenant: 'workspaceId',
  subject: { none: 'It stands for readings; it holds none.' },
  clock: { from: 'madeAt', openUntil: 'endedAt', ttlOf: 'vitals' },
});
const READING_SQL = `
  CREATE TABLE reading (id text PRIMARY KEY, workspace_id text NOT NULL, made_at timestamptz NOT NULL, ended_at timestamptz);
  CREATE INDEX reading_by_workspace_and_age ON reading (workspace_id, made_at);
  CREATE INDEX reading_by_age ON reading (made_at);`;
const keeper = (migrations: URL): Context => ({
  name: 'vitals',
  controllers: [],
  providers: [],
  tables: [reading],
  migrations,
  listens: [],
  schedules: [],
});

describe('enforcing retention', () => {
  let house: House;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smartscan-keeper-'));
    await writeFile(join(folder, '0001_init.sql'), READING_SQL);
    // Of five owners, two are here: the others fail each round, as they would while they are down.
    house = await buildHouse([retention, keeper(pathToFileURL(`${folder}/`))]);
    // The schedule's own first round comes a second after the start: these tests begin when it is over.
    const first = 'retention_sweep_failed_total{owner="identity"}';
    await eventually(async () => (await metric(first)) === CATEGORIES.length);
  });
  afterAll(async () => {
    await house.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await house.admin.query('TRUNCATE retention.workspace, retention.policy, vitals.reading');
  });

  const enforce = () => house.running.app.get(EnforceRetention, { strict: false }).run();
  /** So many workspaces on a plan, each with a record of each of these ages. */
  async function keep(plan: 'free' | 'paid', workspaces: number, agesMs: readonly number[]): Promise<void> {
    const now = house.clock.nowMs();
    await house.admin.query(
      `INSERT INTO retention.workspace SELECT 'wsp_' || lpad(n::text, 26, '0'), $1, 'us-east-1' FROM generate_series(1, $2::int) AS n`,
      [plan, workspaces],
    );
    await house.admin.query(
      `INSERT INTO vitals.reading SELECT gen_random_uuid()::text, 'wsp_' || lpad(n::text, 26, '0'), made_at, made_at
       FROM generate_series(1, $1::int) AS n, unnest($2::timestamptz[]) AS made_at`,
      [workspaces, agesMs.map((age) => new Date(now - age).toISOString())],
    );
  }
  async function agesKept(): Promise<number[]> {
    const { rows } = await house.admin.query<{ at: Date }>('SELECT DISTINCT made_at AS at FROM vitals.reading');
    return rows.map(({ at }) => Math.round((house.clock.nowMs() - at.getTime()) / MINUTE_MS)).sort((a, b) => a - b);
  }
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${house.running.opsUrl}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1] ?? Number.NaN,
    );
  }

  it('P23: deletes what is past its default time and nothing younger', async () => {
    await keep('free', 3, [23 * HOUR_MS, 24 * HOUR_MS + SECOND_MS, 40 * DAY_MS]);
    await enforce();
    expect(await agesKept()).toEqual([23 * 60]);
    house.clock.advance(HOUR_MS);
    await enforce();
    expect(await agesKept()).toEqual([]);
  });

  it('P23: what a workspace paid to keep 30 days stays 30 days', async () => {
    await keep('paid', 2, [29 * DAY_MS, 30 * DAY_MS + SECOND_MS]);
    await enforce();
    expect(await agesKept()).toEqual([29 * 24 * 60]);
  });

  it('P23: a shortened time reaches back to what was stored before', async () => {
    await keep('paid', 2, [2 * HOUR_MS]);
    const call = callOf({ tenant: workspaceId(1), purpose: 'enforce_retention' });
    await house.services.call(setTtl, { category: 'sdk_telemetry', ttl_seconds: 7 * 86_400 }, call);
    await house.services.call(setTtl, { category: 'vitals', ttl_seconds: 3_600 }, call);
    await enforce();
    const { rows } = await house.admin.query<{ workspace: string }>(
      'SELECT workspace_id AS workspace FROM vitals.reading',
    );
    expect(rows.map((row) => row.workspace)).toEqual([workspaceId(2)]);
  });

  it('P39: once a workspace has set zero, nothing that was stored before is left', async () => {
    await keep('paid', 1, [0, HOUR_MS]);
    const call = callOf({ tenant: workspaceId(1), purpose: 'enforce_retention' });
    await house.services.call(setTtl, { category: 'vitals', ttl_seconds: 0 }, call);
    await enforce();
    expect(await agesKept()).toEqual([]);
  });

  it('P39: what still goes on is not swept from under whoever waits for it, and is once it has ended', async () => {
    await keep('paid', 1, [HOUR_MS]);
    await house.admin.query('UPDATE vitals.reading SET ended_at = NULL');
    const call = callOf({ tenant: workspaceId(1), purpose: 'enforce_retention' });
    await house.services.call(setTtl, { category: 'vitals', ttl_seconds: 0 }, call);
    await enforce();
    expect(await agesKept()).toEqual([60]);
    await house.admin.query('UPDATE vitals.reading SET ended_at = made_at');
    await enforce();
    expect(await agesKept()).toEqual([]);
  });

  it('P23: the age of the oldest record, what was deleted and who failed are metrics', async () => {
    const deletedBefore = await metric('retention_deleted_total{category="vitals"}');
    const failedBefore = await metric('retention_sweep_failed_total{owner="identity"}');
    await keep('free', 4, [2 * HOUR_MS, 30 * HOUR_MS]);
    await enforce();
    const oldest = await metric('retention_oldest_age_seconds{category="vitals"}');
    expect(Math.abs(oldest - 7_200)).toBeLessThan(60);
    expect(await metric('retention_deleted_total{category="vitals"}')).toBe((deletedBefore || 0) + 4);
    expect(await metric('retention_sweep_failed_total{owner="identity"}')).toBeGreaterThan(failedBefore || 0);
    expect(await metric('retention_sweep_failed_total{owner="vitals"}')).toBeNaN();
    expect(house.logged()).toContain('"event":"retention.sweep_failed"');
  });

  it('P23: a round through 10,000 workspaces ends within a minute, so that what is over is gone within 15', async () => {
    await keep('free', WORKSPACES, [HOUR_MS, 25 * HOUR_MS, 26 * HOUR_MS]);
    const begun = performance.now();
    await enforce();
    const tookMs = performance.now() - begun;
    expect(await agesKept()).toEqual([60]);
    const { rows } = await house.admin.query<{ n: number }>('SELECT count(*)::int AS n FROM vitals.reading');
    expect(rows[0]?.n).toBe(WORKSPACES);
    expect(tookMs).toBeLessThan(MINUTE_MS);
  });
});
