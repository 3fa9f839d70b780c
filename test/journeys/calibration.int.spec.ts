import { DAY_MS } from '@smartscan/kernel';
import { filesWith, holds, tablesWith } from '@smartscan/testing';
import { buildWorld, canary, shortVideo, signUp, type Answer, type Customer, type World } from './world.ts';

const PATIENT = canary('patient-with-a-cuff-2b7e');
/** Readings that no other number in the house is: decimals that no instrument shows. */
const SYSTOLIC = Number(canary('131.40625'));
const DIASTOLIC = Number(canary('83.28125'));

interface Marker {
  readonly value: number | null;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly calibrated_at?: string;
  readonly wellness_estimate?: boolean;
}
const markersOf = ({ body }: Answer): Readonly<Record<string, Marker>> =>
  body['markers'] as unknown as Record<string, Marker>;
const text = (answer: Answer, member: string): string => answer.body[member] as string;

/** Deep enough a pulse that twelve seconds give a heart rate. */
const scanOf = async (customer: Customer, headers: Record<string, string> = {}): Promise<Answer> =>
  customer.scan(await shortVideo(), { 'smartscan-patient-id': PATIENT, ...headers });

const cuff = (scan: Answer, given: object = {}): object => ({
  scan_id: text(scan, 'id'),
  taken_at: text(scan, 'created_at'),
  reading: { kind: 'cuff', device: 'upper_arm_cuff', systolic_mmhg: SYSTOLIC, diastolic_mmhg: DIASTOLIC },
  ...given,
});

describe('a person’s calibration', () => {
  let world: World;
  let customer: Customer;
  let other: Customer;
  let scan: Answer;
  let path: string;
  beforeAll(async () => {
    world = await buildWorld();
    customer = await signUp(world.url);
    other = await signUp(world.url);
    scan = await scanOf(customer);
    path = `/v1/subjects/${text(scan, 'subject_id')}/calibrations`;
  });
  afterAll(() => world.stop());

  it('P08: is reached by our own name for the person, which the scan shows and which is not the customer’s id', async () => {
    expect(text(scan, 'subject_id')).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const read = await customer.ask('GET', `/v1/scans/${text(scan, 'id')}`);
    expect(text(read, 'subject_id')).toBe(text(scan, 'subject_id'));
    const foreign = await scanOf(other);
    expect(text(foreign, 'subject_id')).not.toBe(text(scan, 'subject_id'));
    expect((await customer.ask('GET', `/v1/subjects/${PATIENT}/calibrations`)).status).toBe(400);
  });

  it('makes blood pressure an estimate of that person’s later scans, from the reading, doubted', async () => {
    expect(markersOf(scan)['blood_pressure_systolic']).toMatchObject({ value: null, status: 'unsupported' });
    const made = await customer.ask('POST', path, { body: cuff(scan) });
    expect([made.status, made.headers.get('location')]).toEqual([201, `${path}/${text(made, 'id')}`]);
    const later = markersOf(await scanOf(customer));
    expect(later['heart_rate']!.value).not.toBeNull();
    expect(later['blood_pressure_systolic']).toMatchObject({
      value: 131,
      status: 'low_confidence',
      reasons: expect.arrayContaining(['carried_forward']) as string[],
      calibrated_at: text(scan, 'created_at'),
    });
    expect(later['mean_arterial_pressure']!.value).toBe(99);
    expect(later['oxygen_saturation']).toMatchObject({
      value: null,
      status: 'unsupported',
      reasons: ['not_calibrated'],
    });
    const stranger = markersOf(await scanOf(customer, { 'smartscan-patient-id': 'somebody-else' }));
    expect(stranger['blood_pressure_systolic']).toMatchObject({ value: null, status: 'unsupported' });
  });

  it('P15: is nothing to another workspace', async () => {
    const [{ id } = { id: '' }] = (await customer.ask('GET', path)).body['items'] as unknown as { id: string }[];
    expect(id).toMatch(/^cal_/);
    expect((await other.ask('GET', path)).body['items']).toEqual([]);
    for (const method of ['GET', 'DELETE']) expect((await other.ask(method, `${path}/${id}`)).status).toBe(404);
    expect((await other.ask('POST', path, { body: cuff(scan) })).body['code']).toBe('vitals.scan_not_found');
    expect((await customer.ask('GET', `${path}/${id}`)).status).toBe(200);
  });

  it('P40: its reading is in no table, file or log line in clear', async () => {
    for (const value of [String(SYSTOLIC), String(DIASTOLIC)]) {
      expect(await tablesWith(world.admin, value)).toEqual([]);
      for (const folder of world.folders) expect(await filesWith(folder, value)).toEqual([]);
      expect(holds(world.logged(), value)).toBe(false);
    }
  });

  it('is refused where it is no reading, of another time, or of a scan that is not the person’s', async () => {
    const stranger = await scanOf(customer, { 'smartscan-patient-id': 'somebody-else' });
    const upsideDown = { kind: 'cuff', device: 'wrist_cuff', systolic_mmhg: 80, diastolic_mmhg: 120 };
    for (const [given, status, code] of [
      [{ reading: upsideDown }, 422, 'vitals.implausible_reading'],
      [{ taken_at: '2020-01-01T00:00:00.000Z' }, 422, 'vitals.reading_too_far'],
      [{ scan_id: text(stranger, 'id') }, 404, 'vitals.scan_not_found'],
      [{ scan_id: 'scn_00000000000000000000000000' }, 404, 'vitals.scan_not_found'],
      [{ reading: { kind: 'thermometer' } }, 400, 'invalid_request'],
    ] as const) {
      const refused = await customer.ask('POST', path, { body: cuff(scan, given) });
      expect([refused.status, refused.body['code']]).toEqual([status, code]);
    }
  });

  it('sent twice under one Idempotency-Key is one, and is read again for the second', async () => {
    const headers = { 'idempotency-key': '"cuff-1"' };
    const first = await customer.ask('POST', path, { body: cuff(scan), headers });
    const again = await customer.ask('POST', path, { body: cuff(scan), headers });
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
    const before = (await customer.ask('GET', path)).body['items'] as unknown as unknown[];
    expect((await customer.ask('DELETE', `${path}/${text(first, 'id')}`)).status).toBe(200);
    expect((await customer.ask('GET', path)).body['items']).toHaveLength(before.length - 1);
    expect((await customer.ask('DELETE', `${path}/${text(first, 'id')}`)).status).toBe(404);
  });

  it('P23: is gone for readers and for estimates at the end of its time', async () => {
    const short = await signUp(world.url);
    await short.keepVitalsFor(7 * 86_400);
    const own = await scanOf(short);
    const ownPath = `/v1/subjects/${text(own, 'subject_id')}/calibrations`;
    const made = await short.ask('POST', ownPath, { body: cuff(own) });
    await world.admin.query(
      "UPDATE vitals.calibration SET created_at = created_at - $2 * interval '1 ms' WHERE id = $1",
      [text(made, 'id'), 7 * DAY_MS + 1_000],
    );
    expect((await short.ask('GET', ownPath)).body['items']).toEqual([]);
    expect((await short.ask('GET', `${ownPath}/${text(made, 'id')}`)).status).toBe(404);
    expect(markersOf(await scanOf(short))['blood_pressure_systolic']).toMatchObject({
      value: null,
      status: 'unsupported',
    });
  });

  it('P39: can not be kept where nothing is, and that is said', async () => {
    const keepless = await signUp(world.url);
    await keepless.keepVitalsFor(0);
    const own = await scanOf(keepless, { 'smartscan-estimates': 'wellness' });
    expect(markersOf(own)['blood_pressure_systolic']).toMatchObject({ value: 122, wellness_estimate: true });
    const ownPath = `/v1/subjects/${text(own, 'subject_id')}/calibrations`;
    const refused = await keepless.ask('POST', ownPath, { body: cuff(own) });
    expect([refused.status, refused.body['code']]).toEqual([409, 'vitals.nothing_retained']);
  });

  it('a scan is answered as FHIR to who accepts that, sent or read, and as JSON to everybody else', async () => {
    const headers = { accept: 'application/fhir+json', 'idempotency-key': '"as-fhir"' };
    const made = await scanOf(customer, headers);
    expect(made.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(made.body).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    const location = made.headers.get('content-location') ?? '';
    const read = await customer.ask('GET', location, { headers: { accept: 'application/fhir+json' } });
    expect(read.body).toEqual(made.body);
    const plain = await customer.ask('GET', location);
    expect(Object.keys(markersOf(plain))).toHaveLength((made.body['entry'] as unknown as unknown[]).length);
    const replayed = await scanOf(customer, { 'idempotency-key': '"as-fhir"' });
    expect([replayed.headers.get('idempotency-replayed'), replayed.body]).toEqual(['true', plain.body]);
    const refused = await customer.ask('GET', location, { headers: { accept: 'text/html' } });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([
      406,
      'application/problem+json; charset=utf-8',
    ]);
  });
});
