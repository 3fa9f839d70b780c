import { DAY_MS, MINUTE_MS } from '@smartscan/kernel';
import { eventually, filesWith, holds, makeFaceVideo, tablesWith } from '@smartscan/testing';
import { buildWorld, canary, shortVideo, signUp, type World } from './world.ts';

describe('how long things are kept', () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld();
  });
  afterAll(() => world.stop());

  it('P23: vitals are gone for readers at the end of their time and from the table within 15 minutes', async () => {
    const customer = await signUp(world.url);
    expect((await customer.keepVitalsFor(7 * 86_400)).status).toBe(200);
    const id = (await customer.scan(await shortVideo())).body['id'] as string;
    await grow(world, id, 7 * DAY_MS - MINUTE_MS);
    expect((await customer.ask('GET', `/v1/scans/${id}`)).status).toBe(200);
    await grow(world, id, 2 * MINUTE_MS);
    expect((await customer.ask('GET', `/v1/scans/${id}`)).status).toBe(404);
    // The sweep runs each minute of real time.
    await eventually(
      async () => (await world.admin.query('SELECT FROM vitals.scan WHERE id = $1', [id])).rowCount === 0,
      90_000,
    );
  }, 120_000);

  it('P39: with zero retention the result is in the answer and nowhere else', async () => {
    const customer = await signUp(world.url);
    await customer.keepVitalsFor(0);
    const secret = canary('zero-retention-canary-7f3a');
    const { status, body } = await customer.scan(
      await makeFaceVideo({ seconds: 12, width: 320, height: 240, canary: secret }),
      {
        'smartscan-patient-id': secret,
        'idempotency-key': '"zero-1"',
      },
    );
    expect([status, body['retained'], body['patient_id']]).toEqual([200, false, secret]);
    expect((await customer.ask('GET', `/v1/scans/${body['id'] as string}`)).status).toBe(404);
    const { rows } = await world.admin.query('SELECT FROM vitals.scan WHERE workspace_id = $1', [customer.workspace]);
    expect(rows).toHaveLength(0);
    expect(await tablesWith(world.admin, secret)).toEqual([]);
    for (const folder of world.folders) expect(await filesWith(folder, secret)).toEqual([]);
    expect(holds(world.logged(), secret)).toBe(false);
  });

  it('P39: replaying a finished call whose result was not retained answers 409, not a second scan', async () => {
    const customer = await signUp(world.url);
    await customer.keepVitalsFor(0);
    const video = await shortVideo();
    expect((await customer.scan(video, { 'idempotency-key': '"once"' })).status).toBe(200);
    const again = await customer.scan(video, { 'idempotency-key': '"once"' });
    expect([again.status, again.body['code']]).toEqual([409, 'result-not-retained']);
  });

  it('P39: an asynchronous result that is not kept waits for one fetch', async () => {
    const customer = await signUp(world.url);
    await customer.keepVitalsFor(0);
    const accepted = await customer.scan(await shortVideo(), { prefer: 'respond-async' });
    const path = `/v1/scans/${accepted.body['id'] as string}`;
    const first = await eventually(async () => {
      const read = await customer.ask('GET', path);
      return read.body['status'] !== 'running' && read;
    });
    expect([first.status, first.body['status'], first.body['markers'] !== null]).toEqual([200, 'completed', true]);
    expect((await customer.ask('GET', path)).status).toBe(404);
  });
});

/** Time travel for one scan, in whichever processes: it was made longer ago. */
const grow = (world: World, id: string, ms: number) =>
  world.admin.query("UPDATE vitals.scan SET created_at = created_at - $2 * interval '1 millisecond' WHERE id = $1", [
    id,
    ms,
  ]);
