import { randomBytes } from 'node:crypto';
import { audit } from '@smartscan/audit';
import { gateway } from '@smartscan/gateway';
import { identity } from '@smartscan/identity';
import type { Context } from '@smartscan/platform/ports';
import { retention } from '@smartscan/retention';
import { buildHouse, makeFaceVideo, type FaceVideo, type House, type HouseOptions } from '@smartscan/testing';
import { vitals } from '@smartscan/vitals';

export const contexts: readonly Context[] = [identity, audit, retention, vitals, gateway];

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

export const buildWorld = (options?: HouseOptions): Promise<House> => buildHouse(contexts, options);

let short: Promise<FaceVideo> | undefined;
/** Twelve seconds at 320 × 240: enough for a heart rate, and quick. */
export const shortVideo = (): Promise<FaceVideo> =>
  (short ??= makeFaceVideo({ seconds: 12, width: 320, height: 240, bitrate: 1_500_000 }));
