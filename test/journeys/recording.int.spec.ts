import { eventually, filesWith, holds, makeFaceVideo, tablesWith } from '@smartscan/testing';
import { chunksOf, cropsOf, makeRecording, type TraceChunk } from '@smartscan/testing/recording';
import { buildWorld, canary, signUp, type Answer, type Customer, type World } from './world.ts';

interface Preview {
  readonly heart_rate: number | null;
  readonly seconds: number;
  readonly reasons: readonly string[];
}
interface Marker {
  readonly value: number | null;
  readonly status: string;
  readonly reasons: readonly string[];
}

const PATIENT = canary('patient-of-a-recording-3fd0');
/** A colour as no other skin has it. */
const COLOUR = Number(canary('187.1234567812'));

const { traces, truth } = makeRecording({ seconds: 20 });
const chunks = chunksOf(traces, 30);
const marked: TraceChunk[] = chunks.map((chunk, i) =>
  i > 0
    ? chunk
    : {
        ...chunk,
        patches: chunk.patches.map((patch, p) => (p > 0 ? patch : { ...patch, red: patch.red.with(3, COLOUR) })),
      },
);

const previewOf = ({ body }: Answer): Preview => body['preview'] as unknown as Preview;
const markersOf = ({ body }: Answer): Readonly<Record<string, Marker>> =>
  body['markers'] as unknown as Record<string, Marker>;
const idOf = ({ body }: Answer): string => body['id'] as string;

describe('a recording of colours, from its opening to its scan', () => {
  let world: World;
  let customer: Customer;
  beforeAll(async () => {
    world = await buildWorld();
    customer = await signUp(world.url);
  });
  afterAll(() => world.stop());

  const open = (headers: Record<string, string> = {}, by = customer): Promise<Answer> =>
    by.ask('POST', '/v1/recordings', { headers });
  const put = (id: string, place: string, chunk: unknown, by = customer): Promise<Answer> =>
    by.ask('PUT', `/v1/recordings/${id}/chunks/${place}`, { body: chunk });

  /** All chunks; the answers to each. */
  const record = async (id: string, parts: readonly TraceChunk[], by = customer): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (const [sequence, chunk] of parts.entries()) {
      const place = sequence === parts.length - 1 ? `${sequence}?last=true` : `${sequence}`;
      answers.push(await put(id, place, chunk, by));
    }
    return answers;
  };

  it('previews the heart rate and guides while it comes, and ends as a scan that is read and deleted as any', async () => {
    const opened = await open({ 'smartscan-patient-id': PATIENT, 'smartscan-age': '45', 'smartscan-sex': 'male' });
    expect([opened.status, opened.body['next_sequence'], opened.body['guidance']]).toEqual([
      201,
      0,
      ['keep_recording'],
    ]);
    const id = idOf(opened);
    expect(opened.headers.get('location')).toBe(`/v1/recordings/${id}`);
    expect((await customer.ask('GET', `/v1/scans/${id}`)).body['status']).toBe('running');
    const answers = await record(id, chunks);
    const before = answers.slice(0, -1);
    expect(before.map(({ status }) => status)).toEqual(before.map(() => 202));
    expect(before.map(({ body }) => body['next_sequence'])).toEqual(before.map((_, i) => i + 1));
    expect(previewOf(before[0]!)).toMatchObject({ heart_rate: null, reasons: ['too_short'] });
    expect(previewOf(before.at(-1)!).seconds).toBeGreaterThan(18);
    expect(Math.abs(previewOf(before.at(-1)!).heart_rate! - truth.heartRate)).toBeLessThan(2);
    expect(before[0]!.headers.get('location')).toBe(`/v1/recordings/${id}`);
    const scan = answers.at(-1)!;
    expect([scan.status, scan.body['status'], scan.body['patient_id'], scan.body['retained']]).toEqual([
      200,
      'completed',
      PATIENT,
      true,
    ]);
    expect(scan.body['quality']).toMatchObject({ codec: 'traces', decoder: 'none', width: null, face_quality: null });
    const { heart_rate: rate, fitness } = markersOf(scan);
    expect([rate!.status, fitness!.value]).toEqual(['ok', expect.any(Number)]);
    expect(Math.abs(rate!.value! - truth.heartRate)).toBeLessThan(1);
    expect((await customer.ask('GET', `/v1/scans/${id}`)).body).toEqual(scan.body);
    expect((await customer.ask('DELETE', `/v1/scans/${id}`)).status).toBe(200);
    expect((await customer.ask('GET', `/v1/scans/${id}`)).status).toBe(404);
  });

  it('gives the same however it is cut, and a chunk that comes again changes nothing', async () => {
    const whole = await record(idOf(await open()), chunksOf(traces, 90));
    const id = idOf(await open());
    await put(id, '0', chunks[0]);
    const again = await put(id, '0', chunks[5]);
    expect([again.status, again.body['next_sequence']]).toEqual([202, 1]);
    const cut = await record(id, chunks);
    expect(markersOf(cut.at(-1)!)).toEqual(markersOf(whole.at(-1)!));
    const repeated = await put(id, `${chunks.length - 1}?last=true`, chunks.at(-1));
    expect([repeated.status, repeated.body]).toEqual([200, cut.at(-1)!.body]);
    const earlier = await put(id, '0', chunks[0]);
    expect([earlier.status, earlier.body['next_sequence'], earlier.body['guidance']]).toEqual([202, chunks.length, []]);
  });

  it('doubts what comes as colours alone, and says why', async () => {
    const { traces: alone } = makeRecording({ seconds: 14, witnessed: false });
    const answers = await record(idOf(await open()), chunksOf(alone, 100));
    expect(markersOf(answers.at(-1)!)['heart_rate']).toMatchObject({
      value: expect.any(Number) as number,
      status: 'low_confidence',
      reasons: ['movement_not_witnessed', 'light_not_witnessed'],
    });
  });

  it('answers what is wrong with a chunk by a problem of its own, and takes the right one afterwards', async () => {
    const id = idOf(await open());
    const first = chunks[0]!;
    const wrong: readonly (readonly [string, unknown, number, string])[] = [
      ['1', first, 409, 'vitals.chunk_gap'],
      ['0', { ...first, times_seconds: first.times_seconds.map(() => 'x') }, 422, 'vitals.bad_chunk'],
      ['0', { ...first, times_seconds: first.times_seconds.toReversed() }, 422, 'vitals.bad_chunk'],
      ['0', { ...first, motion: [] }, 422, 'vitals.bad_chunk'],
      ['0', { ...first, patches: [] }, 422, 'vitals.bad_chunk'],
      ['0', { ...first, times_seconds: first.times_seconds.map((_, i) => i * 10) }, 422, 'vitals.too_long'],
      ['0', [], 422, 'vitals.bad_chunk'],
      ['0', { ...first, diary: 'x'.repeat(200_000) }, 413, 'vitals.too_large'],
      ['0', { ...first, diary: 'x'.repeat(4_000_000) }, 413, 'body_too_large'],
      ['-1', first, 400, 'invalid_request'],
    ];
    for (const [place, chunk, status, code] of wrong) {
      const answer = await put(id, place, chunk);
      expect([place, answer.status, answer.body['code']]).toEqual([place, status, code]);
    }
    expect((await customer.ask('GET', `/v1/recordings/${id}`)).body['next_sequence']).toBe(0);
    expect((await put(id, '0', first)).status).toBe(202);
    expect((await put(id, '1', { ...chunks[1], motion: undefined })).body['code']).toBe('vitals.bad_chunk');
    const ended = await put(id, '1?last=true', chunks[1]);
    expect([ended.status, ended.body['code']]).toEqual([422, 'vitals.too_short']);
    expect((await put(id, '2', chunks[2])).body['code']).toBe('vitals.recording_complete');
    expect((await customer.ask('GET', `/v1/scans/${id}`)).body).toMatchObject({
      status: 'failed',
      problem: 'vitals.too_short',
    });
  });

  it('with respond-async is not waited for at its end: the scan is read as any', async () => {
    const id = idOf(await open());
    const parts = chunksOf(traces, 90);
    for (const [at, part] of parts.slice(0, -1).entries()) await put(id, `${at}`, part);
    const ended = await customer.ask('PUT', `/v1/recordings/${id}/chunks/${parts.length - 1}?last=true`, {
      body: parts.at(-1),
      headers: { prefer: 'respond-async' },
    });
    expect([ended.status, ended.headers.get('location'), ended.body['guidance']]).toEqual([202, `/v1/scans/${id}`, []]);
    const scan = await eventually(async () => {
      const read = await customer.ask('GET', `/v1/scans/${id}`);
      return read.body['status'] === 'completed' && read;
    });
    expect(markersOf(scan)['heart_rate']!.status).toBe('ok');
  });

  it('is cancelled as any scan, and then takes no more', async () => {
    const id = idOf(await open());
    await put(id, '0', chunks[0]);
    expect((await customer.ask('POST', `/v1/scans/${id}/cancel`)).body['status']).toBe('cancelled');
    expect((await put(id, '1', chunks[1])).body['code']).toBe('vitals.cancelled');
  });

  it('P15: is unknown to every other tenant', async () => {
    const other = await signUp(world.url);
    const id = idOf(await open());
    for (const answer of [await put(id, '0', chunks[0], other), await other.ask('GET', `/v1/recordings/${id}`)]) {
      expect([answer.status, answer.body['code']]).toEqual([404, 'vitals.recording_not_found']);
    }
    expect((await other.ask('POST', `/v1/scans/${id}/cancel`)).status).toBe(404);
  });

  it('P16: its result, and that it was shown before its end, are in the audit log', async () => {
    const id = idOf(await open());
    await record(id, chunks);
    const accesses = await eventually(async () => {
      const { body } = await customer.ask('GET', '/v1/audit-events?class=phi&limit=100');
      const items = body['items'] as unknown as { event: string; facts: { record_id?: string; access?: string } }[];
      const found = items.filter((item) => item.event === 'vitals.phi_accessed.v1' && item.facts.record_id === id);
      return found.length >= 3 && found;
    });
    expect(accesses.map((entry) => entry.facts.access).sort()).toEqual(['read', 'read', 'write']);
  });

  it('P11 P39: with zero retention its result is in the answer and nowhere else, and its colours nowhere at all', async () => {
    const frugal = await signUp(world.url);
    await frugal.keepVitalsFor(0);
    const id = idOf(await open({ 'smartscan-patient-id': PATIENT }, frugal));
    const scan = (await record(id, marked, frugal)).at(-1)!;
    expect([scan.status, scan.body['retained'], scan.body['patient_id']]).toEqual([200, false, PATIENT]);
    expect((await frugal.ask('GET', `/v1/scans/${id}`)).status).toBe(404);
    const repeated = await put(id, `${chunks.length - 1}?last=true`, chunks.at(-1), frugal);
    expect([repeated.status, repeated.body['code']]).toEqual([404, 'vitals.scan_not_found']);
    const { rows } = await world.admin.query('SELECT FROM vitals.scan WHERE workspace_id = $1', [frugal.workspace]);
    expect(rows).toHaveLength(0);
    for (const secret of [PATIENT, String(COLOUR)]) {
      expect(await tablesWith(world.admin, secret)).toEqual([]);
      for (const folder of world.folders) expect(await filesWith(folder, secret)).toEqual([]);
      expect(holds(world.logged(), secret)).toBe(false);
    }
  });

  it('is a scan as well where it comes in one piece: the same to the bit, and refused by the same problems', async () => {
    const [whole] = chunksOf(traces, traces.timesSeconds.length);
    const start = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
      customer.ask('POST', '/v1/scans', { body, headers: { 'smartscan-recording': 'traces', ...headers } });
    const scan = await start(whole, { 'smartscan-patient-id': PATIENT });
    expect([scan.status, scan.body['status'], scan.body['patient_id']]).toEqual([200, 'completed', PATIENT]);
    const cut = await record(idOf(await open()), chunks);
    expect(markersOf(scan)).toEqual(markersOf(cut.at(-1)!));
    expect(scan.body['quality']).toEqual(cut.at(-1)!.body['quality']);
    const { traces: alone } = makeRecording({ seconds: 14, witnessed: false });
    const doubted = await start(chunksOf(alone, alone.timesSeconds.length)[0]);
    expect(markersOf(doubted)['heart_rate']).toMatchObject({
      status: 'low_confidence',
      reasons: ['movement_not_witnessed', 'light_not_witnessed'],
    });
    const wrong: readonly (readonly [unknown, Record<string, string>, number, string])[] = [
      [[], {}, 422, 'vitals.bad_chunk'],
      [{ ...whole, motion: [] }, {}, 422, 'vitals.bad_chunk'],
      [chunks[0], {}, 422, 'vitals.too_short'],
      [{ diary: 'x'.repeat(8_000_000) }, {}, 413, 'vitals.too_large'],
      [whole, { 'smartscan-recording': 'frames' }, 422, 'vitals.bad_chunk'],
      [whole, { 'smartscan-recording': 'video' }, 415, 'vitals.not_a_video'],
      [whole, { 'smartscan-recording': 'diary' }, 400, 'invalid_request'],
    ];
    for (const [body, headers, status, code] of wrong) {
      const answer = await start(body, headers);
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
    }
  });

  it('P11: crops become a scan like a video’s, and not a byte of them is anywhere afterwards', async () => {
    // What is cropped and made smaller once more must have been seen well before.
    const video = await makeFaceVideo({ seconds: 16, width: 320, height: 240, bitrate: 4_000_000 });
    const secret = canary('canary-in-a-crop-of-a-face-c71e');
    const crops = await cropsOf(video, 60);
    // In the first rows of a picture in the middle, where no skin is.
    Buffer.from(secret).copy(crops[3]!, 2_000);
    const id = idOf(await open({ 'smartscan-recording': 'frames' }));
    const send = (at: number, raw: Uint8Array): Promise<Answer> =>
      customer.ask('PUT', `/v1/recordings/${id}/chunks/${at}${at === crops.length - 1 ? '?last=true' : ''}`, {
        raw,
        headers: { 'content-type': 'application/octet-stream' },
      });
    expect((await send(0, Buffer.from('no crops'))).body['code']).toBe('vitals.bad_chunk');
    let answer: Answer | undefined;
    for (const [at, raw] of crops.entries()) answer = await send(at, raw);
    expect([answer!.status, answer!.body['status']]).toEqual([200, 'completed']);
    expect(Math.abs(markersOf(answer!)['heart_rate']!.value! - video.truth.heartRate)).toBeLessThan(2);
    const quality = answer!.body['quality'] as unknown as { face_quality: number };
    expect(quality).toMatchObject({ codec: 'frames', width: 128 });
    // Small, but with the pixels that the patches need.
    expect(quality.face_quality).toBeGreaterThan(0.5);
    const whole = await customer.ask('POST', '/v1/scans', {
      raw: Buffer.concat(crops.map((crop, i) => (i === 0 ? crop : crop.subarray(crop.indexOf(0x0a) + 1)))),
      headers: { 'content-type': 'application/octet-stream', 'smartscan-recording': 'frames' },
    });
    expect([whole.status, markersOf(whole)]).toEqual([200, markersOf(answer!)]);
    expect(Object.keys(answer!.body['models'] as object)).toEqual(['face-detection/1', 'face-landmarks/1']);
    expect(await tablesWith(world.admin, secret)).toEqual([]);
    for (const folder of world.folders) expect(await filesWith(folder, secret)).toEqual([]);
    expect(holds(world.logged(), secret)).toBe(false);
  });
});
