import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { readinessOf, type Dependency } from '../telemetry/dependencies.ts';
import { serveOps, type HealthState, type OpsServer } from './ops.ts';

describe('health', () => {
  const state = { database: true, events: true, hangs: false };
  const dependencies: readonly Dependency[] = [
    { name: 'database', required: true, up: () => Promise.resolve(state.database) },
    {
      name: 'events',
      required: false,
      up: () => (state.hangs ? new Promise(() => undefined) : Promise.resolve(state.events)),
    },
    { name: 'mail', required: false, up: () => Promise.reject(new Error('refused')) },
  ];
  const health: HealthState = { started: true, stopping: false, ready: readinessOf(dependencies) };
  let ops: OpsServer;
  beforeAll(async () => {
    ops = await serveOps({ host: '127.0.0.1', port: 0, health, metrics: new Registry() });
  });
  afterAll(() => ops.close());
  beforeEach(() => {
    Object.assign(state, { database: true, events: true, hangs: false });
    Object.assign(health, { started: true, stopping: false });
  });
  const ask = async (path: string, method = 'GET'): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${ops.port}${path}`, { method });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
  };

  it('tells of every dependency, and only one that is required takes the process out of rotation', async () => {
    const mail = 'down';
    expect(await ask('/health/ready')).toEqual({
      status: 200,
      body: { ok: true, dependencies: { database: 'up', events: 'up', mail } },
    });
    state.events = false;
    expect(await ask('/health/ready')).toEqual({
      status: 200,
      body: { ok: true, dependencies: { database: 'up', events: 'down', mail } },
    });
    state.database = false;
    expect(await ask('/health/ready')).toEqual({
      status: 503,
      body: { ok: false, dependencies: { database: 'down', events: 'down', mail } },
    });
  });

  it('answers within a second where a dependency hangs, and takes silence for a no', async () => {
    state.hangs = true;
    const startedMs = performance.now();
    const { status, body } = await ask('/health/ready');
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ dependencies: expect.objectContaining({ events: 'down' }) as unknown }),
    ]);
  });

  it('lives whatever else is down, is started once, and is not ready before that nor while it stops', async () => {
    state.database = false;
    expect(await ask('/health/live')).toEqual({ status: 200, body: { ok: true } });
    state.database = true;
    health.started = false;
    expect([(await ask('/health/startup')).status, (await ask('/health/ready')).status]).toEqual([503, 503]);
    health.started = true;
    health.stopping = true;
    expect([(await ask('/health/startup')).status, (await ask('/health/ready')).status]).toEqual([200, 503]);
  });

  it('HEAD is answered as GET without a body; other methods and other paths are refused', async () => {
    for (const path of ['/health/live', '/health/ready', '/health/startup', '/metrics']) {
      const [get, head] = [await ask(path), await ask(path, 'HEAD')];
      expect([path, head.status, head.body]).toEqual([path, get.status, '']);
    }
    expect((await ask('/health/live', 'POST')).status).toBe(405);
    expect((await ask('/health')).status).toBe(404);
    // Not one byte after the head: on a connection that is kept it would be taken for the next answer.
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = connect(ops.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.end('HEAD /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    expect(raw.slice(raw.indexOf('\r\n\r\n'))).toBe('\r\n\r\n');
  });
});
