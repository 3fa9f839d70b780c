import { eventually } from '@smartscan/testing';
import { Cell } from '@smartscan/testing/cell';
import { startKafka, testEngines, type KafkaEngine } from '@smartscan/testing/engines';
import { chunksOf, makeRecording } from '@smartscan/testing/recording';
import { shortVideo, signUp, type Answer, type Customer } from '../journeys/world.ts';

const { traces } = makeRecording({ seconds: 20 });
const chunks = chunksOf(traces, 60);
const FHIR = 'application/fhir+json';

const idOf = ({ body }: Answer): string => body['id'] as string;
const codeOf = ({ status, body }: Answer): unknown[] => [status, body['code']];
const GONE = [404, 'vitals.scan_not_found'];

describe('two processes of the service that scans', () => {
  let kafka: KafkaEngine;
  let cell: Cell;
  let keeping: Customer;
  /** Keeps nothing. */
  let frugal: Customer;
  beforeAll(async () => {
    kafka = await startKafka();
    cell = await Cell.start(
      { ...testEngines(), brokers: kafka.brokers },
      { twice: 'vitals', of: { gateway: { SMARTSCAN_GATEWAY_REQUESTS_PER_MINUTE_FREE: '100000' } } },
    );
    [keeping, frugal] = [await signUp(cell.url), await signUp(cell.url)];
    expect((await frugal.keepVitalsFor(0)).status).toBe(200);
  }, 240_000);
  afterAll(async () => {
    await cell.stop();
    await kafka.dispose();
  }, 120_000);

  /** Lets the calls from now on reach the first process (0), the second (1), or each in turn. */
  const at = async (process: 0 | 1 | 'all'): Promise<void> => cell.pair.front.turnTo(process);
  const held = async (id: string): Promise<readonly string[]> => {
    const { rows } = await cell.admin.query<{ address: string }>('SELECT address FROM vitals.held WHERE id = $1', [id]);
    return rows.map(({ address }) => address);
  };
  const addressOf = (process: 0 | 1): string => {
    const { spec } = process === 0 ? cell.service('vitals') : cell.pair.second;
    return spec.env['SMARTSCAN_REPLICA_ADDRESS'] ?? '';
  };

  const open = async (customer: Customer, process: 0 | 1): Promise<string> => {
    await at(process);
    const opened = await customer.ask('POST', '/v1/recordings');
    expect(opened.status).toBe(201);
    return idOf(opened);
  };
  const put = async (customer: Customer, id: string, number: number, headers = {}): Promise<Answer> => {
    const last = number === chunks.length - 1 ? '?last=true' : '';
    return customer.ask('PUT', `/v1/recordings/${id}/chunks/${number}${last}`, { body: chunks[number], headers });
  };
  /** Each chunk to the process that `of` names; the answers. */
  const record = async (customer: Customer, of: (number: number) => 0 | 1): Promise<{ id: string; all: Answer[] }> => {
    const id = await open(customer, of(0));
    const all: Answer[] = [];
    for (const number of chunks.keys()) {
      await at(of(number));
      all.push(await put(customer, id, number));
    }
    return { id, all };
  };
  const scanLater = async (customer: Customer, process: 0 | 1): Promise<string> => {
    await at(process);
    const answer = await customer.scan(await shortVideo(), { prefer: 'respond-async' });
    expect(answer.status).toBe(202);
    return idOf(answer);
  };
  const over = (id: string, process: 0 | 1, headers: Record<string, string> = {}): Promise<Answer> =>
    eventually(async () => {
      await at(process);
      const answer = await frugal.ask('GET', `/v1/scans/${id}`, { headers });
      return answer.body['status'] !== 'running' && answer;
    }, 60_000);

  it('a recording whose chunks reach one and the other is the same to the bit as one whose chunks reach one', async () => {
    const [before0, before1] = cell.pair.front.connections as [number, number];
    const alone = await record(keeping, () => 0);
    const spread = await record(keeping, (number) => (number % 2 === 0 ? 0 : 1));
    expect(spread.all.map(({ status }) => status)).toEqual(chunks.map((_, n) => (n === chunks.length - 1 ? 200 : 202)));
    expect(spread.all.at(-1)?.body['markers']).toEqual(alone.all.at(-1)?.body['markers']);
    expect(spread.all.at(-2)?.body).toEqual({ ...alone.all.at(-2)?.body, id: spread.id });
    const [after0, after1] = cell.pair.front.connections as [number, number];
    expect([after0 > before0, after1 > before1]).toEqual([true, true]);
    await at(1);
    const repeated = await put(keeping, spread.id, chunks.length - 1, { accept: FHIR });
    expect([repeated.status, repeated.body['resourceType']]).toEqual([200, 'Bundle']);
    expect((await keeping.ask('GET', `/v1/recordings/${spread.id}`)).body['next_sequence']).toBe(chunks.length);
    expect(codeOf(await put(keeping, spread.id, 0))).toEqual([202, undefined]);
  }, 120_000);

  it('a problem of a chunk is told by whichever process it reaches, and leaves the recording as it was', async () => {
    const id = await open(frugal, 0);
    await at(1);
    expect(codeOf(await put(frugal, id, 3))).toEqual([409, 'vitals.chunk_gap']);
    const bad = await frugal.ask('PUT', `/v1/recordings/${id}/chunks/0`, { body: [] });
    expect(codeOf(bad)).toEqual([422, 'vitals.bad_chunk']);
    expect((await put(frugal, id, 0)).body['next_sequence']).toBe(1);
    await frugal.ask('DELETE', `/v1/scans/${id}`);
  });

  it.each([
    [0, 1],
    [1, 1],
  ] as const)(
    'P39: a result that is not kept, of process %d, is fetched once, from process %d, and then nothing leads to it',
    async (from, by) => {
      const id = await scanLater(frugal, from);
      expect(await held(id)).toEqual([addressOf(from)]);
      const fetched = await over(id, by, { accept: FHIR });
      expect([fetched.status, fetched.body['resourceType']]).toEqual([200, 'Bundle']);
      expect(await held(id)).toEqual([]);
      for (const process of [0, 1] as const) {
        await at(process);
        expect(codeOf(await frugal.ask('GET', `/v1/scans/${id}`))).toEqual(GONE);
      }
      const { rows } = await cell.admin.query('SELECT FROM vitals.scan WHERE id = $1', [id]);
      expect(rows).toEqual([]);
    },
    120_000,
  );

  it('is fetched by one alone of many who ask both at once', async () => {
    const id = await scanLater(frugal, 0);
    await eventually(async () => (await frugal.ask('GET', `/v1/scans/${id}/events`)).status === 200);
    await at('all');
    const answers = await Promise.all(Array.from({ length: 12 }, () => frugal.ask('GET', `/v1/scans/${id}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 11 }, () => 404)]);
  }, 120_000);

  it('a scan of one is followed to its end through the other', async () => {
    const id = await scanLater(frugal, 0);
    await at(1);
    const { status, body } = await frugal.ask('GET', `/v1/scans/${id}/events`);
    expect([status, String(body['text']).includes('"stage":"done"')]).toEqual([200, true]);
    expect((await over(id, 1)).body['status']).toBe('completed');
  }, 120_000);

  it('what one holds is cancelled and deleted through the other', async () => {
    const cancelled = await open(frugal, 0);
    await at(1);
    const { body } = await frugal.ask('POST', `/v1/scans/${cancelled}/cancel`);
    expect(body['status']).toBe('cancelled');
    expect(codeOf(await put(frugal, cancelled, 0))).toEqual([409, 'vitals.cancelled']);
    expect((await over(cancelled, 1)).body['status']).toBe('cancelled');
    const deleted = await open(frugal, 0);
    await at(1);
    expect((await frugal.ask('DELETE', `/v1/scans/${deleted}`)).status).toBe(200);
    expect(codeOf(await put(frugal, deleted, 0))).toEqual([404, 'vitals.recording_not_found']);
    expect([await held(cancelled), await held(deleted)]).toEqual([[], []]);
  });

  it('P15: what one holds is unknown to every other tenant, whichever process that asks', async () => {
    const id = await open(frugal, 0);
    for (const process of [0, 1] as const) {
      await at(process);
      expect(codeOf(await keeping.ask('GET', `/v1/scans/${id}`))).toEqual(GONE);
      expect(codeOf(await keeping.ask('DELETE', `/v1/scans/${id}`))).toEqual(GONE);
      expect(codeOf(await keeping.ask('POST', `/v1/scans/${id}/cancel`))).toEqual(GONE);
      expect(codeOf(await put(keeping, id, 0))).toEqual([404, 'vitals.recording_not_found']);
    }
    expect((await put(frugal, id, 0)).body['next_sequence']).toBe(1);
    await frugal.ask('DELETE', `/v1/scans/${id}`);
  });

  it('a recording whose process is asked to stop is lost at once, for whoever asks the other', async () => {
    const id = await open(frugal, 1);
    await at(0);
    expect(await cell.pair.second.stop()).toBe(0);
    expect(codeOf(await put(frugal, id, 0))).toEqual([410, 'vitals.recording_lost']);
    await cell.pair.second.start();
    await at(1);
    expect(codeOf(await put(frugal, id, 0))).toEqual([410, 'vitals.recording_lost']);
  }, 180_000);

  it('P39: what a process held that was killed is unavailable, then lost, and then no row of it is left', async () => {
    const recording = await open(frugal, 1);
    const scan = await scanLater(frugal, 1);
    await at(0);
    await cell.pair.second.kill();
    const unavailable = await frugal.ask('GET', `/v1/scans/${scan}`);
    expect(codeOf(unavailable)).toEqual([503, 'platform.service_unavailable']);
    expect(Number(unavailable.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(codeOf(await put(frugal, recording, 0))).toEqual([503, 'platform.service_unavailable']);
    const gone = await eventually(async () => {
      const answer = await frugal.ask('GET', `/v1/scans/${scan}`);
      return answer.status !== 503 && answer;
    }, 60_000);
    expect(codeOf(gone)).toEqual(GONE);
    expect(codeOf(await put(frugal, recording, 0))).toEqual([410, 'vitals.recording_lost']);
    await eventually(async () => [...(await held(scan)), ...(await held(recording))].length === 0, 90_000);
    expect(codeOf(await put(frugal, recording, 0))).toEqual([404, 'vitals.recording_not_found']);
    await cell.pair.second.start();
  }, 300_000);
});
