import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * CPU of one authenticated small request through the whole gateway, against the same small answer from bare Fastify.
 * Ours is the gateway as it is composed: Nest's container and Fastify adapter, key check, quota, input and output by
 * the contract, problem handling, log line (real pino, to /dev/null) and metrics; only the owner behind it is trivial.
 */
export const goal = 2.0;

const REQUESTS = 20_000;
const CONNECTIONS = 50;
const KEY_CHANCE = new Uint8Array(64).map((_, at) => (at * 37) % 248);
const ANSWER = { id: 'thing', status: 'ok' };

const children = new Map();

export async function prepare() {
  for (const role of ['ours', 'reference']) {
    const child = fork(fileURLToPath(import.meta.url), [role]);
    const [{ url, headers }] = await once(child, 'message');
    children.set(role, { child, url, headers });
    const answer = await fetch(url, { headers });
    if (answer.status !== 200) throw new Error(`${role} answered ${answer.status}: ${await answer.text()}`);
    await load(role);
    await load(role);
  }
}

export const ours = () => measure('ours');
export const reference = () => measure('reference');

export async function teardown() {
  for (const { child } of children.values()) child.kill();
  children.clear();
}

/** CPU milliseconds of the server, user and system, for REQUESTS requests. */
async function measure(role) {
  const { pid } = children.get(role).child;
  const before = cpuMs(pid);
  await load(role);
  return cpuMs(pid) - before;
}

async function load(role) {
  const { default: autocannon } = await import('autocannon');
  const { url, headers } = children.get(role);
  const result = await autocannon({ url, headers, connections: CONNECTIONS, amount: REQUESTS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${role}: ${result.non2xx} non-2xx, ${result.errors} errors`);
}

/** proc(5): fields 14 and 15 of /proc/PID/stat, in hundredths of a second. */
function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function serveReference() {
  const { default: Fastify } = await import('fastify');
  const server = Fastify();
  const properties = { id: { type: 'string' }, status: { type: 'string' } };
  server.get('/v1/things/:id', { schema: { response: { 200: { type: 'object', properties } } } }, (_request, reply) => {
    reply.send(ANSWER);
  });
  return { url: `${await server.listen({ port: 0, host: '127.0.0.1' })}/v1/things/thing`, headers: {} };
}

async function serveOurs() {
  await import('reflect-metadata');
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const { Registry } = await import('prom-client');
  const { z } = await import('zod');
  const { makeApiKey } = await import('@smartscan/kernel');
  const { defineOperation } = await import('@smartscan/contracts/operation');
  const { verifyApiKey } = await import('@smartscan/contracts/identity');
  const { openLog } = await import('@smartscan/platform');
  const { gateway } = await import('@smartscan/gateway');
  const ports = await import('@smartscan/platform/ports');
  const thing = defineOperation({
    owner: 'gateway',
    name: 'get_thing',
    method: 'GET',
    path: '/v1/things/{id}',
    title: 'Read a thing',
    input: z.object({ id: z.string().max(64) }),
    output: z.object({ id: z.string(), status: z.string() }),
    scope: 'workspace:read',
    purpose: 'provide_service',
    public: true,
  });
  const verified = {
    key_id: 'key_0',
    workspace_id: 'wsp_0',
    scopes: ['workspace:read'],
    expires_at: null,
    plan: 'enterprise',
  };
  const services = {
    call: async () => verified,
    stream: async () => new ports.Reply(200, ANSWER),
  };
  const clock = { nowMs: () => Date.now() };
  let n = 0;
  const { randomFillSync } = await import('node:crypto');
  const block = new Uint8Array(4096);
  let used = 4096;
  const { makeId } = await import('@smartscan/kernel');
  const ids = {
    next: (kind) => {
      if (used + 16 > 4096) {
        randomFillSync(block);
        used = 0;
      }
      const c = block.subarray(used, used + 16);
      used += 16;
      return makeId(kind, Date.now(), c);
    },
  };
  const pino = (await import('pino')).default;
  const fs=await import('node:fs'); const fdn=openSync('/dev/null','w'); let lines=[],len=0; let lastMs=0,last='';
  const esc=/["\\\\\\u0000-\\u001f]/;
  const own={info(event,f){ const n=Date.now(); if(n!==lastMs){lastMs=n; last='","time":"'+new Date(n).toISOString()+'","service":"bench"';} let t='{"level":"info'+last; for (const k in f){const v=f[k]; if(v===undefined) continue; t+= typeof v==='string' ? (esc.test(v)? ',"'+k+'":'+JSON.stringify(v) : ',"'+k+'":"'+v+'"') : ',"'+k+'":'+v;} t+=',"event":"'+event+'"}\n'; lines.push(t); len+=t.length; if(len>8192){fs.writeSync(fdn,lines.join('')); lines=[];len=0;} }, error(){} };
  const log = process.env.VAR==='own' ? own : openLog({
    level: 'info',
    service: 'bench',
    stream: pino.destination({ fd: openSync('/dev/null', 'w'), sync: false, minLength: 4096 }),
  });
  class Root {}
  const value = (provide, useValue) => ({ provide, useValue });
  Module({
    providers: [
      value(ports.UNIT_OF_WORK, {
        run: () => {
          throw new Error('not here');
        },
      }),
      value(ports.SERVICES, services),
      value(ports.CLOCK, clock),
      value(ports.IDS, ids),
      value(ports.LOG, log),
      value(ports.METRICS, new Registry()),
      value(ports.PLACE, { region: 'us-east-1', hosts: { 'us-east-1': 'us.example', 'eu-west-1': 'eu.example' } }),
      value(ports.SETTINGS, gateway.settings.parse({ requestsPerMinuteEnterprise: '1000000' })),
      ...gateway.providers,
    ],
  })(Root);
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: 65536,
    requestTimeout: 0,
    exposeHeadRoutes: false,
    skipMiddie: true,
  });
  const app = await NestFactory.create(Root, adapter, { logger: false, bodyParser: false });
  await app.init();
  await app.get(gateway.http).mount(adapter.getInstance());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address();
  return {
    url: `http://127.0.0.1:${port}/v1/things/thing`,
    headers: { authorization: `Bearer ${makeApiKey('us-east-1', KEY_CHANCE)}` },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  process.send(await (process.argv[2] === 'ours' ? serveOurs() : serveReference()));
}
