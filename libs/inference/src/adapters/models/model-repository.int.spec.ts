import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { makeModels } from '@smartscan/testing/inference';
import { watchInference } from './inference-metrics.ts';
import { ModelRepository, type RepositoryOptions } from './model-repository.ts';
import { serveV2, type V2Server } from './v2-server.ts';

const INPUTS = { x: { type: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) } } as const;

describe('the models of a process', () => {
  const models = makeModels();
  const metrics = new Registry();
  const missing: string[] = [];
  const changes: string[] = [];
  const engines = ['tensorrt', 'cuda', 'cpu'] as const;
  const options: RepositoryOptions = {
    place: { kind: 'shared' },
    runtime: {
      modelsDirectory: models.folder,
      engines,
      batching: { maxBatch: 8, maxDelayMs: 1, maxQueue: 64 },
    },
    served: true,
    routes: { multiply: { current: '1' } },
    onNotice: watchInference(metrics, engines, (provider) => missing.push(provider)),
    onChange: (change, { name, version }) => changes.push(`${change} ${name}/${version}`),
    onDefect: () => undefined,
  };
  let repository: ModelRepository;
  let server: V2Server;
  beforeAll(async () => {
    repository = await ModelRepository.start(options);
    server = await serveV2(repository, { host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await server.close();
    await repository.close();
    models.remove();
  });

  const ask = async (method: string, where: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${server.url}${where}`, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const firstOf = async (version?: string): Promise<number> =>
    (await repository.infer({ name: 'multiply', version }, INPUTS, {}))['y']!.data[0] as number;

  it('tries providers in order, and says once and in a gauge what it could not have', async () => {
    await firstOf();
    // This test is for machines without a GPU, where neither library is installed.
    expect(missing.sort()).toEqual(['cuda', 'tensorrt']);
    const text = await metrics.metrics();
    expect(text).toContain('inference_execution_provider{provider="cpu"} 1');
    expect(text).toContain('inference_execution_provider{provider="cuda"} 0');
    expect(text).toContain('inference_execution_provider{provider="tensorrt"} 0');
  });

  it('a scan keeps its version while another is loaded; the old one goes when the last scan that has it is over', async () => {
    const old = repository.lease();
    expect(old.versions).toEqual({ multiply: '1' });
    await repository.load('multiply', { version: '2' });
    const fresh = repository.lease();
    expect(fresh.versions).toEqual({ multiply: '2' });
    expect(changes).toEqual(['loaded multiply/2']);
    expect(await firstOf()).toBe(3);
    old.release();
    old.release();
    expect(changes).toEqual(['loaded multiply/2', 'unloaded multiply/1']);
    await expect(firstOf('1')).rejects.toMatchObject({ code: 'inference.model_unknown' });
    fresh.release();
    await repository.load('multiply', { version: '1' });
  });

  it('while versions change under load, nothing fails', async () => {
    let over = false;
    const scans = Array.from({ length: 8 }, async () => {
      let runs = 0;
      while (!over) {
        const lease = repository.lease();
        const version = lease.versions['multiply']!;
        // Through the thread itself, as a scan does that was told its version.
        expect((await repository.infer({ name: 'multiply', version }, INPUTS, {}))['y']!.data[0]).toBe(
          version === '1' ? 2 : 3,
        );
        lease.release();
        runs += 1;
      }
      return runs;
    });
    for (const version of ['2', '1', '2', '1']) await repository.load('multiply', { version });
    over = true;
    expect(Math.min(...(await Promise.all(scans)))).toBeGreaterThan(0);
  });

  it('a canary gets its share of the scans, and is taken back', async () => {
    await repository.load('multiply', { version: '2', canaryPercent: 25 });
    const versions = Array.from({ length: 2_000 }, () => {
      const lease = repository.lease();
      lease.release();
      return lease.versions['multiply'];
    });
    expect(versions.filter((version) => version === '2').length / 2_000).toBeCloseTo(0.25, 1);
    await repository.unload('multiply', {});
    expect(repository.versions('multiply')).toEqual(['1']);
  });

  it('a version that can not be loaded changes nothing', async () => {
    const altered = makeModels();
    const other = await ModelRepository.start({
      ...options,
      runtime: { ...options.runtime, engines: ['cpu'], modelsDirectory: altered.folder },
    });
    try {
      appendFileSync(path.join(altered.folder, 'multiply/2/model.onnx'), 'x');
      await expect(other.load('multiply', { version: '2' })).rejects.toMatchObject({ code: 'inference.model_altered' });
      await expect(other.load('multiply', { version: '9' })).rejects.toMatchObject({ code: 'inference.model_missing' });
      await expect(other.load('../multiply', {})).rejects.toMatchObject({ code: 'inference.model_unknown' });
      expect(other.versions('multiply')).toEqual(['1']);
      expect(await other.infer({ name: 'multiply' }, INPUTS, {})).toMatchObject({ y: { shape: [1, 3] } });
    } finally {
      await other.close();
      altered.remove();
    }
  });

  it('says over the protocol what it is, whether it is ready, and what a model takes', async () => {
    expect(await ask('GET', '/v2')).toMatchObject({
      status: 200,
      body: { extensions: ['binary_tensor_data', 'model_repository'] },
    });
    for (const where of ['/v2/health/live', '/v2/health/ready', '/v2/models/multiply/versions/1/ready']) {
      expect(await ask('GET', where)).toMatchObject({ status: 200 });
    }
    expect(await ask('GET', '/v2/models/multiply')).toMatchObject({
      status: 200,
      body: { name: 'multiply', versions: ['1'], inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }] },
    });
    expect(await ask('GET', '/v2/models/divide/ready')).toMatchObject({ status: 404, body: { error: /./ } });
  });

  it('answers JSON with JSON, the outputs that were asked for and the id', async () => {
    const x = {
      name: 'x',
      datatype: 'FP32',
      shape: [2, 3],
      data: [
        [1, 2, 3],
        [4, 5, 6],
      ],
    };
    expect(await ask('POST', '/v2/models/multiply/infer', { id: '7', inputs: [x] })).toEqual({
      status: 200,
      body: {
        model_name: 'multiply',
        model_version: '1',
        id: '7',
        outputs: [{ name: 'y', datatype: 'FP32', shape: [2, 3], data: [2, 4, 6, 8, 10, 12] }],
      },
    });
    const huge = { ...x, shape: [1, 3], data: [3e38, 1, 1] };
    const refused = await ask('POST', '/v2/models/multiply/infer', { inputs: [huge] });
    expect(refused).toMatchObject({ status: 400, body: { error: /binary/ } });
  });

  it.each([
    ['not JSON', 'picture-of-dana'],
    ['no inputs', {}],
    ['a name twice', { inputs: [1, 2].map(() => ({ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] })) }],
    ['a type that there isn’t', { inputs: [{ name: 'x', datatype: 'DANA', shape: [1, 3], data: [1, 2, 3] }] }],
    ['values that are words', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: ['dana', 2, 3] }] }],
    ['no values', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3] }] }],
    [
      'raw values that aren’t there',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], parameters: { binary_data_size: 12 } }] },
    ],
  ])('a request with %s is refused as the protocol says, and nothing of it is repeated', async (_, body) => {
    const { status, body: said } = await ask('POST', '/v2/models/multiply/infer', body);
    expect([status, Object.keys(said as object)]).toEqual([400, ['error']]);
    expect(JSON.stringify(said)).not.toMatch(/dana/i);
  });

  it('lists, loads and unloads versions over the protocol', async () => {
    const stateOf = async (version: string) => {
      const { body } = await ask('POST', '/v2/repository/index');
      return (body as { name: string; version: string; state: string }[]).find(
        (one) => one.name === 'multiply' && one.version === version,
      )?.state;
    };
    expect([await stateOf('1'), await stateOf('2')]).toEqual(['READY', 'UNAVAILABLE']);
    const load = { parameters: { version: '2', canary_percent: 5 } };
    expect(await ask('POST', '/v2/repository/models/multiply/load', load)).toEqual({ status: 200, body: undefined });
    expect(await stateOf('2')).toBe('READY');
    expect(await ask('POST', '/v2/repository/models/multiply/unload')).toMatchObject({ status: 200 });
    expect(await stateOf('2')).toBe('UNAVAILABLE');
    expect(await ask('POST', '/v2/repository/models/multiply/unload')).toMatchObject({ status: 409 });
    expect(await ask('POST', '/v2/repository/models/divide/load')).toMatchObject({ status: 404 });
    const wrong = { parameters: { canary_percent: 500 } };
    expect(await ask('POST', '/v2/repository/models/multiply/load', wrong)).toMatchObject({ status: 400 });
    expect(await ask('GET', '/v2/repository/index')).toMatchObject({ status: 405 });
    expect(await ask('GET', '/v2/models')).toMatchObject({ status: 404 });
  });

  it('counts under Triton’s names, by model and version', async () => {
    await firstOf();
    // The thread tells once a second.
    for (let tries = 0; tries < 50; tries++) {
      if (/nv_inference_request_success\{[^}]*\} \d/.test(await metrics.metrics())) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const text = await metrics.metrics();
    for (const name of [
      'request_success',
      'count',
      'exec_count',
      'request_duration_us',
      'queue_duration_us',
      'compute_input_duration_us',
      'compute_infer_duration_us',
      'compute_output_duration_us',
      'pending_request_count',
    ]) {
      expect(text).toMatch(new RegExp(`^nv_inference_${name}\\{model="multiply",version="1"\\} [\\d.e+-]+$`, 'm'));
    }
    expect(text).toMatch(/^inference_batch_rows_bucket\{le="1",model="multiply",version="1"\} \d+$/m);
  });
});
