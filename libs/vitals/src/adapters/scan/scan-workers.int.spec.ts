import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { ownModels, type InferenceStart } from '@smartscan/inference';
import { eventually } from '@smartscan/testing';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { descendants, isDecoder, processFile } from '@smartscan/testing/processes';
import type { Ffmpeg } from './ffmpeg.ts';
import { FACE_MODELS } from './face-models.ts';
import { ScanWorkers } from './scan-workers.ts';

const MODELS = path.resolve(import.meta.dirname, '../../../../../models');
const never = new AbortController().signal;

let video: Uint8Array;
beforeAll(async () => {
  ({ bytes: video } = await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 }));
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );

/** Ids of the decoders that this process has started, also while they are still the shell that limits them. */
const decoders = (): readonly string[] => descendants('self').filter(isDecoder);

/** As the system does to one that takes too much memory. */
const kill = (id: string): void => {
  try {
    process.kill(Number(id), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

describe('ScanWorkers', () => {
  let workers: ScanWorkers;
  beforeAll(async () => {
    workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000 });
  });
  afterAll(() => workers.close());

  it('tells how far a scan is, never backwards', async () => {
    const seen: [string, number][] = [];
    await workers.run([video], { signal: never, onProgress: (stage, share) => seen.push([stage, share]) });
    const stages = [...new Set(seen.map(([stage]) => stage))];
    expect(stages).toEqual(['received', 'decoding', 'analysing']);
    const shares = seen.filter(([stage]) => stage === 'decoding').map(([, share]) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(5);
  });

  it('scans more videos than it has threads, one after the other', async () => {
    const running = Array.from({ length: 3 }, () => workers.run([video], { signal: never }));
    await eventually(() => workers.waiting === 2);
    expect(workers.busy).toBe(1);
    const outcomes = await Promise.all(running);
    expect(new Set(outcomes.map(({ analysis }) => JSON.stringify(analysis))).size).toBe(1);
    expect([workers.busy, workers.waiting]).toEqual([0, 0]);
  });

  it('leaves the body of the caller as it was', async () => {
    const copy = Buffer.from(video);
    await workers.run([copy], { signal: never });
    expect(copy.equals(video)).toBe(true);
  });

  it('cancels a scan that runs, and its decoder with it', async () => {
    const abort = new AbortController();
    const onProgress = (stage: string): void => {
      if (stage === 'decoding') abort.abort();
    };
    expect(await codeOf(workers.run([video], { signal: abort.signal, onProgress }))).toBe('vitals.cancelled');
    await eventually(() => decoders().length === 0);
    expect(await codeOf(workers.run([video], { signal: never }))).toBe('none');
  });

  it('cancels a scan that waits in line, and only that', async () => {
    const abort = new AbortController();
    const first = codeOf(workers.run([video], { signal: never }));
    const second = codeOf(workers.run([video], { signal: abort.signal }));
    const third = codeOf(workers.run([video], { signal: never }));
    await eventually(() => workers.waiting === 2);
    abort.abort();
    expect(await second).toBe('vitals.cancelled');
    expect(await Promise.all([first, third])).toEqual(['none', 'none']);
    expect([workers.busy, workers.waiting]).toEqual([0, 0]);
  });

  it('refuses a body that is too large', async () => {
    expect(await codeOf(workers.run([new Uint8Array(10_000_001)], { signal: never }))).toBe('vitals.too_large');
  });

  it('P11: gives its decoder no right to write a file, nor to leave a core dump', async () => {
    const limits: string[] = [];
    const onProgress = (stage: string): void => {
      if (stage !== 'decoding') return;
      for (const id of decoders()) {
        const limit = processFile(id, 'limits');
        if (processFile(id, 'comm').startsWith('ffmpeg') && limit !== '') limits.push(limit);
      }
    };
    await workers.run([video], { signal: never, onProgress });
    expect(limits.length).toBeGreaterThan(0);
    for (const limit of limits) {
      expect(limit).toMatch(/^Max core file size +0 +0 /m);
      expect(limit).toMatch(/^Max file size +0 +0 /m);
      expect(limit).toMatch(/^Max cpu time +\d+ +\d+ /m);
    }
  });

  it('ends a scan whose decoder is killed, and takes the next', async () => {
    const onProgress = (stage: string): void => {
      if (stage === 'decoding') decoders().forEach(kill);
    };
    expect(await codeOf(workers.run([video], { signal: never, onProgress }))).toBe('vitals.corrupt');
    expect(await codeOf(workers.run([video], { signal: never }))).toBe('none');
  });
});

describe('ScanWorkers at the edges', () => {
  it('lets running scans end when it closes, and takes no more', async () => {
    const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000 });
    const running = codeOf(workers.run([video], { signal: never }));
    const closed = workers.close();
    expect(await codeOf(workers.run([video], { signal: never }))).toBe('vitals.interrupted');
    await closed;
    expect(await running).toBe('none');
    expect(decoders()).toEqual([]);
  });

  it('refuses an index that speaks of more samples than the file can hold, and takes the next scan', async () => {
    const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000 });
    const hostile = Buffer.from(video);
    // Samples in the first chunk: 2000 million.
    hostile.writeUInt32BE(0x7fff_ffff, hostile.indexOf('stsc') + 16);
    const first = codeOf(workers.run([hostile], { signal: never }));
    expect(await first).toBe('vitals.corrupt');
    expect(await codeOf(workers.run([video], { signal: never }))).toBe('none');
    await workers.close();
  });

  it('tells of an error that nobody foresaw by its place in the code, and takes the next scan', async () => {
    const defects: (readonly [string, number])[] = [];
    const broken = { name: 'ffmpeg', version: '0', codecs: null, frameMode: '-vsync' } as unknown as Ffmpeg;
    const onDefect = (name: string, at: readonly string[]): void => void defects.push([name, at.length]);
    const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000, decoder: broken, onDefect });
    for (const turn of [1, 2]) {
      expect(await codeOf(workers.run([video], { signal: never }))).toBe('internal');
      expect(defects).toEqual(Array(turn).fill(['TypeError', expect.any(Number)]));
    }
    expect(defects[0]![1]).toBeGreaterThan(0);
    await workers.close();
  });

  it('a thread that met an error that nobody foresaw is gone, with the models that it held', async () => {
    const broken = { name: 'ffmpeg', version: '0', codecs: null, frameMode: '-vsync' } as unknown as Ffmpeg;
    let held = 0;
    const own = ownModels(FACE_MODELS);
    const start = async (): Promise<InferenceStart> => {
      const { port1, port2 } = new MessageChannel();
      held++;
      port1.on('message', () => undefined);
      port1.once('close', () => held--);
      const local = await own.start();
      return local.kind === 'local' ? { ...local, hold: { ...local.hold, port: port2 } } : local;
    };
    const models = { ...own, start };
    const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000, decoder: broken, models });
    expect(held).toBe(1);
    await codeOf(workers.run([video], { signal: never }));
    await eventually(() => held === 0);
    await workers.close();
  });

  it('refuses to start with a model that is not the reviewed one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
    try {
      cpSync(MODELS, folder, { recursive: true });
      const file = path.join(folder, 'face-landmarks/1/model.onnx');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
      const start = (modelsDirectory: string) =>
        codeOf(ScanWorkers.start({ size: 1, maxBodyBytes: 1, models: ownModels(FACE_MODELS, modelsDirectory) }));
      expect(await start(folder)).toBe('inference.model_altered');
      expect(await start(path.join(folder, 'nowhere'))).toBe('inference.model_missing');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
