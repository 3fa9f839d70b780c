import { randomInt } from 'node:crypto';
import { eventually, filesWith, holds, makeFaceVideo } from '@smartscan/testing';
import { Customer, shortVideo, signUp } from '../journeys/world.ts';
import { Machine, type Alive } from './all-in-one.ts';

const ROUNDS = 25;
/** Ours: long enough for some scans and dozens of writes, so that kills fall into all of it. */
const WORK_AT_MOST_MS = 1_500;

interface Acknowledged {
  readonly keys: Set<string>;
  readonly scans: Map<string, unknown>;
  vitalsTtl: number;
}

describe('kill -9 at any moment', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.make();
  });
  afterAll(() => machine.remove());

  it(`in ${ROUNDS} rounds no acknowledged scan, key, setting or audit entry is lost, and none is doubled`, async () => {
    const acknowledged: Acknowledged = { keys: new Set(), scans: new Map(), vitalsTtl: 86_400 };
    const video = await shortVideo();
    let alive = await machine.start();
    const { workspace, key } = await signUp(alive.url);
    for (let round = 0; round < ROUNDS; round += 1) {
      const customer = new Customer(alive.url, workspace, key);
      const work = [
        keepMakingKeys(customer, acknowledged),
        keepScanning(customer, acknowledged, video),
        keepSettingTtl(customer, acknowledged, round),
      ];
      // A scan takes a while: now and then one is let through, so that kills fall before, within and after scans.
      if (round % 5 === 0) await eventually(() => acknowledged.scans.size > round / 5, 30_000);
      await new Promise((resolve) => setTimeout(resolve, randomInt(WORK_AT_MOST_MS)));
      await alive.kill();
      await Promise.allSettled(work);
      alive = await machine.start();
    }
    await verify(new Customer(alive.url, workspace, key), acknowledged);
    expect(await alive.stop()).toBe(0);
  }, 900_000);

  it('P11: a kill in the middle of a scan leaves nothing of its video in any file, page or log line', async () => {
    const canary = 'canary-mid-scan-5b21d7';
    const video = await makeFaceVideo({ seconds: 30, canary });
    let alive: Alive = await machine.start();
    const customer = await signUp(alive.url);
    const accepted = await customer.scan(video, { prefer: 'respond-async', 'smartscan-patient-id': canary });
    expect(accepted.status).toBe(202);
    await alive.kill();
    expect(holds(alive.output(), canary)).toBe(false);
    expect(await filesWith(machine.directory, canary)).toEqual([]);
    alive = await machine.start();
    const again = new Customer(alive.url, customer.workspace, customer.key);
    const closed = await eventually(async () => {
      // Slower than the rate limit.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const { status, body } = await again.ask('GET', `/v1/scans/${accepted.body['id'] as string}`);
      return status === 200 && body['status'] !== 'running' && body;
    }, 60_000);
    expect([closed['status'], closed['problem']]).toEqual(['failed', 'vitals.interrupted']);
    await alive.stop();
    expect(await filesWith(machine.directory, canary)).toEqual([]);
  }, 180_000);
});

async function keepMakingKeys(customer: Customer, { keys }: Acknowledged): Promise<void> {
  for (;;) {
    const { status, body } = await customer.ask('POST', '/v1/api-keys', {
      body: { name: 'crash', scopes: ['scans:read'] },
    });
    if (status === 201) keys.add(body['id'] as string);
    else throw new Error(`keys answered ${status}`);
  }
}

async function keepScanning(
  customer: Customer,
  { scans }: Acknowledged,
  video: Awaited<ReturnType<typeof shortVideo>>,
): Promise<void> {
  for (;;) {
    const { status, body } = await customer.scan(video);
    if (status === 200) scans.set(body['id'] as string, body['markers']);
    else throw new Error(`scans answered ${status}`);
  }
}

async function keepSettingTtl(customer: Customer, acknowledged: Acknowledged, round: number): Promise<void> {
  const { status } = await customer.keepVitalsFor(86_400 + round);
  if (status === 200) acknowledged.vitalsTtl = 86_400 + round;
}

interface Entry {
  readonly id: string;
  readonly event: string;
  readonly facts: Readonly<Record<string, string>>;
}

async function allPages<T>(customer: Customer, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await customer.ask('GET', `${path}?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
    if (status === 429) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      continue;
    }
    items.push(...(body['items'] as unknown as T[]));
    cursor = body['next_cursor'] as string | null;
  }
  return items;
}

async function verify(customer: Customer, { keys, scans, vitalsTtl }: Acknowledged): Promise<void> {
  expect([keys.size > ROUNDS, scans.size >= ROUNDS / 5]).toEqual([true, true]);
  const stored = new Set((await allPages<{ id: string }>(customer, '/v1/api-keys')).map(({ id }) => id));
  expect([...keys].filter((id) => !stored.has(id))).toEqual([]);
  const rules = (await customer.ask('GET', '/v1/retention')).body['rules'] as unknown as {
    category: string;
    ttl_seconds: number;
  }[];
  // A change that was not acknowledged may have happened all the same: never less than what was.
  expect(rules.find((rule) => rule.category === 'vitals')?.ttl_seconds).toBeGreaterThanOrEqual(vitalsTtl);
  for (const [id, markers] of scans)
    expect((await customer.ask('GET', `/v1/scans/${id}`)).body['markers']).toEqual(markers);
  const entries = await eventually(async () => {
    const found = await allPages<Entry>(customer, '/v1/audit-events');
    const created = new Set(
      found.filter((entry) => entry.event === 'identity.api_key_created.v1').map((entry) => entry.facts['key_id']),
    );
    return [...keys].every((id) => created.has(id)) && found;
  }, 60_000);
  expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
  const counts = (event: string, fact: string): number[] => {
    const by = new Map<string, number>();
    for (const entry of entries)
      if (entry.event === event) by.set(entry.facts[fact] ?? '', (by.get(entry.facts[fact] ?? '') ?? 0) + 1);
    return [...by.values()];
  };
  expect(counts('identity.api_key_created.v1', 'key_id').filter((count) => count !== 1)).toEqual([]);
  expect(counts('vitals.scan_completed.v1', 'scan_id').filter((count) => count !== 1)).toEqual([]);
  expect(counts('vitals.scan_completed.v1', 'scan_id').length).toBeGreaterThanOrEqual(scans.size);
}
