import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineOperation } from '@smartscan/contracts/operation';
import { Reply, type Call } from '@smartscan/platform/ports';
import { buildHouse, tablesWith, type House } from '@smartscan/testing';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

const FORM = 'application/x-shape+json';
const shape = z.object({ id: z.string(), corners: z.int() });
/** As in FHIR, the other form has no place for our id. */
const representations = { [FORM]: { schema: z.strictObject({ outline: z.string() }), description: 'As an outline' } };
const shared = { owner: 'vitals', output: shape, representations, purpose: 'provide_service', public: true } as const;

/** Operations whose answers come in two forms; without PHI, so that answers could be kept. */
const makeShape = defineOperation({
  ...shared,
  name: 'make_shape',
  method: 'POST',
  path: '/v1/sets/{set}/shapes',
  title: 'Make a shape',
  input: z.object({ set: z.string(), corners: z.int() }),
  status: 201,
  scope: 'scans:write',
});
const getShape = defineOperation({
  ...shared,
  name: 'get_shape',
  method: 'GET',
  path: '/v1/sets/{set}/shapes/{id}',
  title: 'Read a shape',
  input: z.object({ set: z.string(), id: z.string() }),
  scope: 'scans:read',
});
const ID = 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F';

describe('an answer that comes in two forms', () => {
  const behind = new StandIns(['identity', 'vitals']);
  const holder = behind.issue();
  let house: House;
  let made = 0;
  const answerOf = (status: number, corners: number, { representation }: Call) =>
    representation === FORM
      ? new Reply(status, { outline: '*'.repeat(corners) }, { 'Content-Type': FORM, 'Content-Location': `/v1/x/${ID}` })
      : new Reply(status, { id: ID, corners });
  beforeAll(async () => {
    house = await buildHouse([gateway, ...behind.contexts]);
    behind.answer(makeShape, ({ corners }, call) => ((made += 1), Promise.resolve(answerOf(201, corners, call))));
    behind.answer(getShape, ({ set }, call) => {
      expect(set).toBe('first');
      return Promise.resolve(answerOf(200, 4, call));
    });
  });
  afterAll(() => house.stop());

  interface Answer {
    readonly status: number;
    readonly type: string | null;
    readonly headers: Headers;
    readonly body: Record<string, unknown>;
  }
  const ask = async (method: string, path: string, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(house.running.url + path, {
      method,
      headers: { authorization: `Bearer ${holder}`, 'content-type': 'application/json', ...headers },
      ...(method === 'POST' ? { body: '{"corners":4}' } : {}),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, body };
  };
  const get = (accept?: string): Promise<Answer> =>
    ask('GET', `/v1/sets/first/shapes/${ID}`, accept === undefined ? {} : { accept });
  const make = (headers: Record<string, string>): Promise<Answer> => ask('POST', '/v1/sets/first/shapes', headers);

  it('is JSON unless the other form is asked for, and says that it hangs on what was asked for', async () => {
    for (const accept of [undefined, '*/*', 'application/json', 'application/*, text/html;q=0.9']) {
      const answer = await get(accept);
      expect([answer.status, answer.type, answer.headers.get('vary'), answer.body]).toEqual([
        200,
        'application/json; charset=utf-8',
        'Accept',
        { id: ID, corners: 4 },
      ]);
    }
    const other = await get(`${FORM}; version=4.0, application/json;q=0.5`);
    expect([other.status, other.type, other.headers.get('vary'), other.body]).toEqual([
      200,
      `${FORM}; charset=utf-8`,
      'Accept',
      { outline: '****' },
    ]);
  });

  it('is 406 with a problem document where none of its forms is accepted, before anything is done', async () => {
    const before = made;
    const refused = await make({ accept: 'text/html, application/xml;q=0.9' });
    expect([refused.status, refused.type, refused.body['code'], refused.body['offered']]).toEqual([
      406,
      'application/problem+json; charset=utf-8',
      'not_acceptable',
      ['application/json', FORM],
    ]);
    expect(made).toBe(before);
  });

  it('whose request is wrong is a problem document, whatever form was asked for', async () => {
    const response = await fetch(`${house.running.url}/v1/sets/first/shapes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${holder}`, 'content-type': 'application/json', accept: FORM },
      body: '{}',
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('names where what was made can be read, with everything that its path names', async () => {
    expect((await make({})).headers.get('location')).toBe(`/v1/sets/first/shapes/${ID}`);
  });

  it('is repeated in the form that the repetition asks for, and the request is done once', async () => {
    for (const first of ['application/json', FORM]) {
      const key = randomUUID();
      const before = made;
      await make({ accept: first, 'idempotency-key': key });
      for (const [accept, body] of [
        ['application/json', { id: ID, corners: 4 }],
        [FORM, { outline: '****' }],
      ] as const) {
        const again = await make({ accept, 'idempotency-key': key });
        expect([again.status, again.headers.get('idempotency-replayed'), again.type, again.body]).toEqual([
          201,
          'true',
          `${accept}; charset=utf-8`,
          body,
        ]);
      }
      expect(made).toBe(before + 1);
    }
    // Neither form is kept.
    expect(await tablesWith(house.admin, 'corners')).toEqual([]);
    expect(await tablesWith(house.admin, 'outline')).toEqual([]);
  });

  it('is described in both forms, with its 406', async () => {
    const text = await (await fetch(`${house.running.url}/openapi.json`)).text();
    const document = JSON.parse(text) as {
      paths: Record<string, Record<string, { responses: Record<string, { content: object }> }>>;
    };
    const { responses } = document.paths['/v1/sets/{set}/shapes']!['post']!;
    expect(Object.keys(responses['201']!.content)).toEqual(['application/json', FORM]);
    expect(responses).toHaveProperty('406');
    expect(Object.keys(document.paths['/v1/api-keys']!['get']!.responses)).not.toContain('406');
  });
});
