import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  eventually,
  holds,
  makeFaceVideo,
  startCollector,
  type CollectedSpan,
  type Collector,
} from '@smartscan/testing';

/** Every context in one process that traces everything, until its standard input ends. */
const PROGRAM = `
const { startTracing } = require('@smartscan/platform');
const { buildHouse } = require('@smartscan/testing');
const { contexts } = require('./platform.ts');
(async () => {
  const { ENDPOINT: endpoint } = process.env;
  const tracing = startTracing({ service: 'all', region: 'us-east-1', version: '1', sampleRatio: 1, endpoint });
  const house = await buildHouse(contexts);
  console.log(house.running.url);
  process.stdin.resume().on('end', async () => {
    await house.stop();
    await tracing.close();
    process.exit();
  });
})();
`;

/** All that may be on a span, written down a second time: what is exported is compared with this. */
const LISTED: Readonly<Record<string, readonly string[]>> = {
  'http.request': ['code', 'method', 'request_id', 'route', 'status'],
  'service.call': ['code', 'operation'],
  'operation.serve': ['code', 'operation'],
  unit_of_work: ['code', 'committed', 'context'],
  'outbox.publish': ['code', 'context', 'events'],
  'event.deliver': ['code', 'event_type', 'group', 'outcome'],
};

const canary = (what: string): string => `canary-${what}-${randomBytes(6).toString('hex')}`;
const CANARIES = {
  patient: canary('patient'),
  visit: canary('visit'),
  video: canary('video'),
  workspace: canary('workspace'),
  person: canary('person'),
  email: `${canary('email')}@clinic.example`,
  password: canary('password'),
  path: canary('path'),
  query: canary('query'),
  agent: canary('agent'),
  idempotency: canary('idempotency'),
  telemetry: canary('camera'),
  state: canary('state'),
  baggage: canary('baggage'),
  traceId: randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
} as const;

describe('a request, traced', () => {
  let collector: Collector;
  let child: ChildProcess;
  let url: string;
  let key: string;
  let requestId: string;

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, {
      ...init,
      headers: {
        'user-agent': CANARIES.agent,
        traceparent: `00-${CANARIES.traceId}-${CANARIES.spanId}-01`,
        tracestate: `x=${CANARIES.state}`,
        baggage: `x=${CANARIES.baggage}`,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const spansOf = (traceId: string): readonly CollectedSpan[] =>
    collector.spans().filter((span) => span.traceId === traceId);
  /** From a span up to the first of its trace. */
  const wayUp = (from: CollectedSpan): CollectedSpan[] => {
    const above = spansOf(from.traceId).find(({ spanId }) => spanId === from.parentSpanId);
    return above ? [from, ...wayUp(above)] : [from];
  };

  beforeAll(async () => {
    collector = await startCollector();
    const loader = join(__dirname, '../../../libs/platform/src/embedded/postgres/typescript-loader.cjs');
    child = spawn(process.execPath, ['-C', '@smartscan/source', '-r', loader, '-e', PROGRAM], {
      cwd: __dirname,
      env: { ...process.env, ENDPOINT: collector.endpoint },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    url = said.toString('utf8').trim();
    await signUp();
    await scan();
    await stumble();
    await eventually(() => collector.spans().some(({ attributes }) => isScanInAudit(attributes)), 30_000);
    child.stdin?.end();
    await once(child, 'close');
  }, 120_000);
  afterAll(async () => {
    child.kill('SIGKILL');
    await collector.close();
  });

  async function signUp(): Promise<void> {
    const response = await ask('/v1/workspaces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: CANARIES.workspace,
        region: 'us-east-1',
        admin: {
          full_name: CANARIES.person,
          email: CANARIES.email,
          company: CANARIES.workspace,
          country: 'US',
          password: CANARIES.password,
        },
      }),
    });
    expect(response.status).toBe(201);
    key = ((await response.json()) as { api_key: { secret: string } }).api_key.secret;
  }

  async function scan(): Promise<void> {
    const video = await makeFaceVideo({ seconds: 12, width: 320, height: 240, canary: CANARIES.video });
    const response = await ask('/v1/scans', {
      method: 'POST',
      headers: {
        'content-type': video.contentType,
        'smartscan-patient-id': CANARIES.patient,
        'smartscan-visit-id': CANARIES.visit,
        'smartscan-telemetry': JSON.stringify({ camera_model: CANARIES.telemetry }),
        'idempotency-key': CANARIES.idempotency,
      },
      body: video.bytes as Uint8Array<ArrayBuffer>,
    });
    expect(response.status).toBe(200);
    requestId = response.headers.get('x-request-id') ?? '';
    const { id } = (await response.json()) as { id: string };
    expect((await ask(`/v1/scans/${id}`)).status).toBe(200);
  }

  /** What is refused passes other code. */
  async function stumble(): Promise<void> {
    const refused = [
      await ask(`/v1/${CANARIES.path}?q=${CANARIES.query}`),
      await ask(`/v1/scans/${CANARIES.path}`),
      await ask(`/v1/scans?limit=${CANARIES.query}`),
      await ask(`/v1/scans?api_key=${CANARIES.query}`),
      await ask(`/v1/%${CANARIES.path}`),
      await ask('/v1/scans', {
        method: 'POST',
        headers: { 'content-type': 'video/mp4', 'smartscan-patient-id': CANARIES.patient },
        body: CANARIES.video,
      }),
      await ask('/v1/scans', { headers: { authorization: `Bearer ${CANARIES.password}` } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 400, 400, 400, 400, 415, 401]);
  }

  const isScanInAudit = ({ group, event_type }: CollectedSpan['attributes']): boolean =>
    group === 'audit' && event_type === 'vitals.phi_accessed.v1';

  it('is one trace from the gateway through its owner, outbox and event log to the audit’s own transaction', () => {
    const first = collector.spans().find(({ attributes }) => attributes['request_id'] === requestId);
    expect(first).toMatchObject({
      parentSpanId: '',
      name: 'http.request',
      attributes: { method: 'POST', route: '/v1/scans', status: 200 },
    });
    const trace = spansOf(first?.traceId ?? '');
    const written = trace.find(({ name, attributes }) => name === 'unit_of_work' && attributes['context'] === 'audit');
    expect(written?.attributes['committed']).toBe(true);
    const way = wayUp(written as CollectedSpan).map(({ name, attributes }) => [
      name,
      attributes['group'] ?? attributes['context'] ?? attributes['operation'] ?? attributes['route'],
    ]);
    expect(way).toEqual([
      ['unit_of_work', 'audit'],
      ['event.deliver', 'audit'],
      ['unit_of_work', 'vitals'],
      ['operation.serve', 'vitals.start_scan'],
      ['service.call', 'vitals.start_scan'],
      ['http.request', '/v1/scans'],
    ]);
    const published = trace.filter(({ name }) => name === 'outbox.publish');
    expect(published.map(({ attributes }) => attributes['context'])).toContain('vitals');
    // Asked of other contexts on the way, too.
    expect(trace.map(({ attributes }) => attributes['operation'])).toContain('retention.effective_ttl');
  });

  it('a stranger’s trace is neither joined nor obeyed, and every trace begins with a request of ours', () => {
    const spans = collector.spans();
    const known = new Set(spans.map(({ spanId }) => spanId));
    for (const span of spans.filter(({ name }) => name === 'http.request')) expect(span.parentSpanId).toBe('');
    expect(spans.filter(({ parentSpanId }) => parentSpanId !== '' && !known.has(parentSpanId))).toEqual([]);
  });

  it('P11: nothing that came with a request, in whatever place, is in any exported byte', () => {
    const bytes = collector.bytes();
    expect(collector.spans().length).toBeGreaterThan(30);
    for (const [place, value] of Object.entries({ ...CANARIES, key })) {
      expect([place, holds(bytes, value)]).toEqual([place, false]);
    }
  });

  it('P13: only the spans and the fields on the list are exported, with ids, names and numbers in them', () => {
    const fields = new Map<string, Set<string>>();
    for (const { name, attributes } of collector.spans()) {
      const seen = fields.get(name) ?? new Set();
      fields.set(name, seen);
      for (const [field, value] of Object.entries(attributes)) {
        seen.add(field);
        expect(String(value)).toMatch(/^[\w.:/{}*+-]{1,100}$/);
      }
    }
    for (const [name, seen] of fields)
      expect([name, [...seen].filter((field) => !LISTED[name]?.includes(field))]).toEqual([name, []]);
    expect([...fields.keys()].sort()).toEqual(Object.keys(LISTED).sort());
    expect(collector.bytes().toString('utf8')).not.toMatch(/"events":\[\{|"message"|stack|SELECT /);
  });
});
