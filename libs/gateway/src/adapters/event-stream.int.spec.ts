import { followScan, listScans } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import type { Call } from '@smartscan/platform/ports';
import { buildHouse, eventually, type House } from '@smartscan/testing';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

const ID = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';

describe('event streams', () => {
  const behind = new StandIns(['identity', 'vitals']);
  const key = behind.issue();
  let house: House | undefined;
  let url: string;
  beforeAll(async () => {
    house = await buildHouse([gateway, ...behind.contexts]);
    url = house.running.url;
  });
  afterAll(() => house?.stop());

  const follow = async (): Promise<Response> =>
    fetch(`${url}/v1/scans/${ID}/events`, { headers: { authorization: `Bearer ${key}` } });
  const streamed = (source: () => AsyncIterable<unknown>): Promise<never> => Promise.resolve(source() as never);
  const progress = (share: number) => ({ id: ID, status: 'running' as const, stage: 'decoding' as const, share });

  it('events are streamed as they come, named, and ended', async () => {
    behind.answer(followScan, () =>
      streamed(async function* () {
        yield progress(0.5);
        yield progress(1);
      }),
    );
    const response = await follow();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe(
      `retry: 2000\n\n${[0.5, 1].map((share) => `event: message\ndata: ${JSON.stringify(progress(share))}\n\n`).join('')}event: end\ndata: {}\n\n`,
    );
  });

  it('what goes wrong before the first event is a problem document, later an event', async () => {
    const missing = new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.');
    behind.answer(followScan, () => Promise.reject(missing));
    expect((await follow()).status).toBe(404);
    behind.answer(followScan, () =>
      streamed(async function* () {
        yield progress(0);
        throw missing;
      }),
    );
    expect(await (await follow()).text()).toMatch(/event: problem\ndata: \{.*"code":"vitals.scan_not_found".*\}\n\n$/);
  });

  it('an event stream whose client leaves is left by its source', async () => {
    let left = false;
    let seen: Call | undefined;
    behind.answer(followScan, (_input, call) => {
      seen = call;
      return streamed(async function* () {
        try {
          yield progress(0);
          await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
        } finally {
          left = true;
        }
      });
    });
    const abort = new AbortController();
    const response = await fetch(`${url}/v1/scans/${ID}/events`, {
      headers: { authorization: `Bearer ${key}` },
      signal: abort.signal,
    });
    await response.body?.getReader().read();
    abort.abort();
    await eventually(() => left && seen?.signal.aborted);
  });

  it('a stop lets what runs finish, ends event streams and sends the rest elsewhere', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    behind.answer(followScan, (_input, call) =>
      streamed(async function* () {
        yield progress(0);
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      }),
    );
    behind.answer(listScans, async () => {
      await held;
      return { items: [], next_cursor: null };
    });
    const stream = await follow();
    const running = fetch(`${url}/v1/scans`, { headers: { authorization: `Bearer ${key}` } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const stopped = house?.stop();
    house = undefined;
    expect(await stream.text()).toContain('event: message');
    release();
    const last = await running;
    expect([last.status, last.headers.get('connection')]).toEqual([200, 'close']);
    await stopped;
  });
});
