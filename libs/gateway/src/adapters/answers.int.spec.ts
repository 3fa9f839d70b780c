import { once } from 'node:events';
import { connect } from 'node:net';
import { createApiKey, createWorkspace } from '@smartscan/contracts/identity';
import { listEntries } from '@smartscan/contracts/audit';
import { cancelScan, deleteScan, listScans, startScan } from '@smartscan/contracts/vitals';
import { Fault } from '@smartscan/kernel';
import { buildHouse, holds, type House } from '@smartscan/testing';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

const ID = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';
const at = '2026-11-23T20:00:00.000Z';
const summary = {
  id: ID,
  status: 'cancelled' as const,
  created_at: at,
  finished_at: at,
  retained: false,
  expires_at: null,
  problem: null,
};
const signUp = {
  name: 'Clinic',
  region: 'us-east-1',
  admin: {
    full_name: 'Ada Example',
    email: 'ada@clinic.example',
    company: 'Clinic',
    country: 'US',
    password: 'correct horse battery',
  },
};

describe('requests and answers', () => {
  const behind = new StandIns(['identity', 'vitals', 'audit']);
  const key = behind.issue();
  let house: House;
  let url: string;
  beforeAll(async () => {
    house = await buildHouse([gateway, ...behind.contexts]);
    url = house.running.url;
    behind.answer(createApiKey, ({ name, scopes, expires_at }) =>
      Promise.resolve({
        id: 'key_1',
        name,
        hint: 'ssp_live_us_abcd',
        scopes,
        created_at: at,
        expires_at,
        revoked_at: null,
        secret: 's',
      }),
    );
  });
  afterAll(() => house.stop());

  interface Answer {
    readonly status: number;
    readonly headers: Headers;
    readonly body: Record<string, unknown>;
  }
  const ask = async (
    method: string,
    path: string,
    init: { body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
  };
  const make = (body: unknown): Promise<Answer> => ask('POST', '/v1/api-keys', { body: JSON.stringify(body) });

  it('an operation gets its input from path, query, header and body, as its contract says', async () => {
    const got: Record<string, unknown>[] = [];
    const note = (input: object): void => void got.push(input as Record<string, unknown>);
    behind.answer(cancelScan, (input) => (note(input), Promise.resolve(summary)));
    behind.answer(deleteScan, (input) => (note(input), Promise.resolve({ id: input.id, deleted: true as const })));
    behind.answer(listScans, (input) => (note(input), Promise.resolve({ items: [], next_cursor: null })));
    behind.answer(startScan, async (input, _call, body) => {
      note(input);
      for await (const chunk of body ?? []) expect(chunk.length).toBeGreaterThan(0);
      throw new Fault('invalid', 'vitals.corrupt', 'The video is damaged.', { status: 422 });
    });
    await ask('POST', `/v1/scans/${ID}/cancel`);
    await ask('POST', `/v1/scans/${ID}/cancel`, { body: '{}' });
    await ask('DELETE', `/v1/scans/${ID}`);
    await ask('GET', '/v1/scans?limit=7&cursor=x');
    // A header's bytes are Latin-1 to HTTP; ours are UTF-8.
    const patient = Buffer.from('Müller-7', 'utf8').toString('latin1');
    const scanned = await ask('POST', '/v1/scans', {
      body: 'x',
      headers: { 'content-type': 'video/webm', 'smartscan-patient-id': patient },
    });
    expect([scanned.status, scanned.body['code']]).toEqual([422, 'vitals.corrupt']);
    expect(got).toEqual([
      ...Array<object>(3).fill({ id: ID }),
      { limit: 7, cursor: 'x' },
      { patient_id: 'Müller-7', declared_bytes: 1 },
    ]);
  });

  it.each([
    ['a missing member', { scopes: ['scans:read'] }, [{ pointer: '#/name', code: 'missing' }]],
    [
      'a wrong type',
      { name: 1, scopes: [] },
      [
        { pointer: '#/name', code: 'wrong_type', expected: 'string' },
        { pointer: '#/scopes', code: 'too_short', expected: 1 },
      ],
    ],
    [
      'a value of no list',
      { name: 'a', scopes: ['root'] },
      [{ pointer: '#/scopes/0', code: 'not_allowed', expected: expect.arrayContaining(['scans:read']) as string[] }],
    ],
    [
      'a wrong format',
      { name: 'a', scopes: ['scans:read'], expires_at: 'soon' },
      [{ pointer: '#/expires_at', code: 'wrong_format', expected: 'datetime' }],
    ],
    [
      'an unknown member',
      { name: 'a', scopes: ['scans:read'], canary: 1 },
      [{ pointer: '#', code: 'unknown_member', expected: ['name', 'scopes', 'expires_at'] }],
    ],
    [
      'a member of another object’s',
      { name: 'a', scopes: ['scans:read'], ['__proto__x']: 1 },
      [{ code: 'unknown_member' }],
    ],
    ['no object', [1], [{ pointer: '#', code: 'wrong_type', expected: 'object' }]],
  ])('%s is answered 400 with where and what, never with the value', async (_, body, errors) => {
    const answer = await make(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors } });
  });

  it('P04: a nested member that is unknown is refused, also one called __proto__', async () => {
    behind.answer(createWorkspace, () => Promise.reject(new Fault('internal', 'test.not_reached', 'No.')));
    const proto = JSON.stringify({ ...signUp, x: 1 }).replace('"x":1', '"__proto__":{"a":1}');
    expect(await ask('POST', '/v1/workspaces', { body: proto })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    const nested = JSON.stringify({ ...signUp, admin: { ...signUp.admin, birthday: 'x' } });
    expect(await ask('POST', '/v1/workspaces', { body: nested })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/admin', code: 'unknown_member' }] },
    });
  });

  it.each([
    ['/v1/scans?limit=0', { parameter: 'limit', code: 'too_small', expected: 1 }],
    ['/v1/scans?limit=1&limit=2', { parameter: 'limit', code: 'repeated' }],
    ['/v1/scans?Limit=1', { code: 'unknown_parameter', expected: ['limit', 'cursor'] }],
    ['/v1/scans?limit=x', { parameter: 'limit', code: 'wrong_type', expected: 'number' }],
    ['/v1/scans/no-id', { parameter: 'id', code: 'wrong_format' }],
  ])('%s is answered 400', async (path, error) => {
    expect(await ask('GET', path)).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [error] } });
  });

  it.each([
    ['text', 'not json', 400, 'json_malformed'],
    ['a second value', '{} {}', 400, 'json_malformed'],
    ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'json_malformed'],
    ['nothing', '', 400, 'body_missing'],
    ['64 KiB of depth', '['.repeat(60_000), 400, 'json_malformed'],
    ['more than 64 KiB', JSON.stringify({ name: 'x'.repeat(70_000) }), 413, 'body_too_large'],
  ])('a body of %s is refused', async (_, body, status, code) => {
    expect(await ask('POST', '/v1/api-keys', { body: body })).toMatchObject({ status, body: { code } });
  });

  it('a body where none is taken is answered 400', async () => {
    expect(await ask('DELETE', `/v1/scans/${ID}`, { body: '{}' })).toMatchObject({
      status: 400,
      body: { code: 'body_not_expected' },
    });
  });

  it.each([
    ['a string', { name: '4111 1111-1111 1111', scopes: ['scans:read'] }],
    ['a number', { name: 4111111111111111, scopes: [] }],
    ['a member’s name', { '5555555555554444': 1 }],
    ['full-width digits', { name: '４１１１１１１１１１１１１１１１' }],
  ])('P07: a card number in %s is refused before its owner or the log sees it', async (_, body) => {
    behind.answer(createApiKey, () => Promise.reject(new Fault('internal', 'test.not_reached', 'No.')));
    const answer = await make(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'card_number' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/4111|5555|４１/);
    expect(house.logged()).not.toMatch(/4111|55554444/);
  });

  it('P07: escapes and long numbers hide none', async () => {
    const escaped = '{"name":"\\u0034111\\u0020111111111111"}';
    expect((await ask('POST', '/v1/api-keys', { body: escaped })).body['code']).toBe('card_number');
    // 19 digits: the parser would round the last ones away.
    expect((await ask('POST', '/v1/api-keys', { body: '{"name":6304000000000000000}' })).body['code']).toBe(
      'card_number',
    );
  });

  it('nothing of a body gets into a log line or a problem', async () => {
    const canary = 'canary-in-the-body-c41d';
    const answers = [
      await make({ name: canary, scopes: [canary], [canary]: canary }),
      await make({ name: 1, scopes: [canary], expires_at: canary }),
      await ask('POST', '/v1/api-keys', { body: `{"name":"${canary}"` }),
      await ask('POST', '/v1/workspaces', {
        body: JSON.stringify({ ...signUp, admin: { ...signUp.admin, [canary]: canary, email: canary } }),
      }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(holds(JSON.stringify(body), canary)).toBe(false);
    }
    expect(holds(house.logged(), canary)).toBe(false);
  });

  it('an answer that the contract does not know is never given', async () => {
    behind.answer(listEntries, () => Promise.resolve({ items: [{ secret: 'canary' }], next_cursor: null } as never));
    const answer = await ask('GET', '/v1/audit-events');
    expect([answer.status, JSON.stringify(answer.body).includes('canary')]).toEqual([500, false]);
  });

  it.each([
    ['a URL that can’t be decoded', 'GET /v1/scans/%ff HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'url_malformed'],
    ['no HTTP', 'hello there\r\n\r\n', 400, 'request_malformed'],
    [
      'two lengths',
      'POST /v1/api-keys HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'request_malformed',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('%s is answered with a problem document too', async (_, text, status, code) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(text);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(chunk.toString()).toContain('application/problem+json');
    expect(chunk.toString()).toContain(`"code":"${code}"`);
    socket.destroy();
  });
});
