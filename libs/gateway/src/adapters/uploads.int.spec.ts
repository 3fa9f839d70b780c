import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { startScan } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import type { Call, Chunks } from '@smartscan/platform/ports';
import { buildHouse, eventually, type House } from '@smartscan/testing';
import { collectGarbage } from '@smartscan/testing/processes';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

const MB = 1_000_000;
const SCAN = {
  id: 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F',
  status: 'completed' as const,
  created_at: '2026-11-23T20:00:00.000Z',
  finished_at: null,
  retained: false,
  expires_at: null,
  problem: null,
  subject_id: null,
  patient_id: null,
  visit_id: null,
  markers: null,
  quality: null,
  timings_ms: null,
  models: null,
};

describe('streamed bodies', () => {
  const behind = new StandIns(['identity', 'vitals']);
  let house: House;
  let port: number;
  let key: string;
  beforeAll(async () => {
    const short = gateway.settings?.parse({ uploadIdleSeconds: 0.3, uploadSeconds: 3 }) ?? {};
    const settings = new Map([
      ['gateway', short],
      ['identity', {}],
      ['vitals', {}],
    ]);
    house = await buildHouse([gateway, ...behind.contexts], { settings });
    port = Number(new URL(house.running.url).port);
    key = behind.issue();
  });
  afterAll(() => house.stop());

  const upload = (headers: Record<string, string | number> = {}): ClientRequest =>
    httpRequest({
      port,
      method: 'POST',
      path: '/v1/scans',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'video/mp4', ...headers },
    });
  const answerTo = async (
    request: ClientRequest,
  ): Promise<{ status: number; code: string; message: IncomingMessage }> => {
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code: string };
    return { status: message.statusCode ?? 0, code, message };
  };
  const rawUpload = async (headers: string): Promise<{ socket: Socket; answer: Promise<string> }> => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST /v1/scans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: video/mp4\r\n${headers}\r\n`,
    );
    const answer = new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (chunk: Buffer) => (all += chunk.toString()));
      socket.on('close', () => resolve(all));
    });
    return { socket, answer };
  };
  /** Writes so many megabytes as fast as they are taken, for as long as the connection stands. */
  const send = async (request: ClientRequest, megabytes: number, each = (): void => undefined): Promise<void> => {
    request.on('error', () => undefined);
    const closed = once(request, 'close');
    const block = Buffer.alloc(MB);
    for (let sent = 0; sent < megabytes && !request.destroyed; sent += 1) {
      if (!request.write(block)) await Promise.race([once(request, 'drain'), closed]);
      each();
    }
  };
  const drain = async (body: Chunks | undefined): Promise<number> => {
    let bytes = 0;
    for await (const chunk of body ?? []) bytes += chunk.length;
    return bytes;
  };

  it('P11: reach their owner whole and in order, chunk by chunk, while they are still being sent', async () => {
    const parts = [randomBytes(MB), randomBytes(3 * MB), randomBytes(17)];
    const hash = createHash('sha256');
    let first: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => (first = resolve));
    behind.answer(startScan, async (_input, _call, body) => {
      for await (const chunk of body ?? []) {
        hash.update(chunk);
        first?.();
      }
      return SCAN;
    });
    const request = upload();
    request.write(parts[0]);
    await begun;
    request.write(parts[1]);
    request.end(parts[2]);
    expect((await answerTo(request)).status).toBe(200);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.concat(parts)).digest('hex'));
  });

  it('are taken no faster than their owner reads: the client has to wait', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let read = 0;
    behind.answer(startScan, async (_input, _call, body) => {
      for await (const chunk of body ?? []) {
        read += chunk.length;
        await held;
      }
      return SCAN;
    });
    const request = upload({ 'content-length': 60 * MB });
    let sent = 0;
    const sending = send(request, 60, () => (sent += MB)).then(() => request.end());
    const answer = answerTo(request);
    // Longer than the idle limit: waiting for the owner is not the client's silence.
    await new Promise((resolve) => setTimeout(resolve, 700));
    // What fits in the sockets' buffers, not 60 MB.
    expect(sent).toBeLessThan(20 * MB);
    expect(read).toBeLessThan(MB);
    release();
    await sending;
    expect((await answer).status).toBe(200);
    expect(read).toBe(60 * MB);
  });

  it('are refused with 413 as soon as they exceed the limit, also where no length was declared', async () => {
    let got: unknown;
    behind.answer(startScan, async (_input, _call, body) => {
      // An owner may well make something else of it; the client hears what was wrong.
      await drain(body).catch((error: unknown) => (got = error));
      throw new Fault('invalid', 'vitals.corrupt', 'Not a video.');
    });
    const request = upload({ 'transfer-encoding': 'chunked' });
    const sending = send(request, 130);
    const answer = await answerTo(request);
    expect(answer).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(answer.message.headers.connection).toBe('close');
    expect(got).toMatchObject({ code: 'body_too_large' });
    request.destroy();
    await sending;
  });

  it('that fall silent are answered 408 and the connection is closed', async () => {
    behind.answer(startScan, async (_input, _call, body) => {
      await drain(body);
      return SCAN;
    });
    const { socket, answer } = await rawUpload('Content-Length: 1000\r\n');
    socket.write('x'.repeat(500));
    const from = performance.now();
    expect(await answer).toMatch(/^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n[^]*"code":"upload_idle"/i);
    expect(performance.now() - from).toBeGreaterThan(250);
    expect(performance.now() - from).toBeLessThan(2_000);
  });

  it('that drip are answered 408 when their time is up', async () => {
    const { socket, answer } = await rawUpload('Content-Length: 1000\r\n');
    const drip = setInterval(() => socket.write('x'), 50);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"upload_too_slow"/);
    clearInterval(drip);
  });

  it('whose client goes away end the call: its signal is aborted and its body fails', async () => {
    let seen: { call: Call; failed: unknown } | undefined;
    behind.answer(startScan, async (_input, call, body) => {
      const failed: unknown = await drain(body).then(
        () => undefined,
        (error: unknown) => error,
      );
      seen = { call, failed };
      return SCAN;
    });
    const before = house.logged().length;
    const { socket } = await rawUpload('Content-Length: 1000\r\n');
    socket.write('x'.repeat(500));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    const { call, failed } = await eventually(() => seen);
    expect(failed).toMatchObject({ code: 'client_gone' });
    await eventually(() => call.signal.aborted);
    await eventually(() => /"status":499,.*"code":"client_gone"/.test(house.logged().slice(before)));
  });

  it('are not waited for where their owner has answered: the answer gets through and the connection is closed', async () => {
    behind.answer(startScan, async (_input, _call, body) => {
      for await (const chunk of body ?? []) if (chunk.length > 0) break;
      throw new Fault('invalid', 'vitals.not_a_video', 'This is not a video.', { status: 422 });
    });
    const request = upload({ 'content-length': 90 * MB });
    const sending = send(request, 90);
    expect(await answerTo(request)).toMatchObject({ status: 422, code: 'vitals.not_a_video' });
    request.destroy();
    await sending;
  });

  it('are asked for only after everything else was found right (Expect: 100-continue)', async () => {
    behind.answer(startScan, async (_input, _call, body) => {
      await drain(body);
      return SCAN;
    });
    const good = upload({ 'content-length': 5, expect: '100-continue' });
    good.flushHeaders();
    await once(good, 'continue');
    good.end('video');
    expect((await answerTo(good)).status).toBe(200);
    const refused = upload({ 'content-length': 5, expect: '100-continue', authorization: 'Bearer nobody' });
    let asked = false;
    refused.on('continue', () => (asked = true));
    refused.flushHeaders();
    expect(await answerTo(refused)).toMatchObject({ status: 401 });
    expect(asked).toBe(false);
    refused.destroy();
  });

  it('that were refused leave a connection that can be used again, where their rest is small', async () => {
    const { socket, answer } = await rawUpload('Idempotency-Key: a b\r\nContent-Length: 4\r\n');
    socket.write('rest');
    await once(socket, 'data');
    socket.write(`GET /v1/nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const both = await answer;
    expect(both).toContain('"code":"idempotency_key_malformed"');
    expect(both).toContain('"code":"route_unknown"');
  });

  it('leave nothing of themselves in memory', async () => {
    const held = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    behind.answer(startScan, async (_input, _call, body) => {
      await drain(body);
      return SCAN;
    });
    const before = held();
    const request = upload({ 'content-length': 60 * MB });
    const answer = answerTo(request);
    await send(request, 60);
    request.end();
    expect((await answer).status).toBe(200);
    await eventually(() => held() < before + 5 * MB);
  });
});
