import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { ModelRepository, serveV2, type ModelsPlace, type RepositoryOptions } from '@smartscan/inference';
import type { ScanOutcome } from './outcome.ts';
import { ScanWorkers } from './scan-workers.ts';

const MODELS = path.resolve(import.meta.dirname, '../../../../../models');

describe('scans whose models are elsewhere', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
  for (const name of ['face-detection', 'face-landmarks']) {
    cpSync(path.join(MODELS, name, '1'), path.join(folder, name, '1'), { recursive: true });
  }
  cpSync(path.join(folder, 'face-landmarks/1'), path.join(folder, 'face-landmarks/2'), { recursive: true });
  let bytes: Uint8Array;
  beforeAll(async () => {
    ({ bytes } = await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const options = (place: ModelsPlace): RepositoryOptions => ({
    place,
    runtime: {
      modelsDirectory: folder,
      engines: ['cpu'],
      batching: { maxBatch: 16, maxDelayMs: 2, maxQueue: 256 },
    },
    served: place.kind === 'shared',
    routes: { 'face-detection': { current: '1' }, 'face-landmarks': { current: '1' } },
    onNotice: () => undefined,
    onDefect: () => undefined,
  });
  const workersOf = (models: ModelRepository, size: number) =>
    ScanWorkers.start({ size, models, maxBodyBytes: 20_000_000 });
  const run = (workers: ScanWorkers, onDecoding?: () => void): Promise<ScanOutcome> =>
    workers.run([bytes], {
      signal: new AbortController().signal,
      onProgress: (stage) => {
        if (stage === 'decoding') onDecoding?.();
      },
    });

  it('give the same pulse whoever runs the models, and say which those were', async () => {
    const local = await ModelRepository.start(options({ kind: 'local' }));
    const shared = await ModelRepository.start(options({ kind: 'shared' }));
    const server = await serveV2(shared, { host: '127.0.0.1', port: 0 });
    const remote = await ModelRepository.start(options({ kind: 'remote', url: server.url }));
    const outcomes: ScanOutcome[] = [];
    for (const models of [local, shared, remote]) {
      const workers = await workersOf(models, 1);
      outcomes.push(await run(workers));
      await workers.close();
    }
    for (const models of [local, remote]) await models.close();
    await server.close();
    await shared.close();
    const [first, ...others] = outcomes;
    expect(Object.keys(first!.models)).toEqual(['face-detection/1', 'face-landmarks/1']);
    for (const { analysis, models } of others) {
      expect({ analysis, models }).toEqual({ analysis: first!.analysis, models: first!.models });
    }
  });

  it.each(['local', 'shared'] as const)(
    'a reload under way drops none of them: each ends on the version that it began with (%s)',
    async (kind) => {
      const models = await ModelRepository.start(options({ kind }));
      const workers = await workersOf(models, 2);
      const before: Promise<ScanOutcome>[] = [];
      const begun = () => new Promise<void>((resolve) => before.push(run(workers, resolve)));
      await Promise.all([begun(), begun()]);
      await models.load('face-landmarks', { version: '2' });
      const after = run(workers);
      const versionsOf = async (outcome: Promise<ScanOutcome>) => Object.keys((await outcome).models);
      for (const one of before) expect(await versionsOf(one)).toEqual(['face-detection/1', 'face-landmarks/1']);
      expect(await versionsOf(after)).toEqual(['face-detection/1', 'face-landmarks/2']);
      await workers.close();
      await models.close();
    },
  );
});
