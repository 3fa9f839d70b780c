import { setTimeout as sleep } from 'node:timers/promises';
import { OWNERS } from '@smartscan/contracts/owners';
import { eventually } from '@smartscan/testing';
import { Cell } from '@smartscan/testing/cell';
import { startKafka, testEngines, type KafkaEngine } from '@smartscan/testing/engines';
import { shortVideo, signUp, type Customer } from '../journeys/world.ts';

describe('a service that is asked to stop', () => {
  let kafka: KafkaEngine;
  let cell: Cell;
  let customer: Customer;
  beforeAll(async () => {
    kafka = await startKafka();
    cell = await Cell.start(
      { ...testEngines(), brokers: kafka.brokers },
      {
        env: { SMARTSCAN_DRAIN_SECONDS: '2' },
        // How many are asked depends on how fast the machine is; what one may ask is not the matter here.
        of: { gateway: { SMARTSCAN_GATEWAY_REQUESTS_PER_MINUTE_FREE: '100000' } },
      },
    );
    customer = await signUp(cell.url);
  }, 180_000);
  afterAll(async () => {
    await cell.stop();
    await kafka.dispose();
  });

  it('finishes the scan that it is at: the caller gets the result, and the service ends with 0', async () => {
    const scanning = customer.scan(await shortVideo());
    const vitals = cell.service('vitals');
    await eventually(async () => {
      const { rows } = await cell.admin.query("SELECT FROM vitals.scan WHERE status = 'running'");
      return rows.length > 0;
    });
    const stopping = vitals.stop();
    const { status, body } = await scanning;
    expect([status, body['status']]).toEqual([200, 'completed']);
    expect(await stopping).toBe(0);
    await vitals.start();
    expect((await customer.scan(await shortVideo())).status).toBe(200);
  }, 120_000);

  it('of the gateway, every request that it took is answered: connections are asked to leave before they are closed', async () => {
    const gateway = cell.service('gateway');
    expect(takenBy(gateway, '/v1/workspace')).toEqual([]);
    const answers = new Map<string, number>();
    const failures: string[] = [];
    let asking = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (asking) {
        await customer.ask('GET', '/v1/workspace').then(
          ({ status, headers }) => answers.set(headers.get('x-request-id') ?? '', status),
          (error: unknown) => failures.push(codeOf(error)),
        );
        await sleep(failures.at(-1) === 'ECONNREFUSED' ? 20 : 5);
      }
    });
    await eventually(() => answers.size > 20);
    const code = await gateway.stop();
    asking = false;
    await Promise.all(clients);
    expect(code).toBe(0);
    expect([...answers.values()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    // A connection that waits in the system's queue when the port is closed is reset: that request was never taken.
    const taken = takenBy(gateway, '/v1/workspace');
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.filter((id) => !answers.has(id))).toEqual([]);
    expect(failures.filter((failure) => !NEVER_TAKEN.has(failure))).toEqual([]);
    await gateway.start();
  }, 120_000);

  it('tells that it is not ready as soon as it is stopping, and each service ends with 0', async () => {
    expect(await cell.service('gateway').answers('/health/ready')).toBe(true);
    const codes = await Promise.all(OWNERS.map((owner) => cell.service(owner).stop()));
    expect(codes).toEqual(OWNERS.map(() => 0));
  }, 120_000);
});

/** Ids of the requests for `route` that a gateway has taken: it logs each, whatever became of it. */
function takenBy(gateway: ReturnType<Cell['service']>, route: string): string[] {
  const lines = gateway.output().split('\n');
  const records = lines.filter((line) => line.includes('"http.request"')).map((line) => JSON.parse(line) as LogRecord);
  return records.filter((record) => record.route === route).map((record) => record.request_id);
}

interface LogRecord {
  readonly route: string;
  readonly request_id: string;
}

const codeOf = (error: unknown): string => (error as { cause?: { code?: string } }).cause?.code ?? 'unknown';
const NEVER_TAKEN = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET']);
