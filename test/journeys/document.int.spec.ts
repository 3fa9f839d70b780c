import { eventually, filesWith, holds, tablesWith } from '@smartscan/testing';
import { jpegOf, pdfOf, rasterOf } from '@smartscan/testing/document-page';
import sharp from 'sharp';
import { buildWorld, canary, signUp, type Answer, type Customer, type World } from './world.ts';

const PATIENT = canary('patient-of-a-document-91ac');
/** Printed on the report: what is read of it is PHI. */
const SURNAME = canary('Featherstone');
/** In the picture's metadata: nobody is to see it again. */
const PLACE = canary('place-of-the-photo-5e2d');

const report = (name: string): Buffer =>
  pdfOf([
    [
      { x: 60, y: 60, text: 'Northern Laboratories', size: 16, font: 'bold' },
      { x: 60, y: 90, text: 'Lab report' },
      { x: 60, y: 115, text: `Patient: Ida ${name}` },
      { x: 320, y: 115, text: 'Collected: 2026-03-14' },
      ...['Test', 'Result', 'Units', 'Reference range'].map((text, i) => ({
        x: 60 + 120 * i,
        y: 160,
        text,
        font: 'bold' as const,
      })),
      ...['Glucose', '98', 'mg/dL', '70 - 99'].map((text, i) => ({ x: 60 + 120 * i, y: 185, text })),
      ...['Potassium', '4.1', 'mmol/L', '3.5 - 5.1'].map((text, i) => ({ x: 60 + 120 * i, y: 210, text })),
      ...['Creatinine', '0.9', 'mg/dL', '0.6 - 1.2'].map((text, i) => ({ x: 60 + 120 * i, y: 235, text })),
    ],
  ]);

interface Reading {
  readonly type: string;
  readonly fields: Readonly<Record<string, { value: unknown; status: string; polygon: unknown; review?: unknown }>>;
  readonly results: readonly {
    name: string;
    result: { value: number | null; ucum: string; loinc: string; status: string; review?: unknown };
  }[];
}

const readingOf = ({ body }: Answer): Reading => (body['readings'] as unknown as Reading[])[0]!;
const valuesOf = (answer: Answer) => readingOf(answer).results.map(({ result }) => [result.value, result.ucum]);
const VALUES = [
  [98, 'mg/dL'],
  [4.1, 'mmol/L'],
  [0.9, 'mg/dL'],
];

describe('a document, from upload to deletion', () => {
  let world: World;
  let customer: Customer;
  let photo: Buffer;
  beforeAll(async () => {
    world = await buildWorld();
    customer = await signUp(world.url);
    const plain = await jpegOf(await rasterOf(report(SURNAME)));
    photo = await sharp(plain)
      .withExif({ IFD0: { ImageDescription: PLACE, Artist: PLACE } })
      .jpeg()
      .toBuffer();
    expect(holds(photo.toString('latin1'), PLACE)).toBe(true);
  });
  afterAll(() => world.stop());

  const send = (raw: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
    customer.ask('POST', '/v1/documents', { raw, headers: { 'content-type': 'application/octet-stream', ...headers } });
  const keep = (category: string, seconds: number): Promise<Answer> =>
    customer.ask('PUT', `/v1/retention/${category}`, { body: { ttl_seconds: seconds } });

  it('a lab report becomes coded results, as a PDF and as a photo, each with the place where it was read', async () => {
    for (const file of [report(SURNAME), photo]) {
      const answer = await send(file, { 'smartscan-patient-id': PATIENT });
      expect([answer.status, readingOf(answer).type]).toEqual([200, 'lab_report']);
      expect(valuesOf(answer)).toEqual(VALUES);
      expect(readingOf(answer).results.map(({ result }) => result.loinc)).toEqual(['2345-7', '2823-3', '2160-0']);
      expect(readingOf(answer).fields['patient_name']).toMatchObject({ value: `Ida ${SURNAME}`, status: 'ok' });
      expect(readingOf(answer).fields['collected']).toMatchObject({ value: '2026-03-14' });
      expect(readingOf(answer).fields['patient_name']!.polygon).toHaveLength(4);
      expect(Object.keys(answer.body['models'] as unknown as object)).toContain('ppocr-recognition/1');
    }
  });

  it('what was read is kept, found again, listed and deleted', async () => {
    const sent = await send(report(SURNAME), { 'smartscan-patient-id': PATIENT });
    const id = sent.body['id'] as string;
    const read = await customer.ask('GET', `/v1/documents/${id}`);
    expect(read.body).toMatchObject({ id, status: 'completed', retained: true, patient_id: PATIENT });
    expect(read.body['readings']).toEqual(sent.body['readings']);
    const list = await customer.ask('GET', '/v1/documents');
    expect((list.body['items'] as unknown as { id: string }[]).map((item) => item.id)).toContain(id);
    expect((await customer.ask('DELETE', `/v1/documents/${id}`)).status).toBe(200);
    const gone = await customer.ask('GET', `/v1/documents/${id}`);
    expect([gone.status, gone.body['code']]).toEqual([404, 'extraction.document_not_found']);
  });

  it('a review stands beside the reading, with who and when; what is no field, or no number, changes nothing', async () => {
    const id = (await send(report(SURNAME))).body['id'] as string;
    const review = (field: string, value: unknown): Promise<Answer> =>
      customer.ask('PATCH', `/v1/documents/${id}`, { body: { corrections: [{ field, value }] } });
    expect((await review('/readings/0/results/9/result', 1)).body['code']).toBe('extraction.no_such_field');
    expect((await review('/readings/0/results/0/result', 'high')).body['code']).toBe('extraction.bad_value');
    const done = await review('/readings/0/results/0/result', 89);
    expect(done.status).toBe(200);
    const { result } = readingOf(await customer.ask('GET', `/v1/documents/${id}`)).results[0]!;
    expect(result).toMatchObject({ value: 98, review: { value: 89, reviewed_by: expect.stringMatching(/^key_/) } });
  });

  it('a value that is less sure than the caller wants is refused', async () => {
    const { body } = await send(photo, { 'smartscan-confidence-threshold': '1' });
    const [reading] = body['readings'] as unknown as Reading[];
    const unsure = reading!.results.filter(({ result }) => result.value === null);
    expect(unsure.length).toBeGreaterThan(0);
    for (const { result } of unsure) expect(result).toMatchObject({ status: 'refused', reasons: ['below_threshold'] });
  });

  it('without waiting it is accepted, polled and found; deleted while it runs it is given up', async () => {
    const accepted = await send(photo, { prefer: 'respond-async' });
    const id = accepted.body['id'] as string;
    expect([accepted.status, accepted.headers.get('location')]).toEqual([202, `/v1/documents/${id}`]);
    const done = await eventually(async () => {
      const read = await customer.ask('GET', `/v1/documents/${id}`);
      return read.body['status'] !== 'running' && read;
    });
    expect(valuesOf(done)).toEqual(VALUES);
    const another = (await send(photo, { prefer: 'respond-async' })).body['id'] as string;
    expect((await customer.ask('DELETE', `/v1/documents/${another}`)).status).toBe(200);
    expect((await customer.ask('GET', `/v1/documents/${another}`)).status).toBe(404);
  });

  it('pictures of pages are kept only where the workspace says so, without their metadata, and go with the document', async () => {
    const before = (await send(photo)).body;
    expect(before['images_retained']).toBe(false);
    const none = await customer.ask('GET', `/v1/documents/${before['id'] as string}/pages/1/image`);
    expect([none.status, none.body['code']]).toEqual([404, 'extraction.image_not_kept']);
    await keep('document_images', 3_600);
    const { body } = await send(photo);
    expect(body).toMatchObject({ images_retained: true });
    const path = `/v1/documents/${body['id'] as string}/pages/1/image`;
    const image = await customer.ask('GET', path);
    const bytes = Buffer.from(image.body['data'] as string, 'base64');
    const { width, height, format, exif } = await sharp(bytes).metadata();
    expect([format, exif]).toEqual(['jpeg', undefined]);
    expect((body['pages'] as unknown as object[])[0]).toEqual({ width, height, source: 'picture' });
    await keep('document_images', 0);
    expect((await customer.ask('GET', path)).status).toBe(404);
    await customer.ask('DELETE', `/v1/documents/${body['id'] as string}`);
    const { rows } = await world.admin.query('SELECT 1 FROM extraction.page_image WHERE document_id = $1', [
      body['id'],
    ]);
    expect(rows).toEqual([]);
  });

  it('P39: of a workspace that keeps nothing there is nothing after the answer, or after the first fetch', async () => {
    const other = await signUp(world.url);
    await other.ask('PUT', '/v1/retention/extracted_data', { body: { ttl_seconds: 0 } });
    const headers = { 'content-type': 'image/jpeg', 'smartscan-patient-id': PATIENT };
    const sent = await other.ask('POST', '/v1/documents', { raw: photo, headers });
    expect([sent.status, sent.body['retained'], valuesOf(sent)]).toEqual([200, false, VALUES]);
    expect((await other.ask('GET', `/v1/documents/${sent.body['id'] as string}`)).status).toBe(404);
    const later = await other.ask('POST', '/v1/documents', {
      raw: photo,
      headers: { ...headers, prefer: 'respond-async' },
    });
    const path = `/v1/documents/${later.body['id'] as string}`;
    const fetched = await eventually(async () => {
      const read = await other.ask('GET', path);
      return read.body['status'] !== 'running' && read;
    });
    expect(valuesOf(fetched)).toEqual(VALUES);
    expect((await other.ask('GET', path)).status).toBe(404);
    const { rows } = await world.admin.query(
      'SELECT id FROM extraction.document WHERE workspace_id = $1 UNION SELECT id FROM extraction.held WHERE workspace_id = $1',
      [other.workspace],
    );
    expect(rows).toEqual([]);
  });

  it('P39: a workspace that chooses to keep nothing while a document is read gets it handed over once, and nothing kept', async () => {
    const other = await signUp(world.url);
    // Long enough for the choice to come in between.
    const pages = await Promise.all(Array.from({ length: 3 }, () => rasterOf(report(SURNAME))));
    const sent = await Promise.all(
      pages.map(async (page) =>
        other.ask('POST', '/v1/documents', {
          raw: await jpegOf(page),
          headers: { 'content-type': 'image/jpeg', prefer: 'respond-async' },
        }),
      ),
    );
    const last = `/v1/documents/${sent.at(-1)!.body['id'] as string}`;
    expect((await other.ask('GET', last)).body).toMatchObject({ status: 'running', retained: true });
    await other.ask('PUT', '/v1/retention/extracted_data', { body: { ttl_seconds: 0 } });
    const fetched = await eventually(async () => {
      const read = await other.ask('GET', last);
      return read.body['status'] !== 'running' && read;
    }, 60_000);
    expect(fetched.body).toMatchObject({ status: 'completed' });
    expect([fetched.body['retained'], valuesOf(fetched)]).toEqual([false, VALUES]);
    expect((await other.ask('GET', last)).status).toBe(404);
    const { rows } = await world.admin.query('SELECT 1 FROM extraction.document WHERE id = $1', [
      sent.at(-1)!.body['id'],
    ]);
    expect(rows).toEqual([]);
  }, 120_000);

  it('P15: another workspace sees no document of this one', async () => {
    const id = (await send(report(SURNAME))).body['id'] as string;
    const stranger = await signUp(world.url);
    for (const [method, path] of [
      ['GET', `/v1/documents/${id}`],
      ['GET', `/v1/documents/${id}/pages/1/image`],
      ['DELETE', `/v1/documents/${id}`],
    ] as const) {
      expect((await stranger.ask(method, path)).status).toBe(404);
    }
    expect((await stranger.ask('GET', '/v1/documents')).body['items']).toEqual([]);
    expect((await customer.ask('GET', `/v1/documents/${id}`)).status).toBe(200);
  });

  it('P16: every write, read, review and deletion is in the audit log with its purpose', async () => {
    const id = (await send(report(SURNAME))).body['id'] as string;
    await customer.ask('GET', `/v1/documents/${id}`);
    await customer.ask('DELETE', `/v1/documents/${id}`);
    const accesses = await eventually(async () => {
      const { body } = await customer.ask('GET', '/v1/audit-events?class=phi&limit=100');
      const items = body['items'] as unknown as { event: string; purpose: string; facts: Record<string, string> }[];
      const found = items.filter(
        (item) => item.event === 'extraction.phi_accessed.v1' && item.facts['record_id'] === id,
      );
      return found.length >= 3 && found;
    });
    expect(accesses.map((entry) => entry.facts['access']).sort()).toEqual(['delete', 'read', 'write']);
    expect(new Set(accesses.map((entry) => entry.purpose))).toEqual(new Set(['return_result']));
  });

  it('what is none of the types that can be read is a problem of its own, and the next document is read', async () => {
    const cases = [
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'documents.unsupported_type'],
      [Buffer.alloc(0), 400, 'body_missing'],
      [photo.subarray(0, 2_000), 422, 'documents.unreadable'],
    ] as const;
    for (const [raw, status, code] of cases) {
      const refused = await send(raw);
      expect([refused.status, refused.body['code']]).toEqual([status, code]);
      expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    }
    expect((await send(report(SURNAME))).status).toBe(200);
  });

  it('says what can be read from which document', async () => {
    const { body } = await customer.ask('GET', '/v1/document-types');
    const types = body['types'] as unknown as { type: string; fields: { name: string }[] }[];
    expect(types).toHaveLength(16);
    const monitor = types.find(({ type }) => type === 'blood_pressure_monitor');
    expect(monitor!.fields.map(({ name }) => name)).toEqual(['sys', 'dia', 'pulse']);
  });

  it('P11: nothing of a document or its reading is in clear in a table, a file or the log', async () => {
    for (const text of [SURNAME, PATIENT, PLACE]) {
      expect(await tablesWith(world.admin, text)).toEqual([]);
      for (const folder of world.folders) expect(await filesWith(folder, text)).toEqual([]);
      expect(holds(world.logged(), text)).toBe(false);
    }
  });
});
