import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { BODY_MAX_BYTES, chunksOf, echo, faultOf, follow, someCall, until, upload } from '@smartscan/testing/services';
import type { Operation } from '@smartscan/contracts/operation';
import { Reply, type Chunks } from '../../ports/call.ts';
import { dnsNameOf } from './certificates.ts';
import { messageFrame } from './frames.ts';
import { ask, callFrame, TestServices } from './test-rig.ts';
import { limitMsOf } from './wire.ts';

describe('bounds of what services take from each other', () => {
  let authority: Authority;
  let rig: TestServices;
  let tls: { ca: Buffer; cert: Buffer; key: Buffer };
  let running: AbortSignal[];
  beforeAll(async () => {
    authority = await makeAuthority();
    rig = await TestServices.open((service, folder) => issueFor(authority, service, folder), {
      limits: {
        beginMs: 500,
        silenceMs: 700,
        pulseMs: 100,
        concurrent: 3,
        limitMs: (operation: Operation) => (operation.id === echo.id ? 1_000 : limitMsOf(operation)),
      },
    });
    const files = await rig.certificates('vitals');
    tls = { ca: readFileSync(files.ca), cert: readFileSync(files.certificate), key: readFileSync(files.key) };
    rig.answer(echo, async (input, { signal }) => {
      running.push(signal);
      if (input.text === 'hang') await once(signal, 'abort').then(() => sleep(500));
      return input;
    });
    rig.answer(upload, async (_input, { signal }, body) => {
      running.push(signal);
      let bytes = 0;
      for await (const chunk of body as Chunks) bytes += chunk.length;
      return { bytes, sha256: '' };
    });
    rig.answer(follow, (_input, { signal }) => {
      running.push(signal);
      return Promise.resolve(
        new Reply(
          200,
          (async function* () {
            yield { n: 0, filling: '' };
            await once(signal, 'abort');
          })(),
        ),
      );
    });
  });
  afterAll(() => rig.close());
  beforeEach(() => {
    running = [];
  });

  /** Resolves to the milliseconds after which the server has ended the connection. */
  async function cutAfter(socket: Socket): Promise<number> {
    const sinceMs = performance.now();
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
    return performance.now() - sinceMs;
  }

  async function connected(): Promise<TLSSocket> {
    const socket = connectTls({ ...tls, host: '127.0.0.1', port: rig.server.port, servername: dnsNameOf('audit') });
    await once(socket, 'secureConnect');
    return socket;
  }

  const head = `POST /operations/${echo.id} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n`;

  it('a client that is slow on purpose is cut: in the handshake, in the headers, in the first frame', async () => {
    expect(await cutAfter(connectPlain(rig.server.port, '127.0.0.1'))).toBeLessThan(3_000);

    const slowHeaders = await connected();
    const drip = setInterval(() => slowHeaders.write('X-A: b\r\n'), 50);
    slowHeaders.write(head);
    expect(await cutAfter(slowHeaders)).toBeLessThan(3_000);
    clearInterval(drip);

    const slowFrame = await connected();
    slowFrame.write(`${head}\r\n`);
    const dripFrame = setInterval(() => slowFrame.write('1\r\n\u0001\r\n'), 50);
    expect(await cutAfter(slowFrame)).toBeLessThan(3_000);
    clearInterval(dripFrame);
    expect(running).toEqual([]);
  });

  it('a caller that says nothing any more is gone: its handler is told', async () => {
    const socket = await connected();
    socket.on('error', () => undefined);
    socket.resume();
    const frame = callFrame({ id: 'x' }, someCall());
    socket.write(`POST /operations/${follow.id} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.write(Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]));
    await until('the handler runs', () => running.length > 0);
    await until('the handler is told', () => running[0]?.aborted === true);
  });

  it('a call that is over its time is ended, and its handler told', async () => {
    const services = await rig.caller('vitals');
    const sinceMs = performance.now();
    const fault = await faultOf(services.call(echo, { text: 'hang' }, someCall()));
    expect({ kind: fault.kind, code: fault.code }).toEqual({ kind: 'unavailable', code: 'platform.deadline_passed' });
    expect(performance.now() - sinceMs).toBeLessThan(3_000);
    expect(running[0]?.aborted).toBe(true);
    await sleep(600);
  });

  it('more calls than can be served at once are refused, and say when to come back', async () => {
    const services = await rig.caller('vitals');
    const hanging = [1, 2, 3].map(() => faultOf(services.call(echo, { text: 'hang' }, someCall())));
    await until('three run', () => running.length === 3);
    const fault = await faultOf(services.call(echo, { text: 'x' }, someCall()));
    expect({ code: fault.code, again: fault.extras.retryAfterSeconds }).toEqual({
      code: 'platform.too_many_calls',
      again: 1,
    });
    await Promise.all(hanging);
    await sleep(600);
    expect(await services.call(echo, { text: 'x' }, someCall())).toMatchObject({ text: 'x' });
  });

  it('a body larger than its operation takes is refused, whoever sends it', async () => {
    const services = await rig.caller('gateway');
    const chunks = BODY_MAX_BYTES / 65_536 + 1;
    const fault = await faultOf(services.stream(upload, {}, someCall(), chunksOf(chunks)));
    expect({ code: fault.code, status: fault.status }).toEqual({ code: 'platform.body_too_large', status: 413 });
  });

  it('what is no call is refused, and nothing of it is told', async () => {
    const call = someCall();
    const headerOf = (kind: number, bytes: number): Buffer => {
      const made = Buffer.alloc(5);
      made.writeUInt8(kind, 0);
      made.writeUInt32BE(bytes, 1);
      return made;
    };
    const strange: readonly Buffer[] = [
      Buffer.alloc(0),
      Buffer.from('canary canary canary'),
      headerOf(1, 2 ** 31),
      Buffer.concat([headerOf(1, 7), Buffer.from('{canary')]),
      messageFrame({ canary: true }),
      headerOf(2, 3),
      callFrame({ text: 'x' }, { ...call, tenant: 'canary' }),
      callFrame({ text: 'x' }, { ...call, actor: { kind: 'canary', id: 'x' } }),
      callFrame({ text: 'x' }, { ...call, actor: { kind: 'system', id: '' } }),
      callFrame({ text: 'x' }, { ...call, purpose: 'canary' }),
      callFrame({ text: 'x' }, { ...call, requestId: 'canary\nforged' }),
      callFrame({ text: 'x' }, { ...call, region: 'eu-canary-1' }),
      callFrame({ text: 'x' }, { ...call, respondAsync: 'canary' }),
    ];
    for (const frame of strange) {
      const { status, messages } = await ask(rig.server.port, tls, `/operations/${echo.id}`, [frame]);
      expect({ status, messages }).toMatchObject({
        status: 200,
        messages: [{ is: 'fault', fault: { kind: 'invalid', code: 'platform.call_malformed' } }],
      });
      expect(JSON.stringify(messages)).not.toContain('canary');
    }
    expect(running).toEqual([]);
    expect(rig.logged).not.toContain('canary');
  });

  it('there is nothing else on that port', async () => {
    for (const path of ['/', '/operations/', '/operations/audit', `/operations/${echo.id}?x`, '/metrics']) {
      expect(await ask(rig.server.port, tls, path, [])).toMatchObject({ status: 404, messages: [] });
    }
    expect(await ask(rig.server.port, tls, '/operations/audit.nothing', [])).toMatchObject({
      messages: [{ fault: { code: 'platform.not_served' } }],
    });
  });
});
