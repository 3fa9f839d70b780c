import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger, PinoLogger } from 'nestjs-pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Fault } from '@smartscan/kernel';
import { sweepHandler, sweepOf } from '../database/custody.ts';
import type { Database } from '../database/database.ts';
import { OutboxRelay } from '../outbox/relay.ts';
import type { Handler } from '../ports/call.ts';
import type { Context, HttpMount } from '../ports/context.ts';
import { servedBy } from '../ports/serves.ts';
import {
  AUTHORIZER,
  CLOCK,
  IDS,
  LOG,
  MAIL,
  METRICS,
  OBJECTS,
  PEERS,
  PLACE,
  SERVICES,
  SETTINGS,
  UNIT_OF_WORK,
} from '../ports/tokens.ts';
import { readinessOf } from '../telemetry/dependencies.ts';
import { watchDurations, watchStanding, type Durations } from '../telemetry/watch-platform.ts';
import { WatchedServices } from '../telemetry/watched-services.ts';
import { Dispatcher } from './dispatcher.ts';
import { feed } from './feed.ts';
import { serveOps, type HealthState } from './ops.ts';
import type { Platform } from './platform.ts';
import { ownOf, type Own } from './own.ts';
import { jobOf, runJobs, type Job } from './schedules.ts';
import { httpServerOptions } from './http-server.ts';

export interface ProcessOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly opsPort: number;
  /** How long a process that stops goes on taking what still comes, until everybody has heard of it. None by default. */
  readonly drainMs?: number;
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

interface WiredPart extends Part {
  readonly own: Own;
}

/**
 * The one place where contexts become a process. One context or nine: the same steps in the same order, and the same
 * backwards, at the end as well as where a step fails.
 */
export async function compose(
  platform: Platform,
  contexts: readonly Context[],
  options: ProcessOptions,
): Promise<Running> {
  const undo: (() => Promise<unknown> | void)[] = [() => platform.close()];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    return await bringUp(platform, contexts, options, { undo, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is to be done at the end, last things first. */
interface Unwinding {
  readonly undo: (() => Promise<unknown> | void)[];
  readonly stop: () => Promise<void>;
}

async function bringUp(
  platform: Platform,
  contexts: readonly Context[],
  options: ProcessOptions,
  { undo, stop }: Unwinding,
): Promise<Running> {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const parts = await openParts(platform, contexts, undo);
  const databases = parts.map(({ database }) => database);
  const durations = watchDurations(metrics, databases);
  const readiness = readinessOf([
    {
      name: 'database',
      required: true,
      up: async () => (await Promise.all(databases.map((database) => database.ping()))).every(Boolean),
    },
    ...platform.dependencies,
  ]);
  const health: HealthState = { started: false, stopping: false, ready: readiness };
  const { host } = options;
  const ops = await onPort(options.opsPort, () => serveOps({ host, port: options.opsPort, health, metrics }));
  undo.push(() => ops.close());
  const dispatcher = new Dispatcher();
  const modules = parts.map((part) => moduleOf(part, { platform, metrics, dispatcher, options, durations }));
  const relays = new Map(parts.map(({ context, database }) => [context.name, startRelay(context, database, platform)]));
  undo.push(() => Promise.all([...relays.values()].map((relay) => relay.close())));
  watchStanding(metrics, { databases, relays, eventLog: platform.eventLog, readiness });
  const app = await createApp(modules, platform);
  undo.push(() => app.close());
  const wired = parts.map((part, at): WiredPart => ({ ...part, own: ownOf(app, modules[at]!) }));
  for (const part of wired) serveOperations(part, dispatcher, platform);
  for (const part of wired) connectEvents(app, part, platform, durations);
  const server = app.getHttpAdapter().getInstance();
  const mounts = wired.flatMap(({ context: { http }, own }) => (http ? own<HttpMount>(http) : []));
  for (const mount of mounts) await mount.mount(server as never);
  // They go on while the last calls are answered: what is still done here is to be known as alive.
  const jobs = wired.map((part) => runJobs(jobsOf(part, platform), part.database, platform.log));
  undo.push(() => Promise.all(jobs.map((running) => running.stop())));
  const listener = await platform.listen?.(dispatcher);
  undo.push(() => listener?.close());
  // Nobody is to be met at a public port of a process that has nothing public.
  const isPublic = mounts.length > 0;
  if (isPublic) await onPort(options.port, () => app.listen(options.port, host));
  health.started = true;
  undo.push(async () => {
    health.stopping = true;
    for (const mount of mounts) mount.lastCall?.();
    await sleep(options.drainMs ?? 0);
  });
  // Calls are answered before events come: a group that lost a member to a crash gives out its share only when the dead
  // one's session is over, and nobody who asks has to wait for that.
  await app.startAllMicroservices();
  return {
    url: isPublic ? `http://${host}:${(server.server.address() as AddressInfo).port}` : '',
    opsUrl: `http://${host}:${ops.port}`,
    app,
    databases: new Map(parts.map(({ context, database }) => [context.name, database])),
    stop,
  };
}

/** All at once; where one fails, those that opened are closed again. */
async function openParts(platform: Platform, contexts: readonly Context[], undo: Unwinding['undo']): Promise<Part[]> {
  const opening = contexts.map(async (context): Promise<Part> => {
    const database = await platform.openDatabase(context);
    undo.push(() => database.close());
    return { context, database };
  });
  await Promise.allSettled(opening);
  return Promise.all(opening);
}

/** A port that is taken is said to be so, with its number, whichever of the listeners it was meant for. */
async function onPort<T>(port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Fault('conflict', 'platform.port_taken', `Port ${port} is in use by another process.`, {
      remedy:
        'End that process, or choose another port: SMARTSCAN_PORT for the API, SMARTSCAN_OPS_PORT for health and metrics.',
    });
  }
}

interface Surroundings {
  readonly platform: Platform;
  readonly metrics: Registry;
  readonly dispatcher: Dispatcher;
  readonly options: ProcessOptions;
  readonly durations: Durations;
}

function moduleOf({ context, database }: Part, around: Surroundings): DynamicModule {
  const { platform, metrics, dispatcher, options, durations } = around;
  const ports: Provider[] = [
    { provide: UNIT_OF_WORK, useValue: database },
    { provide: SERVICES, useValue: new WatchedServices(platform.services(dispatcher), durations.onCall) },
    { provide: CLOCK, useValue: platform.clock },
    { provide: IDS, useValue: platform.ids },
    { provide: LOG, useValue: platform.log },
    { provide: AUTHORIZER, useValue: platform.authorizer },
    { provide: OBJECTS, useValue: platform.objects },
    { provide: MAIL, useValue: platform.mail },
    { provide: PEERS, useValue: platform.peers },
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

function serveOperations({ context, database, own }: WiredPart, dispatcher: Dispatcher, platform: Platform): void {
  for (const controller of context.controllers) {
    const instance = own(controller as Type<Record<string, Handler<never>>>);
    for (const { operation, method } of servedBy(controller)) {
      dispatcher.serve(operation, (input, call, body) =>
        (instance[method] as Handler<typeof operation>).call(instance, input, call, body),
      );
    }
  }
  const sweep = sweepOf(context);
  if (sweep) dispatcher.serve(sweep, sweepHandler(context, database, platform.clock));
}

function connectEvents(
  app: NestFastifyApplication,
  { context, database, own }: WiredPart,
  platform: Platform,
  durations: Durations,
): void {
  if (context.listens.length === 0) return;
  const topics = [...new Set(context.listens.map(({ contract }) => contract.topic))];
  const strategy = platform.eventLog.strategy(context.name, topics);
  feed(strategy, { own, context, database, onDelivered: durations.onDelivered(context.name) });
  app.connectMicroservice({ strategy });
}

function startRelay(context: Context, database: Database, platform: Platform): OutboxRelay {
  const relay = new OutboxRelay({
    pool: database.pool,
    schema: context.name,
    log: platform.eventLog,
    wakeups: platform.wakeups,
    onFailure: ({ code }) => platform.log.warn('outbox.publish_failed', { context: context.name, code }),
  });
  relay.start();
  return relay;
}

function jobsOf({ context, database, own }: WiredPart, platform: Platform): readonly Job[] {
  return [...context.schedules.map((schedule) => jobOf(schedule, own)), ...platform.jobs(context, database)];
}
