import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { chunksOf, echo, failureOf, faultOf, follow, look, someCall, until, upload } from '@smartscan/testing/services';
import { Fault } from '@smartscan/kernel';
import { Reply, type Chunks, type Services } from '../../ports/call.ts';
import { TestServices } from './test-rig.ts';

const UNAVAILABLE = { kind: 'unavailable', code: 'platform.service_unavailable' };

/** Resolves when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<unknown> => (signal.aborted ? Promise.resolve() : once(signal, 'abort'));

describe('calls between services, when something breaks', () => {
  let authority: Authority;
  let rig: TestServices;
  let services: Services;
  /** What handlers do in this test. */
  let during: (signal: AbortSignal) => Promise<unknown>;
  let heard: string[];
  let read = 0;
  beforeAll(async () => {
    authority = await makeAuthority();
  });
  beforeEach(async () => {
    during = () => Promise.resolve();
    heard = [];
    read = 0;
    rig = await TestServices.open((service, folder) => issueFor(authority, service, folder), {
      limits: { silenceMs: 1_000, pulseMs: 200, graceMs: 1_000 },
    });
    for (const operation of [echo, look]) {
      rig.answer(operation, async ({ text }, { signal }) => {
        heard.push(operation.id);
        await during(signal);
        return { text, list: [] };
      });
    }
    rig.answer(upload, async (_input, { signal }, body) => {
      for await (const { length } of body as Chunks) read += length;
      heard.push(upload.id);
      await during(signal);
      return { bytes: read, sha256: '' };
    });
    services = await rig.caller('vitals', { silenceMs: 1_000 });
  });
  afterEach(() => rig.close());

  const post = (): Promise<unknown> => services.call(echo, { text: 'x' }, someCall());
  const get = (): Promise<unknown> => services.call(look, { text: 'x' }, someCall());
  const put = (chunks = 10): Promise<Reply> => services.stream(upload, {}, someCall(), chunksOf(chunks));

  it('a server that dies in the middle of a call is unavailable, and serves the next call when it is back', async () => {
    let signal: AbortSignal | undefined;
    during = (given) => aborted((signal = given));
    const failure = faultOf(post());
    await until('the handler runs', () => signal !== undefined);
    await rig.cable.part();
    expect(await failure).toMatchObject(UNAVAILABLE);
    await until('the handler is told', () => signal?.aborted === true);
    expect(await faultOf(post())).toMatchObject(UNAVAILABLE);
    during = () => Promise.resolve();
    await rig.cable.join();
    expect(await post()).toMatchObject({ text: 'x' });
  });

  it('what may be done twice is asked again when the connection breaks, what may not is not', async () => {
    during = () => {
      if (heard.length === 1) rig.cable.cut();
      return sleep(50);
    };
    expect(await faultOf(post())).toMatchObject(UNAVAILABLE);
    expect(heard).toEqual([echo.id]);
    heard = [];
    expect(await get()).toMatchObject({ text: 'x' });
    expect(heard).toEqual([look.id, look.id]);
  });

  it('what no handler can have heard of is asked again, also with a body, which then arrives whole', async () => {
    rig.cable.refuses = 2;
    expect(await post()).toMatchObject({ text: 'x' });
    rig.cable.cut();
    rig.cable.refuses = 2;
    expect((await put()).body).toMatchObject({ bytes: 10 * 65_536 });
    expect(heard).toEqual([echo.id, upload.id]);
  });

  it('a body that has begun is not sent again', async () => {
    during = () => {
      rig.cable.cut();
      return sleep(50);
    };
    let drawn = 0;
    const replied = services.stream(
      upload,
      {},
      someCall(),
      chunksOf(3, () => void (drawn += 1)),
    );
    expect(await faultOf(replied)).toMatchObject(UNAVAILABLE);
    expect({ heard, drawn }).toEqual({ heard: [upload.id], drawn: 3 });
  });

  it('an owner that is not reached five times is left alone for five seconds, then found again', async () => {
    await rig.cable.part();
    while (!rig.logged.includes('services.owner_unreachable')) expect(await faultOf(post())).toMatchObject(UNAVAILABLE);
    const sinceMs = performance.now();
    for (let n = 0; n < 50; n += 1) {
      expect((await faultOf(post())).extras.retryAfterSeconds).toBe(5);
    }
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
    await rig.cable.join();
    const { connections } = rig.cable;
    expect(await faultOf(post())).toMatchObject(UNAVAILABLE);
    expect(rig.cable.connections).toBe(connections);
    await sleep(5_100);
    during = () => sleep(200);
    const probe = post();
    // While one call finds out, the others are told at once.
    expect(await faultOf(post())).toMatchObject(UNAVAILABLE);
    expect(await probe).toMatchObject({ text: 'x' });
    expect(await post()).toMatchObject({ text: 'x' });
    expect(rig.logged).toContain('services.owner_reachable');
  });

  it('what an owner answers, faults too, is no reason to leave it alone', async () => {
    during = () => Promise.reject(new Fault('unavailable', 'audit.busy', 'Busy.'));
    for (let n = 0; n < 20; n += 1) expect((await faultOf(post())).code).toBe('audit.busy');
    during = () => Promise.reject(new TypeError('ours'));
    for (let n = 0; n < 20; n += 1) expect((await faultOf(post())).code).toBe('internal');
    during = () => Promise.resolve();
    expect(await post()).toMatchObject({ text: 'x' });
    expect(rig.logged).not.toContain('services.owner_unreachable');
  });

  it('a server that falls silent is given up, and hears of it when it can', async () => {
    let signal: AbortSignal | undefined;
    during = (given) => aborted((signal = given));
    const failure = faultOf(put(1));
    await until('the handler runs', () => signal !== undefined);
    rig.cable.hold();
    const sinceMs = performance.now();
    expect(await failure).toMatchObject(UNAVAILABLE);
    expect(performance.now() - sinceMs).toBeLessThan(3_000);
    await until('the handler is told', () => signal?.aborted === true);
  });

  it('a server that only takes its time is waited for', async () => {
    during = () => sleep(2_500);
    expect(await Promise.all([post(), put(1)])).toMatchObject([{ text: 'x' }, { status: 200 }]);
  });

  it('events end with a fault when the connection breaks', async () => {
    rig.answer(follow, () =>
      Promise.resolve(
        new Reply(
          200,
          (async function* () {
            yield { n: 0, filling: '' };
            await sleep(60_000, undefined, { ref: false });
          })(),
        ),
      ),
    );
    const { body } = await services.stream(follow, { id: 'x' }, someCall(), undefined);
    const events = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ n: 0 });
    rig.cable.cut();
    expect(await faultOf(events.next())).toMatchObject(UNAVAILABLE);
  });

  it('a caller that gives up is answered at once with its own reason', async () => {
    during = aborted;
    const reason = new Fault('unavailable', 'gateway.time_limit', 'It took too long.');
    const aborter = new AbortController();
    const failure = failureOf(services.call(echo, { text: 'x' }, someCall({ signal: aborter.signal })));
    await until('the handler runs', () => heard.length > 0);
    aborter.abort(reason);
    expect(await failure).toBe(reason);
    expect(await failureOf(services.call(echo, { text: 'x' }, someCall({ signal: aborter.signal })))).toBe(reason);
    expect(heard).toEqual([echo.id]);
  });

  it('closing lets calls in flight finish, takes no new ones, and ends what lasts too long with a fault', async () => {
    let end: () => void = () => undefined;
    const ending = new Promise<void>((resolve) => (end = resolve));
    let signal: AbortSignal | undefined;
    during = (given) => (heard.length === 1 ? ending : aborted((signal = given)));
    const short = post();
    await until('the first runs', () => heard.length === 1);
    const long = faultOf(post());
    await until('the second runs', () => heard.length === 2);
    const sinceMs = performance.now();
    const closed = rig.server.close();
    await sleep(100);
    expect((await failureOf(fetch(`https://127.0.0.1:${rig.server.port}`))) as Error).toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
    end();
    expect(await short).toMatchObject({ text: 'x' });
    expect((await long).code).toBe('platform.service_stopping');
    expect(signal?.aborted).toBe(true);
    await closed;
    expect(performance.now() - sinceMs).toBeLessThan(4_000);
  });
});
