import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import type { Region } from '@smartscan/kernel';
import { compose, openLog, type Platform, type Running } from '@smartscan/platform';
import { embedded, type Connection } from '@smartscan/platform/embedded';
import { SERVICES, type Context, type Services, type UnitOfWork } from '@smartscan/platform/ports';
import { TravelClock } from './travel-clock.ts';

export interface House {
  readonly running: Running;
  readonly platform: Platform;
  readonly clock: TravelClock;
  /** The way to every operation that is served, without the gateway. */
  readonly services: Services;
  /** The superuser's view: sees every row of every tenant. */
  readonly admin: pg.Client;
  readonly directory: string;
  /** Everything that was logged so far. */
  logged(): string;
  work(context: Context): UnitOfWork;
  stop(): Promise<void>;
}

export interface HouseOptions {
  readonly region?: Region;
  /** Settings by context, as parsed. */
  readonly settings?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

const HOSTS = { 'us-east-1': 'api.us.smartscan.example', 'eu-west-1': 'api.eu.smartscan.example' } as const;

/** Composes contexts on the embedded place, in a database of their own, with a clock that can travel and a log to read. */
export async function buildHouse(contexts: readonly Context[], options: HouseOptions = {}): Promise<House> {
  const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-house-'));
  const database = `test_${randomBytes(8).toString('hex')}`;
  const clock = new TravelClock();
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  const region = options.region ?? 'us-east-1';
  const platform = await embedded({
    directory,
    place: { region, hosts: HOSTS },
    logLevel: 'debug',
    log: openLog({ level: 'debug', service: 'test', stream }),
    server: { superuser, database },
    clock,
  });
  const settings =
    options.settings ?? new Map(contexts.map((context) => [context.name as string, context.settings?.parse({}) ?? {}]));
  const running = await compose(platform, contexts, { host: '127.0.0.1', port: 0, opsPort: 0, settings });
  const admin = new pg.Client({ ...superuser, database });
  // A server that is stopped while we are connected says goodbye as an error.
  admin.on('error', () => undefined);
  await admin.connect();
  return {
    running,
    platform,
    clock,
    services: running.app.get<Services>(SERVICES, { strict: false }),
    admin,
    directory,
    logged: () => lines.join(''),
    work: (context) => running.databases.get(context.name) as UnitOfWork,
    stop: async () => {
      await running.stop();
      await admin.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until `look` gives something else than undefined or false; a bounded wait for what arrives by events. */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Nothing came within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
