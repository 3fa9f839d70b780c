import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CredentialsMethod, OpenFgaClient } from '@openfga/sdk';
import { authorizerConformance } from '@smartscan/testing/authorizer';
import { startOpenFga, testEngines } from '@smartscan/testing/engines';
import { keyMay, type Relation } from '../ports/authorizer.ts';
import { ensureModel, openFgaAuthorizer, type OpenFgaServer } from './authorizers.ts';
import { testAuthorizers, type TestAuthorizers } from './test-authorizers.ts';
import { testFront, type FrontMode, type TestFront } from './test-front.ts';

const { openFga, postgres } = testEngines();
const storeName = (): string => `store_${randomBytes(6).toString('hex')}`;
const clientOf = ({ url, token }: OpenFgaServer): OpenFgaClient =>
  new OpenFgaClient({ apiUrl: url, credentials: { method: CredentialsMethod.ApiToken, config: { token } } });

authorizerConformance('the authorizer on an OpenFGA server', async () => {
  const test = await testAuthorizers(postgres);
  const front = await testFront(openFga.url);
  const server = { url: front.url, token: openFga.token, store: storeName() };
  await ensureModel(server);
  return {
    open: () => test.open((parts) => openFgaAuthorizer({ ...parts, server })),
    // All that it stands on: who can't hear of changes asks, and then nobody answers.
    sever: async () => {
      front.mode = 'drop';
      await test.close();
    },
    mend: async () => {
      front.mode = 'pass';
      await test.reopen();
    },
    dispose: async () => {
      await test.dispose();
      await front.close();
    },
  };
});

describe('an OpenFGA server', () => {
  let test: TestAuthorizers;
  let front: TestFront;
  let server: OpenFgaServer;
  beforeAll(async () => {
    test = await testAuthorizers(postgres);
    front = await testFront(openFga.url);
  });
  beforeEach(() => {
    front.mode = 'pass';
    test.codes.length = 0;
    server = { url: front.url, token: openFga.token, store: storeName() };
  });
  afterAll(async () => {
    await test.dispose();
    await front.close();
  });

  const open = (at: OpenFgaServer = server) => test.open((parts) => openFgaAuthorizer({ ...parts, server: at }));
  let count = 0;
  const newKey = (): Relation => keyMay(`key_${(count += 1)}`, 'scans:read', 'wsp_1');

  it('is given the model once: again where it differs, not where it is the same', async () => {
    expect(await ensureModel(server)).toEqual({ changed: true });
    expect(await ensureModel(server)).toEqual({ changed: false });
    const client = clientOf(server);
    const { stores } = await client.listStores({ name: server.store });
    expect(stores).toHaveLength(1);
    const storeId = stores[0]?.id ?? '';
    await client.writeAuthorizationModel(
      { schema_version: '1.1', type_definitions: [{ type: 'user', relations: {} }] } as never,
      { storeId },
    );
    expect(await ensureModel(server)).toEqual({ changed: true });
    expect((await client.readAuthorizationModels({ storeId })).authorization_models).toHaveLength(3);
  });

  it('of two stores of the name the older one counts, for all', async () => {
    await ensureModel(server);
    await clientOf(server).createStore({ name: server.store });
    expect(await ensureModel(server)).toEqual({ changed: false });
    const key = newKey();
    await (await open()).write({ add: [key], remove: [] });
    expect(await (await open()).check(key)).toBe(true);
  });

  it('without store or model denies, and allows by itself when they were made', async () => {
    const authorizer = await open();
    const key = newKey();
    expect(await authorizer.check(key)).toBeUndefined();
    expect(test.codes).toEqual(['authorization.unavailable platform.authorization_model_absent']);
    await expect(authorizer.write({ add: [key], remove: [] })).rejects.toMatchObject({ kind: 'unavailable' });
    await ensureModel(server);
    await authorizer.write({ add: [key], remove: [] });
    expect(await authorizer.check(key)).toBe(true);
  });

  it('that refuses our key denies, and neither log nor error tells the key', async () => {
    await ensureModel(server);
    const authorizer = await open({ ...server, token: 'canary-wrong-token' });
    expect(await authorizer.check(newKey())).toBeUndefined();
    expect(test.codes).toEqual(['authorization.unavailable platform.authorization_key_refused']);
    const failure = await authorizer.write({ add: [newKey()], remove: [] }).catch((error: unknown) => error);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('canary');
  });

  it.each<[FrontMode, number]>([
    ['drop', 1_000],
    ['fail', 1_000],
    ['stall', 2_100],
  ])('that behaves badly (%s) denies within %i ms, and is back with the next question', async (mode, limitMs) => {
    await ensureModel(server);
    const authorizer = await open();
    const [known, fresh] = [newKey(), newKey()];
    await authorizer.write({ add: [known, fresh], remove: [] });
    expect(await authorizer.check(known)).toBe(true);
    front.mode = mode;
    const from = performance.now();
    expect(await authorizer.check(fresh)).toBeUndefined();
    expect(performance.now() - from).toBeLessThan(limitMs);
    expect(test.codes).toEqual(['authorization.unavailable platform.authorization_down']);
    await expect(authorizer.write({ add: [newKey()], remove: [] })).rejects.toMatchObject({ kind: 'unavailable' });
    front.mode = 'pass';
    expect(await authorizer.check(fresh)).toBe(true);
  });

  it('that is killed and comes back empty denies; when model and facts are told again it allows', async () => {
    const own = await startOpenFga();
    try {
      const at = { url: own.url, token: own.token, store: storeName() };
      await ensureModel(at);
      const authorizer = await open(at);
      const key = newKey();
      await authorizer.write({ add: [key], remove: [] });
      await own.engine.kill();
      const forgets = newKey();
      expect(await authorizer.check(forgets)).toBeUndefined();
      await own.engine.start();
      expect(await authorizer.check(forgets)).toBeUndefined();
      await ensureModel(at);
      await authorizer.write({ add: [key], remove: [] });
      expect(await authorizer.check(key)).toBe(true);
    } finally {
      await own.dispose();
    }
  });

  it('is asked once by however many at a time, and not again while the answer is remembered', async () => {
    await ensureModel(server);
    const authorizer = await open();
    const key = newKey();
    await authorizer.write({ add: [key], remove: [] });
    // The word of our own change has come back by then.
    await sleep(200);
    const before = front.requests;
    await Promise.all(Array.from({ length: 50 }, () => authorizer.check(key)));
    for (let at = 0; at < 50; at += 1) expect(authorizer.known(key)).toBe(true);
    expect(front.requests - before).toBe(1);
  });
});
