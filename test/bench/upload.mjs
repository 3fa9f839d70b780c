// CPU of streaming a 20 MB body through the whole gateway to its owner, against bare Fastify that streams the same body.
// Both owners read every chunk and count its bytes. Beside it: the peak memory of the gateway after bodies of 20 and of
// 100 MB, which must not differ by more than noise.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { cpuOf, serveGateway, startSide } from './gateway.mjs';

export const goal = 1.5;

const MB = 1_000_000;
const BODY_MB = 20;
/** Ours: a quarter of a second of CPU. */
const UPLOADS = 20;
const SENDERS = 4;
/** The same amount in bodies of either size, so that the collector has the same to do. */
const PEAK_TOTAL_MB = 2_000;
const BLOCK = Buffer.alloc(MB, 7);

const sides = new Map();

export async function prepare() {
  for (const role of ['ours', 'reference']) {
    sides.set(role, await startSide(import.meta.filename, role));
    await load(sides.get(role), UPLOADS, BODY_MB);
  }
}

export const ours = () => cpuOf(sides.get('ours'), () => load(sides.get('ours'), UPLOADS, BODY_MB));
export const reference = () => cpuOf(sides.get('reference'), () => load(sides.get('reference'), UPLOADS, BODY_MB));

export async function teardown() {
  for (const { child } of sides.values()) child.kill();
  sides.clear();
  for (const megabytes of [BODY_MB, 100]) {
    const bodies = PEAK_TOTAL_MB / megabytes;
    console.log(
      `gateway, peak memory after ${bodies} bodies of ${megabytes} MB: ${await peakMb(bodies, megabytes)} MB`,
    );
  }
}

/** Of a fresh process, four uploads at a time. */
async function peakMb(bodies, megabytes) {
  const side = await startSide(import.meta.filename, 'ours');
  await load(side, bodies, megabytes);
  const status = readFileSync(`/proc/${side.child.pid}/status`, 'utf8');
  side.child.kill();
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_000);
}

async function load(side, uploads, megabytes) {
  let left = uploads;
  const sender = async () => {
    while (left-- > 0) await upload(side, megabytes);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

async function upload({ url, headers }, megabytes) {
  const sent = request(`${url}/v1/uploads`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': megabytes * MB },
  });
  const answered = once(sent, 'response');
  for (let at = 0; at < megabytes; at += 1) if (!sent.write(BLOCK)) await once(sent, 'drain');
  sent.end();
  const [answer] = await answered;
  let text = '';
  for await (const chunk of answer) text += chunk;
  if (answer.statusCode !== 200 || JSON.parse(text).bytes !== megabytes * MB)
    throw new Error(`answered ${answer.statusCode}: ${text}`);
}

async function countBytes(body) {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return { bytes };
}

async function ownSide() {
  const { z } = await import('zod');
  const { defineOperation } = await import('@smartscan/contracts/operation');
  const { Reply } = await import('@smartscan/platform/ports');
  defineOperation({
    owner: 'gateway',
    name: 'upload',
    method: 'POST',
    path: '/v1/uploads',
    title: 'Count the bytes of a body',
    input: z.object({}),
    stream: { mediaTypes: ['application/octet-stream'], maxBytes: 100 * MB, description: 'Anything' },
    output: z.object({ bytes: z.number() }),
    scope: 'scans:write',
    purpose: 'provide_service',
    public: true,
  });
  return serveGateway(async (_operation, _input, _call, body) => new Reply(200, await countBytes(body)));
}

async function referenceSide() {
  const { default: fastify } = await import('fastify');
  const server = fastify({ bodyLimit: 100 * MB });
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  server.post('/v1/uploads', async (incoming) => countBytes(incoming.body));
  return { url: await server.listen({ port: 0, host: '127.0.0.1' }), headers: {} };
}

if (process.argv[1] === import.meta.filename && process.send) {
  process.send(await (process.argv[2] === 'ours' ? ownSide() : referenceSide()));
}
