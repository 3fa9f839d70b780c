import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startCollector, type Collector } from '@smartscan/testing';
import { startTracing } from './start-tracing.ts';

/** Makes spans, ends the tracing and says how long both took: a process of its own, as every service is. */
const PROGRAM = `
const { startTracing } = require('./start-tracing.ts');
const { traced } = require('./trace.ts');
const { endpoint, spans } = JSON.parse(process.env.PLAN);
(async () => {
  let lost = 0;
  const onLost = (count) => (lost += count);
  const options = { service: 'test', region: 'eu-west-1', version: '9.8.7', sampleRatio: 1, endpoint, onLost };
  const tracing = startTracing(options);
  let again = 'started';
  try { startTracing(options); } catch (error) { again = error.code; }
  const tookMs = [];
  for (let n = 0; n < spans; n += 1) {
    const startedMs = performance.now();
    await traced('unit_of_work', { context: 'audit' }, () => new Promise((resolve) => setImmediate(resolve)));
    tookMs.push(performance.now() - startedMs);
  }
  tookMs.sort((one, other) => one - other);
  const closingMs = performance.now();
  await tracing.close();
  console.log(JSON.stringify({ lost, again, medianMs: tookMs[spans >> 1], closeMs: performance.now() - closingMs }));
  process.exit();
})();
`;

interface Told {
  readonly lost: number;
  readonly again: string;
  readonly medianMs: number;
  readonly closeMs: number;
}

async function traceIn(plan: { readonly endpoint: string; readonly spans: number }): Promise<Told> {
  const loader = join(__dirname, '../embedded/postgres/typescript-loader.cjs');
  const child = spawn(process.execPath, ['-C', '@smartscan/source', '-r', loader, '-e', PROGRAM], {
    cwd: __dirname,
    env: { ...process.env, PLAN: JSON.stringify(plan) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  await once(child, 'close');
  return JSON.parse(text) as Told;
}

describe('tracing a process', () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  it('every span is with the collector when the process ends, and says of the process its name, version and region', async () => {
    const told = await traceIn({ endpoint: collector.endpoint, spans: 1_500 });
    const spans = collector.spans();
    expect([spans.length, told.lost]).toEqual([1_500, 0]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(1_500);
    expect(spans[0]?.resource).toEqual({
      'service.name': 'test',
      'service.version': '9.8.7',
      'cloud.region': 'eu-west-1',
    });
    expect(told.again).toBe('platform.tracing_started');
  });

  it.each(['down', 'refuses', 'hangs'] as const)(
    'a collector that %s holds up no work, is told of, and delays the end by 5 s at most',
    async (how) => {
      const { endpoint } = collector;
      if (how === 'down') await collector.close();
      else collector.mood = how;
      const told = await traceIn({ endpoint, spans: 1_500 });
      // Ours: a turn of the event loop and a span take some 20 µs; a machine under load takes a hundred times that.
      expect(told.medianMs).toBeLessThan(2);
      expect(told.closeMs).toBeLessThan(6_000);
      expect(collector.spans()).toEqual([]);
      // What hangs is given up when the process is gone already.
      if (how !== 'hangs') expect(told.lost).toBe(1_500);
    },
  );

  it('without a collector nothing is begun, and it can be ended all the same', async () => {
    const tracing = startTracing({ service: 'test', region: 'us-east-1', version: '1', sampleRatio: 1 });
    await tracing.flush();
    await tracing.close();
    expect(collector.requests()).toBe(0);
  });
});
