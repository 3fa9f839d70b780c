import { eventually, filesWith, holds, makeFaceVideo, tablesWith } from '@smartscan/testing';
import { buildWorld, canary, shortVideo, signUp, type Answer, type Customer, type World } from './world.ts';

interface Markers {
  readonly [name: string]: {
    readonly value: number | null;
    readonly status: string;
    readonly reasons: readonly string[];
  };
}

const PATIENT = canary('patient-of-a-journey-6d13');
const VISIT = canary('visit-of-a-journey-b08e');
/** kg: a weight as nobody else has it. */
const WEIGHT = canary('81.234567891');

describe('a scan, from sign-up to deletion', () => {
  let world: World;
  let customer: Customer;
  beforeAll(async () => {
    world = await buildWorld();
    customer = await signUp(world.url);
  });
  afterAll(() => world.stop());

  it('a 30 s video becomes a heart rate within 1 bpm and an SDNN within 10 ms of the truth', async () => {
    const video = await makeFaceVideo();
    const { status, body } = await customer.scan(video);
    expect(status).toBe(200);
    const markers = body['markers'] as unknown as Markers;
    expect(Math.abs((markers['heart_rate']?.value ?? 0) - video.truth.heartRate)).toBeLessThanOrEqual(1);
    expect(Math.abs((markers['hrv_sdnn']?.value ?? 0) - video.truth.sdnn)).toBeLessThanOrEqual(10);
  });

  it('what the caller tells of the person makes the markers that ask for it, and is kept nowhere', async () => {
    const person = {
      'smartscan-age': '45',
      'smartscan-sex': 'male',
      'smartscan-height-cm': '180',
      'smartscan-weight-kg': WEIGHT,
      'smartscan-systolic-pressure': '130',
      'smartscan-pressure-treated': 'no',
      'smartscan-smoker': 'no',
      'smartscan-diabetes': 'no',
    };
    const markersOf = ({ body }: Answer): Markers => body['markers'] as unknown as Markers;
    const known = markersOf(await customer.scan(await shortVideo(), person));
    for (const name of ['fitness', 'heart_age', 'cardiovascular_risk']) {
      expect(known[name]?.value).toEqual(expect.any(Number));
    }
    const unknown = markersOf(await customer.scan(await shortVideo()));
    expect(unknown['fitness']).toMatchObject({ value: null, status: 'refused', reasons: ['needs_age', 'needs_sex'] });
    expect(unknown['arousal']).toMatchObject({ value: null, status: 'unsupported', reasons: ['needs_contact'] });
    expect(await tablesWith(world.admin, WEIGHT)).toEqual([]);
    for (const folder of world.folders) expect(await filesWith(folder, WEIGHT)).toEqual([]);
    expect(holds(world.logged(), WEIGHT)).toBe(false);
  });

  it('what can be said of no adult is refused before the video is read, without a word of it', async () => {
    const { status, body } = await customer.scan(await shortVideo(), { 'smartscan-age': '1234.5' });
    expect([status, body['errors']]).toEqual([400, [{ header: 'smartscan-age', code: 'too_large', expected: 120 }]]);
    expect(JSON.stringify(body)).not.toContain('1234');
  });

  it('a kept scan is read, listed and deleted, and what was deleted is gone', async () => {
    const scanned = await customer.scan(await shortVideo(), {
      'smartscan-patient-id': PATIENT,
      'smartscan-visit-id': VISIT,
    });
    const id = scanned.body['id'] as string;
    const read = await customer.ask('GET', `/v1/scans/${id}`);
    expect(read.body).toEqual(
      expect.objectContaining({
        id,
        status: 'completed',
        patient_id: PATIENT,
        visit_id: VISIT,
        markers: scanned.body['markers'],
      }),
    );
    const list = await customer.ask('GET', '/v1/scans');
    expect((list.body['items'] as unknown as { id: string }[]).map((item) => item.id)).toContain(id);
    expect((await customer.ask('DELETE', `/v1/scans/${id}`)).status).toBe(200);
    const gone = await customer.ask('GET', `/v1/scans/${id}`);
    expect([gone.status, gone.body['code']]).toEqual([404, 'vitals.scan_not_found']);
  });

  it('P16: every write, read and deletion of a result is in the audit log with its purpose', async () => {
    const id = (await customer.scan(await shortVideo())).body['id'] as string;
    await customer.ask('GET', `/v1/scans/${id}`);
    await customer.ask('DELETE', `/v1/scans/${id}`);
    const accesses = await eventually(async () => {
      const { body } = await customer.ask('GET', '/v1/audit-events?class=phi&limit=100');
      const items = body['items'] as unknown as {
        event: string;
        purpose: string;
        facts: { record_id?: string; access?: string };
      }[];
      const found = items.filter((item) => item.event === 'vitals.phi_accessed.v1' && item.facts.record_id === id);
      return found.length >= 3 && found;
    });
    expect(accesses.map((entry) => entry.facts.access).sort()).toEqual(['delete', 'read', 'write']);
    expect(new Set(accesses.map((entry) => entry.purpose))).toEqual(new Set(['return_result']));
  });

  it('with respond-async the scan is polled, followed by server-sent events, and kept', async () => {
    const accepted = await customer.scan(await shortVideo(), { prefer: 'respond-async' });
    expect([accepted.status, accepted.headers.get('location')]).toEqual([
      202,
      `/v1/scans/${accepted.body['id'] as string}`,
    ]);
    const events = await customer.ask('GET', `/v1/scans/${accepted.body['id'] as string}/events`);
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(events.body['text'] as string).toContain('"status":"completed"');
    const done = await customer.ask('GET', `/v1/scans/${accepted.body['id'] as string}`);
    expect(done.body['status']).toBe('completed');
  });

  it('a running scan can be cancelled', async () => {
    const accepted = await customer.scan(await makeFaceVideo({ seconds: 30 }), { prefer: 'respond-async' });
    const cancelled = await customer.ask('POST', `/v1/scans/${accepted.body['id'] as string}/cancel`);
    expect([cancelled.status, cancelled.body['status']]).toEqual([200, 'cancelled']);
    const read = await customer.ask('GET', `/v1/scans/${accepted.body['id'] as string}`);
    expect([read.body['status'], read.body['markers']]).toEqual(['cancelled', null]);
  });

  it('P18: telemetry with a sixth field is refused, and P19: what is kept leads to no scan', async () => {
    const refused = await customer.scan(await shortVideo(), { 'smartscan-telemetry': '{"serial_number":"1"}' });
    expect([refused.status, refused.body['code']]).toEqual([400, 'vitals.bad_telemetry']);
    const accepted = await customer.scan(await shortVideo(), {
      'smartscan-telemetry': '{"camera_model":"front","ambient_light":120}',
    });
    expect(accepted.status).toBe(200);
    const { rows } = await world.admin.query<Record<string, unknown>>('SELECT * FROM vitals.telemetry');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain((accepted.body['id'] as string).slice(4));
  });

  it('what is not a video is a problem of its own type, and the next scan works', async () => {
    const refused = await customer.ask('POST', '/v1/scans', {
      raw: Buffer.from('no video at all'),
      headers: { 'content-type': 'video/mp4' },
    });
    expect([refused.status, refused.body['code']]).toEqual([415, 'vitals.not_a_video']);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect((await customer.scan(await shortVideo())).status).toBe(200);
  });
});
