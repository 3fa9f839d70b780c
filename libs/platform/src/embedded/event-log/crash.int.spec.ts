import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Connection } from '../postgres/connection.ts';
import { createLogDatabase } from './test-log.ts';
import { SHOP_TABLES, type ShopPlan } from './test-shop.ts';

const KILLS = 10;

/** The server of the whole test run. */
const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
let connection: Connection;
let client: pg.Client;
const shops: Shop[] = [];

beforeEach(async () => {
  connection = await createLogDatabase(superuser);
  client = new pg.Client(connection);
  await client.connect();
  for (const statement of SHOP_TABLES) await client.query(statement);
});
afterEach(async () => {
  await Promise.all(shops.splice(0).map((shop) => shop.kill()));
  await client.end();
});

/** A process that runs the sources as jest does; it begins to work when it says "ready". */
class Shop {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  constructor(plan: Omit<ShopPlan, 'connection'>) {
    const loader = join(__dirname, '../postgres/typescript-loader.cjs');
    const code = `require('${__dirname}/test-shop.ts').runShop(JSON.parse(process.env.PLAN), (line) => console.log(line))`;
    this.#child = spawn(process.execPath, ['-C', '@smartscan/source', '-r', loader, '-e', code], {
      cwd: __dirname,
      env: { ...process.env, PLAN: JSON.stringify({ ...plan, connection }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#gone = new Promise((resolve) => this.#child.once('close', () => resolve()));
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => this.lines.push(line));
    shops.push(this);
  }

  said(line: string): Promise<void> {
    return until(() => this.lines.includes(line));
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** kill -9; resolves when the process is gone and all that it said has been read. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 40_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(10);
  }
};

const count = async (sql: string): Promise<number> =>
  (await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`)).rows[0]?.n ?? -1;

/** Everything that was sold is accounted for, once, and each key's entries are in order. */
async function expectTrueAccount(acknowledged: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ key: string; n: number }>('SELECT key, n FROM sold');
  const sold = new Set(rows.map(({ key, n }) => `sold ${key} ${n}`));
  expect(acknowledged.filter((line) => !sold.has(line))).toEqual([]);
  expect(await count('sold s WHERE NOT EXISTS (SELECT FROM effect e WHERE e.key = s.key AND e.n = s.n)')).toBe(0);
  expect(await count('effect')).toBe(sold.size);
  expect(
    await count('(SELECT n, lag(n) OVER (PARTITION BY key ORDER BY id) AS before FROM effect) AS o WHERE n <= before'),
  ).toBe(0);
}

const settled = (): Promise<void> =>
  until(async () => (await count('outbox')) === 0 && (await count('effect')) >= (await count('sold')));

it('killed ten times at any moment: no event lost, no effect doubled, each key in order', async () => {
  const plan = { sells: true, leaseMs: 1_000 };
  const running = [new Shop({ ...plan, name: 'a' }), new Shop({ ...plan, name: 'b' })];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = kill % 2 === 0 ? 0 : 1;
    // Mostly at work, now and then while it starts.
    if (kill % 5 !== 4) await running[victim]?.said('ready');
    await sleep(Math.random() * 400);
    await running[victim]?.kill();
    running[victim] = new Shop({ ...plan, name: victim === 0 ? 'a' : 'b' });
  }
  await Promise.all(running.map((shop) => shop.said('ready')));
  await sleep(200);
  await Promise.all(running.map((shop) => shop.kill()));
  const acknowledged = shops.flatMap(({ lines }) => lines.filter((line) => line.startsWith('sold')));
  await new Shop({ sells: false, name: 'last', leaseMs: 1_000 }).said('ready');
  await settled();
  expect(acknowledged.length).toBeGreaterThan(KILLS * 10);
  await expectTrueAccount(acknowledged);
}, 120_000);

it('a process that starts again right after a kill -9 waits for no lease of the one before', async () => {
  const plan = { sells: true, name: 'a', leaseMs: 60_000 };
  const first = new Shop(plan);
  await first.said('handled');
  await first.kill();
  const second = new Shop(plan);
  await second.said('ready');
  const startedAt = performance.now();
  await second.said('handled');
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

/** One that is stopped with a lock on its share keeps it until its minute is over (`in-transaction.ts`): another time. */
async function stopWithoutLock(shop: Shop): Promise<void> {
  await until(async () => {
    shop.signal('SIGSTOP');
    await sleep(100);
    const held =
      "pg_stat_activity JOIN pg_locks USING (pid) WHERE state_change < now() - interval '90 ms'" +
      " AND relation IN ('bus.consumer'::regclass, 'bus.consumer_group'::regclass, 'bus.member'::regclass)" +
      " AND mode IN ('RowShareLock', 'RowExclusiveLock')";
    if ((await count(held)) === 0) return true;
    shop.signal('SIGCONT');
    return false;
  });
}

it('a process that hangs loses its share to another after a lease, and does no harm when it comes to', async () => {
  const plan = { sells: true, leaseMs: 1_000 };
  const [hung, well] = [new Shop({ ...plan, name: 'a' }), new Shop({ ...plan, name: 'b' })];
  await Promise.all([hung.said('handled'), well.said('handled')]);
  await stopWithoutLock(hung);
  const startedAt = performance.now();
  const leases = async (): Promise<number> => count('bus.consumer WHERE member_id IS NOT NULL GROUP BY member_id');
  await until(async () => (await leases()) === 6);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  hung.signal('SIGCONT');
  await until(async () => (await leases()) === 3);
  await Promise.all([hung.kill(), well.kill()]);
  await new Shop({ sells: false, name: 'last', leaseMs: 1_000 }).said('ready');
  await settled();
  await expectTrueAccount([]);
});
