// CPU of one authenticated small request through the whole gateway, against the same small answer from bare Fastify.
//
// Ours is the gateway as it is composed: Nest's container and Fastify adapter, URL and key checks, quota, input by the
// contract, the call to an owner, log line (real, to nowhere), metrics. Only the owner behind it is trivial, and identity
// is asked once in five seconds, as always. Each side is a process of its own; what is measured is that process's CPU.
import { fork } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export const goal = 2.0;

/** Ours: half a second of CPU, fifty times the clock of /proc. */
const REQUESTS = 20_000;
const CONNECTIONS = 50;
const ANSWER = { id: 'thing', status: 'ok' };

const sides = new Map();

export async function prepare() {
  for (const role of ['ours', 'reference']) {
    sides.set(role, await startSide(import.meta.filename, role));
    const { url, headers } = sides.get(role);
    const answer = await fetch(url, { headers });
    if (answer.status !== 200) throw new Error(`${role} answered ${answer.status}: ${await answer.text()}`);
    // Twice: by then the hot paths are compiled.
    await load(role);
    await load(role);
  }
}

export const ours = () => cpuOf(sides.get('ours'), () => load('ours'));
export const reference = () => cpuOf(sides.get('reference'), () => load('reference'));

export async function teardown() {
  for (const { child } of sides.values()) child.kill();
  sides.clear();
}

async function load(role) {
  const { default: autocannon } = await import('autocannon');
  const { url, headers } = sides.get(role);
  const result = await autocannon({ url, headers, connections: CONNECTIONS, amount: REQUESTS });
  if (result.non2xx + result.errors > 0) throw new Error(`${role}: ${result.non2xx} refused, ${result.errors} failed`);
}

/** Starts this or another benchmark's file as a server; what it says of itself (`url`, `headers`), and its process. */
export async function startSide(file, role) {
  // Its log goes where every process's does, to the standard error, and from there to nowhere.
  const child = fork(file, [role], { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (!said) throw new Error(`${role} ended before it listened`);
  return { child, ...said };
}

/** CPU milliseconds, user and system, that a process spends during `work`: fields 14 and 15 of proc(5), 10 ms each. */
export async function cpuOf({ child }, work) {
  const spent = () => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  const before = spent();
  await work();
  return spent() - before;
}

/** The gateway, composed as in every process, before an owner who does what `stream` does; where it listens. */
export async function serveGateway(stream) {
  await import('reflect-metadata');
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const { Registry } = await import('prom-client');
  const { makeApiKey, makeId } = await import('@smartscan/kernel');
  const { openLog } = await import('@smartscan/platform');
  const { gateway } = await import('@smartscan/gateway');
  const ports = await import('@smartscan/platform/ports');

  const holder = { key_id: 'key_bench', workspace_id: 'wsp_bench', scopes: ['scans:write'], expires_at: null };
  const services = { call: () => Promise.resolve({ ...holder, plan: 'enterprise' }), stream };
  // In blocks, as the platform's own ids are made.
  const block = new Uint8Array(4_096);
  let used = block.length;
  const chance = () => {
    if (used === block.length) {
      randomFillSync(block);
      used = 0;
    }
    return block.subarray(used, (used += 16));
  };
  const given = [
    [ports.SERVICES, services],
    // Decided a moment ago, as what is known of the key is; looking that up takes half a microsecond.
    [ports.AUTHORIZER, { known: () => true, check: () => Promise.resolve(true), write: () => Promise.resolve() }],
    [ports.UNIT_OF_WORK, { run: () => Promise.reject(new Error('There is no database here.')) }],
    [ports.CLOCK, { nowMs: () => Date.now() }],
    [ports.IDS, { next: (kind) => makeId(kind, Date.now(), chance()) }],
    [ports.LOG, openLog({ level: 'info', service: 'bench' })],
    [ports.METRICS, new Registry()],
    [ports.PLACE, { region: 'us-east-1', hosts: { 'us-east-1': 'us.example', 'eu-west-1': 'eu.example' } }],
    [ports.SETTINGS, gateway.settings.parse({ requestsPerMinuteEnterprise: 1_000_000 })],
  ];
  class Root {}
  Module({
    providers: [...given.map(([provide, useValue]) => ({ provide, useValue })), ...gateway.providers],
  })(Root);
  const adapter = new FastifyAdapter({ logger: false, exposeHeadRoutes: false, skipMiddie: true });
  const app = await NestFactory.create(Root, adapter, { logger: false, bodyParser: false });
  await app.init();
  await app.get(gateway.http).mount(adapter.getInstance());
  await app.listen(0, '127.0.0.1');
  const key = makeApiKey('us-east-1', randomFillSync(new Uint8Array(64)));
  const { port } = app.getHttpServer().address();
  return { url: `http://127.0.0.1:${port}`, headers: { authorization: `Bearer ${key}` } };
}

async function ownSide() {
  const { z } = await import('zod');
  const { defineOperation } = await import('@smartscan/contracts/operation');
  const { Reply } = await import('@smartscan/platform/ports');
  defineOperation({
    owner: 'gateway',
    name: 'read_thing',
    method: 'GET',
    path: '/v1/things/{id}',
    title: 'Read a thing',
    input: z.object({ id: z.string().max(64) }),
    output: z.object({ id: z.string(), status: z.string() }),
    scope: 'scans:write',
    purpose: 'provide_service',
    public: true,
  });
  const { url, headers } = await serveGateway(() => Promise.resolve(new Reply(200, ANSWER)));
  return { url: `${url}/v1/things/thing`, headers };
}

async function referenceSide() {
  const { default: fastify } = await import('fastify');
  const server = fastify();
  const properties = { id: { type: 'string' }, status: { type: 'string' } };
  const schema = { response: { 200: { type: 'object', properties } } };
  server.get('/v1/things/:id', { schema }, (_request, reply) => {
    reply.send(ANSWER);
  });
  return { url: `${await server.listen({ port: 0, host: '127.0.0.1' })}/v1/things/thing`, headers: {} };
}

if (process.argv[1] === import.meta.filename && process.send) {
  process.send(await (process.argv[2] === 'ours' ? ownSide() : referenceSide()));
}
