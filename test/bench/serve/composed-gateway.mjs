import { openSync } from 'node:fs';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { verifyApiKey } from '@smartscan/contracts/identity';
import { gateway } from '@smartscan/gateway';
import { makeApiKey } from '@smartscan/kernel';
import { Dispatcher, openLog, secureIds, systemClock } from '@smartscan/platform';
import * as ports from '@smartscan/platform/ports';

const KEY_CHANCE = new Uint8Array(64).map((_, at) => (at * 37) % 248);
const KEY = {
  key_id: 'key_01M854R26VBBKR5J23TNYW39GG',
  workspace_id: 'wsp_01M854R26VBBKR5J23TNYW39GG',
  scopes: ['workspace:read', 'scans:write'],
  expires_at: null,
  plan: 'enterprise',
};
const value = (provide, useValue) => ({ provide, useValue });

/**
 * The gateway as it is composed: Nest's container and Fastify adapter, key check, quota, input and output by the
 * contract at the border between contexts, problem handling, log line (real pino, to /dev/null) and metrics. Only the
 * owner of `operation` behind it is trivial. Resolves to `{ url, headers }`.
 */
export async function serveGateway(operation, handler) {
  const dispatcher = new Dispatcher();
  dispatcher.serve(verifyApiKey, async () => KEY);
  dispatcher.serve(operation, handler);
  const destination = pino.destination({ fd: openSync('/dev/null', 'w'), sync: false, minLength: 4096 });
  const noDatabase = { run: () => Promise.reject(new Error('not in this benchmark')) };
  const settings = gateway.settings.parse({ requestsPerMinuteEnterprise: '1000000' });
  class Root {}
  Module({
    providers: [
      value(ports.UNIT_OF_WORK, noDatabase),
      value(ports.SERVICES, dispatcher),
      value(ports.CLOCK, systemClock),
      value(ports.IDS, secureIds(systemClock)),
      value(ports.LOG, openLog({ level: 'info', service: 'bench', stream: destination })),
      value(ports.METRICS, new Registry()),
      value(ports.PLACE, { region: 'us-east-1', hosts: { 'us-east-1': 'us.example', 'eu-west-1': 'eu.example' } }),
      value(ports.SETTINGS, settings),
      ...gateway.providers,
    ],
  })(Root);
  const adapter = new FastifyAdapter({ logger: false, exposeHeadRoutes: false, skipMiddie: true });
  const app = await NestFactory.create(Root, adapter, { logger: false, bodyParser: false });
  await app.init();
  await app.get(gateway.http).mount(adapter.getInstance());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address();
  const authorization = `Bearer ${makeApiKey('us-east-1', KEY_CHANCE)}`;
  return { url: `http://127.0.0.1:${port}`, headers: { authorization } };
}
