import { connect } from 'node:net';
import { once } from 'node:events';
import { getScan, listScans, startScan } from '@smartscan/contracts/vitals';
import { getWorkspace, revokeApiKey, apiKeyRevoked, verifyApiKey } from '@smartscan/contracts/identity';
import { DAY_MS, Fault } from '@smartscan/kernel';
import { buildHouse, callOf, eventually, holds, type House } from '@smartscan/testing';
import { gateway } from '../index.ts';
import { anyKey, StandIns } from './stand-ins.ts';

const SCAN = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';

describe('who is let in', () => {
  const behind = new StandIns(['identity', 'vitals']);
  const identity = behind.contexts[0] as (typeof behind.contexts)[number];
  let house: House;
  let url: string;
  beforeAll(async () => {
    const settings = new Map([
      ['gateway', gateway.settings?.parse({ requestsPerMinuteFree: 3, inFlightPerKey: 2 }) ?? {}],
      ['identity', {}],
      ['vitals', {}],
    ]);
    house = await buildHouse([gateway, ...behind.contexts], { settings });
    url = house.running.url;
    behind.answer(listScans, () => Promise.resolve({ items: [], next_cursor: null }));
  });
  afterAll(() => house.stop());

  const ask = (path: string, key?: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...init.headers } });
  const problem = async (response: Response): Promise<Record<string, unknown>> => {
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ status: response.status, request_id: response.headers.get('x-request-id') });
    expect(body['type']).toBe(`https://docs.smartscan.example/problems/${String(body['code'])}`);
    return body;
  };

  it('a key with the scope is let in, and told how much it has left', async () => {
    const response = await ask('/v1/scans', behind.issue({ plan: 'paid' }));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ items: [], next_cursor: null });
    expect(response.headers.get('ratelimit-policy')).toBe('"default";q=1200;w=60');
    expect(response.headers.get('ratelimit')).toMatch(/^"default";r=1199;t=(60|59)$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9A-Z]{26}$/);
  });

  it.each([
    ['no key', {}, 'key_missing', 'Bearer realm="smartscan"'],
    ['another scheme', { authorization: 'Basic dXNlcjpw' }, 'key_missing', 'Bearer realm="smartscan"'],
    ['no key of ours', { authorization: 'Bearer abc' }, 'key_malformed', /invalid_token/],
    ['a wrong checksum', { authorization: `Bearer ${anyKey().slice(0, -6)}zzzzzz` }, 'key_malformed', /invalid_token/],
    ['a key nobody knows', { authorization: `Bearer ${anyKey()}` }, 'key_invalid', /invalid_token/],
  ])('%s is answered 401', async (_, headers, code, challenge) => {
    const response = await ask('/v1/scans', undefined, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(challenge);
    expect(await problem(response)).toMatchObject({ code });
  });

  it('a key without the scope is answered 403 with the scope that is missing', async () => {
    const response = await ask('/v1/scans', behind.issue({ scopes: ['workspace:read'] }));
    expect(response.status).toBe(403);
    expect(response.headers.get('ratelimit')).not.toBeNull();
    expect(await problem(response)).toMatchObject({ code: 'scope_missing', scope: 'scans:read' });
  });

  it.each(['?api_key=', '?limit=1&token=', '?x='])(
    'a key in the URL (%s) is answered 400 on every path',
    async (query) => {
      for (const path of ['/v1/scans', '/docs', '/openapi.json', '/nowhere', '/v1/api-keys/x']) {
        const response = await ask(`${path}${query}${anyKey()}`, behind.issue());
        expect([path, response.status, (await problem(response))['code']]).toEqual([path, 400, 'credential_in_url']);
      }
    },
  );

  it('P31: an EU key at the US host is answered 421 with the right host before any of its body was sent', async () => {
    const asked = behind.lookUps;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');

    await once(socket, 'connect');
    // Headers of an upload, and then nothing: whoever waited for a byte of the body would wait forever.
    socket.write(
      `POST /v1/scans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${anyKey('eu-west-1')}\r\nContent-Type: video/mp4\r\nContent-Length: 50000000\r\n\r\n`,
    );
    const from = performance.now();
    const text = await new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (chunk: Buffer) => (all += chunk.toString()));
      socket.on('end', () => resolve(all));
    });
    expect(performance.now() - from).toBeLessThan(2_000);
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
    expect(text).toMatch(/\r\nConnection: close\r\n/i);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({
      code: 'wrong_region',
      region: 'eu-west-1',
      host: 'api.eu.smartscan.example',
    });
    expect(behind.lookUps).toBe(asked);
    socket.destroy();
  });

  it('P31: so is one on an operation that needs no key', async () => {
    const response = await ask('/v1/workspaces', anyKey('eu-west-1'), { method: 'POST', body: '{}' });
    expect(response.status).toBe(421);
  });

  it('refuses what goes beyond the quota with the time to wait, and takes it again after that time', async () => {
    const key = behind.issue({ plan: 'free' });
    for (let left = 2; left >= 0; left -= 1) {
      const response = await ask('/v1/scans', key);
      expect([response.status, response.headers.get('ratelimit')]).toEqual([200, expect.stringContaining(`r=${left}`)]);
    }
    const refused = await ask('/v1/scans', key);
    expect([refused.status, (await problem(refused))['code']]).toEqual([429, 'rate_limited']);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    house.clock.advance(wait * 1_000);
    expect((await ask('/v1/scans', key)).status).toBe(200);
  });

  it('refuses more than so many requests of one key at the same time', async () => {
    const key = behind.issue();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    behind.answer(getScan, async () => {
      await held;
      throw new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.');
    });
    const running = [ask(`/v1/scans/${SCAN}`, key), ask(`/v1/scans/${SCAN}`, key)];
    const refused = await eventually(async () => {
      const response = await ask('/v1/scans', key);
      return response.status === 429 && response;
    });
    expect(await problem(refused)).toMatchObject({ code: 'too_many_in_flight' });
    release();
    for (const response of await Promise.all(running)) expect(response.status).toBe(404);
    expect((await ask('/v1/scans', key)).status).toBe(200);
  });

  it('asks for a key once in a while, and no more where it is revoked: told by the event', async () => {
    const key = behind.issue();
    const asked = behind.lookUps;
    for (let at = 0; at < 5; at += 1) expect((await ask('/v1/scans', key)).status).toBe(200);
    expect(behind.lookUps).toBe(asked + 1);
    const [digest, known] = [...behind.keys].at(-1) as [string, { key_id: string; workspace_id: string }];
    behind.keys.delete(digest);
    await house.work(identity).run(callOf({ tenant: known.workspace_id }), (tx) => {
      tx.emit(apiKeyRevoked, { workspace_id: known.workspace_id, key_id: known.key_id });
      return Promise.resolve();
    });
    await eventually(async () => (await ask('/v1/scans', key)).status === 401, 4_000);
  });

  it('a key that was revoked through this gateway is refused from the next request on', async () => {
    const admin = behind.issue();
    const key = behind.issue();
    const [digest, known] = [...behind.keys].at(-1) as [string, { key_id: string }];
    expect((await ask('/v1/scans', key)).status).toBe(200);
    behind.answer(revokeApiKey, ({ id }) => {
      behind.keys.delete(digest);
      const at = new Date().toISOString();
      return Promise.resolve({
        id,
        name: 'k',
        hint: 'h',
        scopes: [],
        created_at: at,
        expires_at: null,
        revoked_at: at,
      });
    });
    const revoked = await ask(`/v1/api-keys/${known.key_id}`, admin, { method: 'DELETE' });
    expect(revoked.status).toBe(200);
    expect((await ask('/v1/scans', key)).status).toBe(401);
  });

  it('a key stops working when it expires, also while it is remembered', async () => {
    const expires = new Date(house.clock.nowMs() + 1_500).toISOString();
    const key = behind.issue({ expires_at: expires });
    expect((await ask('/v1/scans', key)).status).toBe(200);
    house.clock.advance(1_600);
    const asked = behind.lookUps;
    const response = await ask('/v1/scans', key);
    expect([response.status, behind.lookUps]).toEqual([401, asked]);
    house.clock.advance(DAY_MS);
  });

  it('is unavailable, not unauthorised, while identity does not answer', async () => {
    const key = behind.issue();
    const { keys } = behind;
    behind.answer(verifyApiKey, () => Promise.reject(new Fault('unavailable', 'platform.down', 'Not now.')));
    expect((await ask('/v1/scans', key)).status).toBe(503);
    behind.answer(verifyApiKey, ({ digest }) => Promise.resolve(keys.get(digest) as never));
    expect((await ask('/v1/scans', key)).status).toBe(200);
  });

  it('answers 404 where there is nothing and 405 with Allow where the method is another', async () => {
    const nowhere = await ask('/v1/nothing-here', behind.issue());
    expect([nowhere.status, (await problem(nowhere))['code']]).toEqual([404, 'route_unknown']);
    const wrong = await ask('/v1/scans', behind.issue(), { method: 'PATCH' });
    expect([wrong.status, (await problem(wrong))['code']]).toEqual([405, 'method_not_allowed']);
    expect(wrong.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'POST']);
    const head = await ask(`/v1/scans/${SCAN}`, behind.issue(), { method: 'HEAD' });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
    const odd = await ask('/v1/scans', behind.issue(), { method: 'PROPFIND' });
    expect(odd.status).toBe(405);
  });

  it.each([
    ['too large', { 'content-type': 'video/mp4', 'content-length': '100000001' }, 413, 'body_too_large'],
    ['no media type', { 'content-length': '5' }, 415, 'media_type_unsupported'],
    ['another media type', { 'content-type': 'text/plain', 'content-length': '5' }, 415, 'media_type_unsupported'],
    [
      'an encoding',
      { 'content-type': 'video/mp4', 'content-encoding': 'gzip', 'content-length': '5' },
      415,
      'content_coding_unsupported',
    ],
    ['no body', { 'content-type': 'video/mp4', 'content-length': '0' }, 400, 'body_missing'],
  ])('a body that is declared wrong (%s) is refused before it is sent', async (_, headers, status, code) => {
    behind.answer(startScan, () =>
      Promise.reject(new Fault('internal', 'test.not_reached', 'This was not to be asked.')),
    );
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `POST /v1/scans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${behind.issue()}\r\n${lines.join('')}\r\n`,
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(chunk.toString()).toContain(`"code":"${code}"`);
    socket.destroy();
  });

  it('P08 P10: nothing of URL, query, headers or address gets into a log line or a problem', async () => {
    const canary = 'canary-in-the-request-7f31';
    behind.answer(getWorkspace, () => Promise.reject(new Error(`it said ${canary}`)));
    const headers = { 'user-agent': canary, referer: `https://x.example/${canary}`, 'x-forwarded-for': canary };
    const answers = [
      await ask(`/v1/${canary}`, behind.issue(), { headers }),
      await ask(`/v1/scans/${canary}?${canary}=${canary}`, behind.issue(), { headers }),
      await ask(`/v1/scans?cursor=${canary}${'x'.repeat(80)}`, behind.issue(), { headers }),
      await ask('/v1/scans', `${anyKey()}${canary}`, { headers }),
      await ask('/v1/workspace', behind.issue(), { headers }),
      await ask(`/v1/scans/%ff${canary}`, behind.issue(), { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 400, 400, 401, 500, 400]);
    for (const answer of answers) expect(holds(await answer.text(), canary)).toBe(false);
    await eventually(() => house.logged().includes('http.unforeseen'));
    expect(holds(house.logged(), canary)).toBe(false);
    expect(house.logged()).not.toContain('127.0.0.1');
    for (const key of behind.keys.keys()) expect(house.logged()).not.toContain(key);
  });

  it('leaves one log line and one observation by the route’s template', async () => {
    const before = house.logged().split('\n').length;
    await (await ask(`/v1/scans/${SCAN}`, behind.issue({ workspace_id: 'wsp_LOGGED' }))).text();
    const line = await eventually(() =>
      house
        .logged()
        .split('\n')
        .slice(before - 1)
        .find((text) => text.includes('http.request')),
    );
    expect(JSON.parse(line)).toMatchObject({
      event: 'http.request',
      method: 'GET',
      route: '/v1/scans/{id}',
      status: 404,
      tenant: 'wsp_LOGGED',
      code: 'vitals.scan_not_found',
      request_id: expect.stringMatching(/^req_/) as string,
      duration_ms: expect.any(Number) as number,
    });
    const metrics = await (await fetch(`${house.running.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /^http_server_request_duration_seconds_bucket\{le="\+Inf",method="GET",route="\/v1\/scans\/\{id\}",status="404"\} \d+$/m,
    );
    expect(metrics).toMatch(
      /^http_server_request_duration_seconds_count\{method="GET",route="\/v1\/scans",status="200"\} \d+$/m,
    );
    expect(metrics).toMatch(/^http_server_active_requests 0$/m);
  });
});
