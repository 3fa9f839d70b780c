import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { hostileVideos, type Hostile } from '@smartscan/testing/hostile-video';
import { collectGarbage, descendants, heldForWriting } from '@smartscan/testing/processes';
import { SCAN_PROBLEMS, problemCode, type ScanProblemName } from '../../domain/scan-problems.ts';
import { ScanWorkers } from './scan-workers.ts';

const COUNT = 1_000;

/**
 * Memory may stay above where it was by this much: what the allocator keeps of frames and bodies, and the code of a scan
 * that ran for the first time. Measured: 6 MB less than before; ours.
 */
const MAX_GROWTH_BYTES = 60_000_000;

const MAX_BODY_BYTES = 20_000_000;

/** What says nothing of the bytes: a scan that ends so was ended by us. */
const OURS: readonly ScanProblemName[] = ['overloaded', 'interrupted', 'cancelled'];
const CLEAR = new Set(
  (Object.keys(SCAN_PROBLEMS) as ScanProblemName[]).filter((name) => !OURS.includes(name)).map(problemCode),
);

const never = new AbortController().signal;
const defects: string[] = [];
let folder: string;
let formerFolder: string | undefined;
let workers: ScanWorkers;
let good: Uint8Array;
let videos: readonly Hostile[];
/** Those of the suite, such as its PostgreSQL. */
let childrenBefore: readonly string[];

beforeAll(async () => {
  childrenBefore = descendants('self');
  folder = mkdtempSync(path.join(tmpdir(), 'hostile-'));
  formerFolder = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  good = (await makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000, amplitude: 0.008 })).bytes;
  videos = await hostileVideos(COUNT);
  const onDefect = (name: string, at: readonly string[]): void => void defects.push([name, ...at].join(' '));
  workers = await ScanWorkers.start({ size: 2, maxBodyBytes: MAX_BODY_BYTES, onDefect });
}, 120_000);
afterAll(async () => {
  await workers.close();
  if (formerFolder === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = formerFolder;
  rmSync(folder, { recursive: true });
});

/** The code of the problem; `read` where there is none and no number; the number itself where there is one. */
const endOf = async (body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> => {
  try {
    const { value } = (await workers.run(body, { signal: never })).analysis.heartRate;
    return value === null ? 'read' : `a heart rate of ${value}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** What the code of a scan and its threads hold in memory, after all that can be given back was. */
const settledMemory = async (): Promise<number> => {
  for (let n = 0; n < 3; n++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage.rss();
};

/** An upload that never ends. */
async function* endless(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield chunk;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a thousand hostile inputs', () => {
  it('P11: end each in a clear problem or in no number, and leave memory, processes and disk as they were', async () => {
    expect(await endOf([good])).toMatch(/^a heart rate/);
    const [held, before] = [heldForWriting('self'), await settledMemory()];
    const unclear: string[] = [];
    const ends = new Map<string, number>();
    let next = 0;
    const scanAll = async (): Promise<void> => {
      for (let video = videos[next++]; video !== undefined; video = videos[next++]) {
        const end = await endOf([video.bytes]);
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (end !== 'read' && !CLEAR.has(end)) unclear.push(`${video.name}: ${end}`);
      }
    };
    await Promise.all([scanAll(), scanAll()]);
    expect(videos.length).toBe(COUNT);
    expect(unclear).toEqual([]);
    expect(defects).toEqual([]);
    // Most never reach a decoder; a good part does, and is found out there.
    expect(ends.get('vitals.corrupt')!).toBeGreaterThan(COUNT / 10);
    expect(ends.get('read') ?? 0).toBeLessThan(COUNT / 2);
    expect(descendants('self')).toEqual(childrenBefore);
    expect(heldForWriting('self')).toEqual(held);
    expect(readdirSync(folder)).toEqual([]);
    expect((await settledMemory()) - before).toBeLessThan(MAX_GROWTH_BYTES);
    expect(await endOf([good])).toMatch(/^a heart rate/);
  }, 900_000);

  it('refuses an upload that never ends as soon as it is too large, whatever it is', async () => {
    for (const chunk of [Buffer.alloc(100_000), Buffer.from(good), Buffer.from('<html>'.repeat(10_000))]) {
      expect(await endOf(endless(chunk))).toBe('vitals.too_large');
    }
    expect(descendants('self')).toEqual(childrenBefore);
  });
});
