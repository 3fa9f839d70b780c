import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { audit } from '@smartscan/audit';
import { gateway } from '@smartscan/gateway';
import { identity } from '@smartscan/identity';
import { extraction } from '@smartscan/extraction';
import type { Platform } from '@smartscan/platform';
import { cluster, readServiceSettings } from '@smartscan/platform/cluster';
import type { Context, UnitOfWork } from '@smartscan/platform/ports';
import { retention } from '@smartscan/retention';
import { buildHouse, makeFaceVideo, type FaceVideo } from '@smartscan/testing';
import { sharedCell } from '@smartscan/testing/cell';
import { hasEngines, testEngines } from '@smartscan/testing/engines';
import { vitals } from '@smartscan/vitals';
import type pg from 'pg';

export const contexts: readonly Context[] = [identity, audit, retention, vitals, gateway, extraction];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A customer at the API: what one key can do, over HTTP and nothing else. */
export class Customer {
  constructor(
    private readonly url: string,
    readonly workspace: string,
    readonly key: string,
  ) {}

  async ask(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string>; raw?: Uint8Array } = {},
  ): Promise<Answer> {
    const { body, headers, raw } = options;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw as Uint8Array<ArrayBuffer> }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '')
      ? (JSON.parse(text) as Answer['body'])
      : ({ text } as unknown as Answer['body']);
    return { status: response.status, headers: response.headers, body: json };
  }

  scan(video: FaceVideo, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', '/v1/scans', {
      raw: video.bytes,
      headers: { 'content-type': video.contentType, ...headers },
    });
  }

  keepVitalsFor(seconds: number): Promise<Answer> {
    return this.ask('PUT', '/v1/retention/vitals', { body: { ttl_seconds: seconds } });
  }
}

export async function signUp(url: string, region = 'us-east-1'): Promise<Customer> {
  const response = await fetch(`${url}/v1/workspaces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Clinic',
      region,
      admin: {
        full_name: 'First Admin',
        email: `admin-${randomBytes(6).toString('hex')}@clinic.example`,
        company: 'Clinic',
        country: 'US',
        password: randomBytes(12).toString('hex'),
      },
    }),
  });
  const body = (await response.json()) as { workspace: { id: string }; api_key: { secret: string } };
  if (response.status !== 201) throw new Error(`sign-up answered ${response.status}: ${JSON.stringify(body)}`);
  return new Customer(url, body.workspace.id, body.api_key.secret);
}

/** The platform as a journey meets it, wherever it runs: an address, and what a test may look at behind it. */
export interface World {
  readonly url: string;
  /** The superuser's view: sees every row of every tenant. */
  readonly admin: pg.Client;
  /** Folders of everything that is kept on disk. */
  readonly folders: readonly string[];
  /** Everything that was logged so far. */
  logged(): string;
  /** A context's own way to its schema, and no further. */
  work(context: Context): Promise<UnitOfWork>;
  stop(): Promise<void>;
}

/**
 * A value that must turn up nowhere but in answers to whoever sent it. Where journeys run on real engines, what those keep
 * is searched for it once all have ended.
 */
export function canary(text: string): string {
  if (hasEngines()) appendFileSync(testEngines().canaryFile, `${text}\n`);
  return text;
}

/** In one process on the embedded place; or, where this run has real engines, as services on them. */
export const buildWorld = (): Promise<World> => (hasEngines() ? cellWorld() : embeddedWorld());

async function embeddedWorld(): Promise<World> {
  const house = await buildHouse(contexts);
  return {
    url: house.running.url,
    admin: house.admin,
    folders: [house.directory],
    logged: house.logged,
    work: (context) => Promise.resolve(house.work(context)),
    stop: house.stop,
  };
}

async function cellWorld(): Promise<World> {
  const engines = testEngines();
  const cell = await sharedCell(engines, engines.cellFile);
  const platforms = new Map<Context, Promise<Platform>>();
  const platformOf = (context: Context): Promise<Platform> => {
    const { own } = readServiceSettings(cell.env(context.name), [context]);
    const platform = platforms.get(context) ?? cluster(own, [context]);
    platforms.set(context, platform);
    return platform;
  };
  return {
    url: cell.url,
    admin: cell.admin,
    folders: engines.folders,
    logged: () => cell.logged(),
    work: async (context) => (await platformOf(context)).openDatabase(context),
    stop: async () => {
      for (const platform of platforms.values()) await (await platform).close();
      await cell.detach();
    },
  };
}

let short: Promise<FaceVideo> | undefined;
/** Twelve seconds at 320 × 240: enough for a heart rate, and quick. */
export const shortVideo = (): Promise<FaceVideo> =>
  (short ??= makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 }));
