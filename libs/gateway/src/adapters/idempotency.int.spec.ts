import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineOperation } from '@smartscan/contracts/operation';
import { getScan, startScan } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import { Reply } from '@smartscan/platform/ports';
import { buildHouse, callOf, eventually, tablesWith, type House } from '@smartscan/testing';
import { custody } from '@smartscan/contracts/gateway';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

/** An operation without PHI that may be repeated by key. */
const makeThing = defineOperation({
  owner: 'vitals',
  name: 'make_thing',
  method: 'POST',
  path: '/v1/things',
  title: 'Make a thing',
  input: z.object({ name: z.string(), size: z.number().optional() }),
  status: 201,
  output: z.object({ name: z.string(), number: z.number() }),
  scope: 'scans:write',
  purpose: 'provide_service',
  public: true,
});
const ID = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';
const summary = {
  id: ID,
  status: 'completed' as 'completed' | 'running',
  created_at: '2026-11-23T20:00:00.000Z',
  finished_at: null,
  retained: true,
  expires_at: null,
  problem: null,
};
const scan = {
  ...summary,
  subject_id: null,
  patient_id: null,
  visit_id: null,
  markers: null,
  quality: null,
  timings_ms: null,
  models: null,
};

describe('an Idempotency-Key', () => {
  const behind = new StandIns(['identity', 'vitals']);
  let house: House;
  let made = 0;
  beforeAll(async () => {
    house = await buildHouse([gateway, ...behind.contexts]);
  });
  afterAll(() => house.stop());
  beforeEach(() => {
    behind.answer(makeThing, ({ name }) => Promise.resolve({ name, number: (made += 1) }));
  });

  interface Answer {
    readonly status: number;
    readonly replayed: string | null;
    readonly headers: Headers;
    readonly body: Record<string, unknown>;
  }
  const post = async (
    path: string,
    key: string,
    init: { as?: string; body: string | Uint8Array<ArrayBuffer>; type?: string; prefer?: string },
  ): Promise<Answer> => {
    const response = await fetch(house.running.url + path, {
      method: 'POST',
      body: init.body,
      headers: {
        authorization: `Bearer ${init.as ?? holder}`,
        'content-type': init.type ?? 'application/json',
        'idempotency-key': key,
        ...(init.prefer ? { prefer: init.prefer } : {}),
      },
    });
    const body = (await response.json()) as Record<string, unknown>;
    return {
      status: response.status,
      replayed: response.headers.get('idempotency-replayed'),
      headers: response.headers,
      body,
    };
  };
  const holder = behind.issue();
  const thing = (key: string, body: unknown = { name: 'a' }, as = holder): Promise<Answer> =>
    post('/v1/things', key, { as, body: JSON.stringify(body) });
  const video = (key: string, bytes = 'video', prefer?: string): Promise<Answer> =>
    post('/v1/scans', key, { body: bytes, type: 'video/mp4', ...(prefer ? { prefer } : {}) });

  it.each(['', 'a b', '"a', 'x'.repeat(256), 'a,b'])('that is malformed (%p) is answered 400', async (key) => {
    expect(await thing(key)).toMatchObject({ status: 400, body: { code: 'idempotency_key_malformed' } });
  });

  it('has the same request done once, and its answer given again', async () => {
    const key = randomUUID();
    const first = await thing(key, { name: 'a', size: 1 });
    const again = await thing(`"${key}"`, { size: 1, name: 'a' });
    expect([first.status, first.replayed, again.status, again.replayed]).toEqual([201, null, 201, 'true']);
    expect(again.body).toEqual(first.body);
  });

  it('is answered 422 on another request, and is nothing to another workspace', async () => {
    const key = randomUUID();
    const first = await thing(key);
    expect(await thing(key, { name: 'b' })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    const other = await thing(key, { name: 'a' }, behind.issue());
    expect([other.status, other.body['number'] === first.body['number']]).toEqual([201, false]);
  });

  it('is answered 409 with Retry-After while the first request runs, whatever number comes at once', async () => {
    const key = randomUUID();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let runs = 0;
    behind.answer(makeThing, async ({ name }) => {
      runs += 1;
      await held;
      return { name, number: 0 };
    });
    const all = Array.from({ length: 8 }, () => thing(key));
    await eventually(() => runs > 0);
    const done: Answer[] = [];
    for (const one of all) void one.then((answer) => done.push(answer));
    await eventually(() => done.length === 7);
    release();
    const answers = await Promise.all(all);
    expect([runs, answers.filter(({ status }) => status === 409).length]).toEqual([1, 7]);
    expect(done[0]).toMatchObject({ status: 409, body: { code: 'idempotency_key_in_use' } });
    expect(Number(done[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await thing(key)).replayed).toBe('true');
  });

  it('is free again after a request that failed', async () => {
    const key = randomUUID();
    behind.answer(makeThing, () => Promise.reject(new Fault('unavailable', 'test.down', 'Not now.')));
    expect((await thing(key)).status).toBe(503);
    behind.answer(makeThing, ({ name }) => Promise.resolve({ name, number: 1 }));
    expect(await thing(key, { name: 'b' })).toMatchObject({ status: 201, replayed: null });
  });

  it('is not blocked for ever by a process that died, and what died can’t finish for its successor', async () => {
    const key = randomUUID();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let runs = 0;
    behind.answer(makeThing, async ({ name }) => {
      const number = (runs += 1);
      if (number === 1) await held;
      return { name, number };
    });
    const dead = thing(key);
    await eventually(() => runs === 1);
    house.clock.advance(31_000);
    expect(await thing(key)).toMatchObject({ status: 201, body: { number: 2 }, replayed: null });
    release();
    await dead;
    expect(await thing(key)).toMatchObject({ body: { number: 2 }, replayed: 'true' });
  });

  it('P39: of an upload keeps digests only, and reads the result again where it is retained', async () => {
    const key = `patient-canary-${randomUUID()}`;
    let scans = 0;
    behind.answer(startScan, async (_input, _call, body) => {
      scans += 1;
      for await (const chunk of body ?? []) expect(chunk.length).toBeGreaterThan(0);
      return { ...scan, patient_id: 'canary-of-the-answer-5d1' };
    });
    behind.answer(getScan, ({ id }) => Promise.resolve({ ...scan, id, visit_id: 'read-again' }));
    expect(await video(key)).toMatchObject({ status: 200, replayed: null });
    for (const canary of [key, 'canary-of-the-answer-5d1', 'video'])
      expect(await tablesWith(house.admin, canary)).toEqual([]);
    expect(await video(key)).toMatchObject({ status: 200, replayed: 'true', body: { id: ID, visit_id: 'read-again' } });
    expect(await video(key, 'another video')).toMatchObject({ status: 422 });
    expect(scans).toBe(1);
  });

  it('P39: of a scan whose result is not retained is answered 409 result-not-retained', async () => {
    const key = randomUUID();
    behind.answer(startScan, async (_input, _call, body) => {
      for await (const chunk of body ?? []) expect(chunk.length).toBeGreaterThan(0);
      return { ...scan, retained: false };
    });
    behind.answer(getScan, () => Promise.reject(new Fault('not_found', 'vitals.scan_not_found', 'There is none.')));
    expect((await video(key)).status).toBe(200);
    expect(await video(key)).toMatchObject({ status: 409, body: { code: 'result-not-retained' } });
  });

  it('of a request that is answered later is answered 202 while it runs, and with the result afterwards', async () => {
    const key = randomUUID();
    behind.answer(startScan, async (_input, call, body) => {
      expect(call.respondAsync).toBe(true);
      for await (const chunk of body ?? []) expect(chunk.length).toBeGreaterThan(0);
      return new Reply(202, { ...summary, status: 'running' as const });
    });
    behind.answer(getScan, () => Promise.resolve({ ...scan, status: 'running' as const }));
    const first = await video(key, 'video', 'respond-async');
    expect([first.status, first.headers.get('location'), first.headers.get('preference-applied')]).toEqual([
      202,
      `/v1/scans/${ID}`,
      'respond-async',
    ]);
    const running = await video(key, 'video', 'respond-async');
    expect([running.status, running.replayed, running.headers.get('location')]).toEqual([
      202,
      'true',
      `/v1/scans/${ID}`,
    ]);
    behind.answer(getScan, () => Promise.resolve(scan));
    expect(await video(key, 'video', 'respond-async')).toMatchObject({ status: 200, body: { status: 'completed' } });
  });

  it('is forgotten when the workspace’s time for it is over', async () => {
    const key = randomUUID();
    const workspace = 'wsp_0000000000000000000000000A';
    const as = behind.issue({ workspace_id: workspace });
    await thing(key, { name: 'a' }, as);
    house.clock.advance(86_400_000);
    const limits = [{ workspace_id: workspace, ttl_seconds: 86_400 }];
    const call = callOf({ tenant: '*', purpose: 'enforce_retention' });
    expect(await house.services.call(custody.sweep, { category: 'idempotency', limits }, call)).toMatchObject({
      deleted: 1,
    });
    expect((await thing(key, { name: 'a' }, as)).replayed).toBeNull();
  });
});
