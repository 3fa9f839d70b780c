import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { sweepHandler, sweepOf } from '../database/custody.ts';
import type { Database } from '../database/database.ts';
import { OutboxRelay } from '../outbox/relay.ts';
import type { Handler } from '../ports/call.ts';
import type { Context, HttpMount } from '../ports/context.ts';
import { servedBy } from '../ports/serves.ts';
import { CLOCK, IDS, LOG, METRICS, PLACE, SERVICES, SETTINGS, UNIT_OF_WORK } from '../ports/tokens.ts';
import { Dispatcher } from './dispatcher.ts';
import { feed } from './feed.ts';
import { serveOps, type HealthState } from './ops.ts';
import type { Platform } from './platform.ts';
import { jobOf, runJobs, type Job } from './schedules.ts';
import { httpServerOptions } from './http-server.ts';

export interface ProcessOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly opsPort: number;
  /** Each context's parsed settings, by context name. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface Running {
  readonly url: string;
  readonly opsUrl: string;
  readonly app: NestFastifyApplication;
  /** Each context's own way to its schema, by context name. */
  readonly databases: ReadonlyMap<string, Database>;
  /** Requests in flight finish, events that are committed leave, consumers give their work back. */
  stop(): Promise<void>;
}

interface Part {
  readonly context: Context;
  readonly database: Database;
}

/** The one place where contexts become a process. One context or nine: the same steps in the same order. */
export async function compose(
  platform: Platform,
  contexts: readonly Context[],
  options: ProcessOptions,
): Promise<Running> {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const parts = await Promise.all(
    contexts.map(async (context): Promise<Part> => ({ context, database: await platform.openDatabase(context) })),
  );
  const health: HealthState = {
    started: false,
    stopping: false,
    ready: async () => (await Promise.all(parts.map((part) => part.database.ping()))).every(Boolean),
  };
  const ops = await serveOps({ host: options.host, port: options.opsPort, health, metrics });
  const dispatcher = new Dispatcher();
  const modules = parts.map((part) => moduleOf(part, { platform, metrics, dispatcher, options }));
  const app = await createApp(modules, platform);
  for (const part of parts) serveOperations(app, part, dispatcher, platform);
  for (const part of parts) connectEvents(app, part, platform);
  const server = app.getHttpAdapter().getInstance();
  for (const { context } of parts) {
    if (context.http) await app.get<HttpMount>(context.http, { strict: false }).mount(server as never);
  }
  await app.startAllMicroservices();
  const relays = parts.map(({ context, database }) => startRelay(context, database, platform));
  watchOutboxes(metrics, parts, relays);
  const jobs = parts.map((part) => runJobs(jobsOf(app, part, platform), part.database, platform.log));
  await app.listen(options.port, options.host);
  health.started = true;
  const port = (server.server.address() as AddressInfo).port;
  return {
    url: `http://${options.host}:${port}`,
    opsUrl: `http://${options.host}:${ops.port}`,
    app,
    databases: new Map(parts.map(({ context, database }) => [context.name, database])),
    stop: async () => {
      health.stopping = true;
      await Promise.all(jobs.map((running) => running.stop()));
      await app.close();
      await Promise.all(relays.map((relay) => relay.close()));
      await Promise.all(parts.map((part) => part.database.close()));
      await ops.close();
      await platform.close();
    },
  };
}

interface Surroundings {
  readonly platform: Platform;
  readonly metrics: Registry;
  readonly dispatcher: Dispatcher;
  readonly options: ProcessOptions;
}

function moduleOf({ context, database }: Part, around: Surroundings): DynamicModule {
  const { platform, metrics, dispatcher, options } = around;
  const ports: Provider[] = [
    { provide: UNIT_OF_WORK, useValue: database },
    { provide: SERVICES, useValue: platform.services(dispatcher) },
    { provide: CLOCK, useValue: platform.clock },
    { provide: IDS, useValue: platform.ids },
    { provide: LOG, useValue: platform.log },
    { provide: METRICS, useValue: metrics },
    { provide: PLACE, useValue: platform.place },
    { provide: SETTINGS, useValue: options.settings.get(context.name) ?? Object.freeze({}) },
  ];
  class ContextModule {}
  Object.defineProperty(ContextModule, 'name', { value: `${context.name}Module` });
  return { module: ContextModule, controllers: [...context.controllers], providers: [...ports, ...context.providers] };
}

async function createApp(modules: readonly DynamicModule[], platform: Platform): Promise<NestFastifyApplication> {
  class Root {}
  Module({ imports: [...modules] })(Root);
  // skipMiddie: we use no Express-style middleware, and its hook would run for every request.
  const adapter = new FastifyAdapter({ ...httpServerOptions, skipMiddie: true });
  const app = await NestFactory.create<NestFastifyApplication>(Root, adapter, {
    logger: nestLogger(platform),
    abortOnError: false,
    bodyParser: false,
  });
  await app.init();
  return app;
}

/** Nest's own lines about its wiring are sentences; only its warnings and errors are let into the log. */
const nestLogger = ({ log }: Platform): Logger => {
  const level = log.pino.isLevelEnabled('warn') && log.pino.levelVal < WARN_LEVEL ? 'warn' : log.pino.level;
  return new Logger(new PinoLogger({ pinoHttp: { logger: log.pino.child({}, { level }) } }), {});
};
/** pino's number for `warn`. */
const WARN_LEVEL = 40;

function serveOperations(
  app: NestFastifyApplication,
  { context, database }: Part,
  dispatcher: Dispatcher,
  platform: Platform,
): void {
  for (const controller of context.controllers) {
    const instance = app.get<Record<string, Handler<never>>>(controller as Type<Record<string, Handler<never>>>, {
      strict: false,
    });
    for (const { operation, method } of servedBy(controller)) {
      dispatcher.serve(operation, (input, call, body) =>
        (instance[method] as Handler<typeof operation>).call(instance, input, call, body),
      );
    }
  }
  const sweep = sweepOf(context);
  if (sweep) dispatcher.serve(sweep, sweepHandler(context, database, platform.clock));
}

function connectEvents(app: NestFastifyApplication, { context, database }: Part, platform: Platform): void {
  if (context.listens.length === 0) return;
  const topics = [...new Set(context.listens.map(({ contract }) => contract.topic))];
  const strategy = platform.eventLog.strategy(context.name, topics);
  feed(strategy, { app, context, database, log: platform.log });
  app.connectMicroservice({ strategy });
}

function startRelay(context: Context, database: Database, platform: Platform): OutboxRelay {
  const relay = new OutboxRelay({
    pool: database.pool,
    schema: context.name,
    log: platform.eventLog,
    wakeups: platform.wakeups,
  });
  relay.start();
  return relay;
}

function watchOutboxes(metrics: Registry, parts: readonly Part[], relays: readonly OutboxRelay[]): void {
  const age = new Gauge({
    name: 'outbox_oldest_age_seconds',
    help: 'Age of the oldest event that is committed and not yet published',
    labelNames: ['context'],
    registers: [metrics],
    collect: async () => {
      await Promise.all(
        relays.map(async (relay, at) => {
          const stats = await relay.stats();
          age.set({ context: parts[at]?.context.name ?? '' }, stats.oldestAgeSeconds);
        }),
      );
    },
  });
}

function jobsOf(app: NestFastifyApplication, { context, database }: Part, platform: Platform): readonly Job[] {
  return [...context.schedules.map((schedule) => jobOf(app, schedule)), ...platform.jobs(context, database)];
}
