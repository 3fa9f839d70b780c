import { makeFaceVideo } from '@smartscan/testing/face-video';
import type { Lane, Place, TierWatch } from '@smartscan/inference';
import { ScanWorkers, type ScanRequest } from './scan-workers.ts';

const never = new AbortController().signal;
const PATIENT_SECONDS = 3_600;

let video: Uint8Array;
beforeAll(async () => {
  ({ bytes: video } = await makeFaceVideo({ seconds: 10, width: 160, height: 120, bitrate: 500_000 }));
});

const request = (given: Partial<ScanRequest> = {}): ScanRequest => ({
  tenant: 'a',
  lane: 'interactive',
  declaredBytes: video.length,
  deadlineSeconds: PATIENT_SECONDS,
  ...given,
});

const faultOf = (work: () => unknown): Promise<{ code: string; extras: { retryAfterSeconds?: number } } | undefined> =>
  Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error as never,
    );

describe('the tier, with real workers', () => {
  const refused: string[] = [];
  const ratios: number[] = [];
  const watch: TierWatch = {
    onRefused: (refusal, check) => refused.push(`${refusal} ${check}`),
    onStarted: () => undefined,
    onEnded: (ratio) => ratios.push(ratio),
  };
  let workers: ScanWorkers;
  beforeEach(async () => {
    workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 10_000_000, maxScans: 40, watch });
    refused.length = ratios.length = 0;
  });
  afterEach(() => workers.close());

  /** Scans whose names are noted as they end. */
  const scanAll = async (asked: readonly (readonly [string, Lane])[], signal = never): Promise<string[]> => {
    const order: string[] = [];
    const scans = asked.map(async ([tenant, lane]) => {
      const place = workers.admit(request({ tenant, lane }));
      await workers.run([video], { signal }, place);
      order.push(lane === 'batch' ? `${tenant} in batch` : tenant);
    });
    await Promise.all(scans);
    return order;
  };

  it('serves two tenants by turns, however many scans one of them sent first', async () => {
    const order = await scanAll([...Array(8).fill(['a', 'interactive']), ...Array(4).fill(['b', 'interactive'])]);
    // What was sent first may have begun before the other came.
    expect(order.slice(0, 9).filter((tenant) => tenant === 'b')).toHaveLength(4);
    expect(order).toHaveLength(12);
    expect([workers.busy, workers.waiting, workers.queuedSeconds('interactive')]).toEqual([0, 0, 0]);
    expect(ratios).toHaveLength(12);
  });

  it('lets a scan that is waited for pass the batch lane, and the batch lane end as well', async () => {
    const order = await scanAll([...Array(4).fill(['a', 'batch']), ...Array(4).fill(['b', 'interactive'])]);
    expect(order.slice(0, 5).filter((name) => name === 'a in batch').length).toBeLessThanOrEqual(2);
    expect(order.filter((name) => name === 'a in batch')).toHaveLength(4);
  });

  it('refuses before a byte is read where there is no time: a full tier 503, a tenant over its share 429', async () => {
    const places = Array.from({ length: 6 }, () => workers.admit(request()));
    const hurried = request({ deadlineSeconds: 5 });
    const alone = await faultOf(() => workers.admit(hurried));
    expect(alone).toMatchObject({ code: 'vitals.overloaded', kind: 'unavailable' });
    expect(alone!.extras.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    places.push(workers.admit(request({ tenant: 'b', deadlineSeconds: 5 })));
    const greedy = await faultOf(() => workers.admit(hurried));
    expect(greedy).toMatchObject({ code: 'vitals.tenant_share', kind: 'limited' });
    expect(greedy!.extras.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(refused).toEqual(['overloaded declared', 'tenant_share declared']);
    for (const place of places) workers.leave(place);
    expect(workers.queuedSeconds('interactive')).toBe(0);
    workers.leave(workers.admit(hurried));
  });

  it('refuses when the container tells of more work than the length did', async () => {
    const { bytes } = await makeFaceVideo({ seconds: 10, width: 1280, height: 720, bitrate: 300_000 });
    const place = workers.admit(request({ declaredBytes: bytes.length, deadlineSeconds: 1.5 }));
    const fault = await faultOf(() => workers.run([bytes], { signal: never }, place));
    expect(fault).toMatchObject({ code: 'vitals.deadline_too_short' });
    expect(refused).toEqual(['deadline_too_short described']);
    expect(workers.queuedSeconds('interactive')).toBe(0);
  });

  it('leaves room for whoever comes while one tenant takes all it can', async () => {
    const places: Place[] = [];
    let fault;
    while (fault === undefined) fault = await faultOf(() => places.push(workers.admit(request())));
    expect(fault.code).toBe('vitals.tenant_share');
    expect(places).toHaveLength(32);
    workers.leave(workers.admit(request({ tenant: 'b' })));
  });

  it('forgets what is cancelled in the queue', async () => {
    const abort = new AbortController();
    const first = workers.run([video], { signal: never }, workers.admit(request()));
    const second = faultOf(() => workers.run([video], { signal: abort.signal }, workers.admit(request())));
    while (workers.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(workers.queuedSeconds('interactive')).toBeGreaterThan(0);
    abort.abort();
    expect(await second).toMatchObject({ code: 'vitals.cancelled' });
    expect(workers.queuedSeconds('interactive')).toBe(0);
    await first;
  });

  it('ends everything that it let in before it closes, also what still waits', async () => {
    const scans = scanAll(Array(3).fill(['a', 'interactive']));
    await workers.close();
    expect(await scans).toHaveLength(3);
  });
});

/** What a scan takes, for each of two threads (docs/tier.md). */
const MAX_SCANS_BYTES = 2 * 150_000_000;

describe('two hundred scans at once, of four tenants', () => {
  it('are all done, each tenant served within a tenth of its share while all of them wait, in bounded memory', async () => {
    const weights = new Map([['double', 2]]);
    const shares = { a: 0.2, b: 0.2, c: 0.2, double: 0.4 };
    const workers = await ScanWorkers.start({ size: 2, maxBodyBytes: 10_000_000, maxScans: 1_000, weights });
    await workers.run([video], { signal: never });
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
    const order: string[] = [];
    const scans = Object.keys(shares).flatMap((tenant) =>
      Array.from({ length: 50 }, async () => {
        const { analysis } = await workers.run(
          [video],
          { signal: new AbortController().signal },
          workers.admit(request({ tenant })),
        );
        order.push(tenant);
        return analysis.framesUsed;
      }),
    );
    const frames = await Promise.all(scans);
    clearInterval(watch);
    await workers.close();
    expect(new Set(frames).size).toBe(1);
    expect(order).toHaveLength(200);
    // Until the first of them has nothing waiting any more: that is the one with twice the weight.
    const contended = order.slice(0, order.lastIndexOf('double') + 1);
    const served = (tenant: string): number => contended.filter((one) => one === tenant).length / contended.length;
    for (const [tenant, share] of Object.entries(shares)) {
      // And a scan or two, where it begins and ends.
      expect(Math.abs(served(tenant) - share)).toBeLessThan(0.1 * share + 0.01);
    }
    // And the bodies, all of which wait in memory.
    expect(most - before).toBeLessThan(MAX_SCANS_BYTES + 200 * video.length);
  }, 900_000);
});
