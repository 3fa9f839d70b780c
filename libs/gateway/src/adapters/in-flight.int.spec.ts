import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { LogFields } from '@smartscan/platform/ports';
import { Allowances } from '../app/allowances.ts';
import { gatewaySettings } from '../app/settings.ts';
import { Answers } from './answers.ts';
import type { Exchange } from './exchange.ts';
import { InFlight } from './in-flight.ts';
import { RequestRecord } from './request-record.ts';

describe('a request that is not answered in time', () => {
  const lines: [string, LogFields | undefined][] = [];
  const note = (event: string, fields?: LogFields): void => void lines.push([event, fields]);
  const metrics = new Registry();
  const settings = gatewaySettings.parse({});
  const record = new RequestRecord({ debug: note, info: note, warn: note, error: note }, metrics);
  const allowances = new Allowances(settings, { nowMs: () => 0 });
  const ids = { next: () => 'req_1', bytes: (count: number) => new Uint8Array(count) };
  const inFlight = new InFlight(ids, allowances, record, metrics);
  const answers = new Answers(inFlight, settings);
  const exchanges: Exchange[] = [];
  let server: Server;
  let url: string;
  let stop: () => void;
  beforeAll(async () => {
    // Nobody answers here.
    const track = { method: 'GET', route: '/slow', limitMs: 200, lasting: true, observers: new Map() };
    server = createServer((request, response) => void exchanges.push(answers.begin(track, request, response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slow`;
    stop = answers.watch();
  });
  afterAll(() => {
    stop();
    server.close();
  });

  it('is counted while it runs, then answered 504 on a connection that ends, and its work is told to stop', async () => {
    const response = fetch(url);
    await once(server, 'request');
    expect(await metrics.getSingleMetricAsString('http_server_active_requests')).toMatch(
      /^http_server_active_requests 1$/m,
    );
    const { signal } = exchanges[0] as Exchange;
    const { status, headers } = await response;
    expect([status, headers.get('connection'), signal.aborted]).toEqual([504, 'close', true]);
    expect(await metrics.getSingleMetricAsString('http_server_active_requests')).toMatch(
      /^http_server_active_requests 0$/m,
    );
    expect(lines).toEqual([['http.request', expect.objectContaining({ status: 504, code: 'time_limit' })]]);
  });

  it('is answered once: what comes later is dropped', async () => {
    const response = await fetch(url);
    const exchange = exchanges.at(-1) as Exchange;
    answers.send(exchange, { status: 200, type: 'text/plain', text: 'late' });
    answers.fail(exchange, new Error('later'));
    expect(response.status).toBe(504);
    expect(lines.filter(([event]) => event === 'http.request')).toHaveLength(2);
  });
});
