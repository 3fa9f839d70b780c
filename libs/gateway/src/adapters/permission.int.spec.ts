import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { listScans } from '@smartscan/contracts/vitals';
import { compose, type Platform, type Running } from '@smartscan/platform';
import { embedded, type Connection } from '@smartscan/platform/embedded';
import { keyMay } from '@smartscan/platform/ports';
import { eventually } from '@smartscan/testing';
import { gateway } from '../index.ts';
import { StandIns } from './stand-ins.ts';

const superuser = JSON.parse(process.env['TEST_POSTGRES'] ?? 'null') as Connection;
const HOSTS = { 'us-east-1': 'api.us.smartscan.example', 'eu-west-1': 'api.eu.smartscan.example' } as const;
/** Ours: a fifth of the time for which a gateway knows a key, many times what a notification takes. */
const A_MOMENT_MS = 1_000;

interface Process {
  readonly platform: Platform;
  readonly running: Running;
}

describe('what a key may do', () => {
  const behind = new StandIns(['identity', 'vitals']);
  const database = `test_${randomBytes(8).toString('hex')}`;
  let directory: string;
  let here: Process;
  let elsewhere: Process;
  let admin: pg.Client;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'smartscan-gateways-'));
    [here, elsewhere] = [await start(), await start()];
    admin = new pg.Client({ ...superuser, database });
    await admin.connect();
    behind.answer(listScans, () => Promise.resolve({ items: [], next_cursor: null }));
  });
  afterAll(async () => {
    await admin.end();
    await here.running.stop();
    await elsewhere.running.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Two of the same on one database, as two processes are. */
  async function start(): Promise<Process> {
    const place = { region: 'us-east-1' as const, hosts: HOSTS };
    const platform = await embedded({ directory, place, logLevel: 'silent', server: { superuser, database } });
    const settings = new Map([['gateway', gateway.settings?.parse({}) ?? {}]]);
    const contexts = [gateway, ...behind.contexts];
    return {
      platform,
      running: await compose(platform, contexts, { host: '127.0.0.1', port: 0, opsPort: 0, settings }),
    };
  }
  const ask = async ({ running }: Process, key: string, path = '/v1/scans') => {
    const response = await fetch(running.url + path, { headers: { authorization: `Bearer ${key}` } });
    return { status: response.status, headers: response.headers, body: (await response.json()) as { code?: string } };
  };
  /** A new key that both processes let in, and what identity knows of it. */
  const letIn = async () => {
    const key = behind.issue();
    const [digest, known] = [...behind.keys].at(-1) as [string, { key_id: string; workspace_id: string }];
    // The facts are told by the first; the other one's copy of them has heard of it a moment later.
    for (const process of [here, elsewhere]) await eventually(async () => (await ask(process, key)).status === 200);
    return { key, digest, fact: keyMay(known.key_id, 'scans:read', known.workspace_id) };
  };

  it('is what the authorizer says: a key that identity still knows is refused with 403 when its facts are gone', async () => {
    const { key, fact } = await letIn();
    await here.platform.authorizer.write({ add: [], remove: [fact] });
    const asked = behind.lookUps;
    const refused = await ask(here, key);
    expect([refused.status, refused.body.code]).toEqual([403, 'not_permitted']);
    // Identity was asked whether the key was revoked; from then on the no is known. Once more at most: when the word of
    // our own change comes back to us.
    for (let at = 0; at < 20; at += 1) expect((await ask(here, key)).status).toBe(403);
    expect([1, 2]).toContain(behind.lookUps - asked);
    await here.platform.authorizer.write({ add: [fact], remove: [] });
    expect((await ask(here, key)).status).toBe(200);
  });

  it('ends in every gateway within a moment when the key is revoked, and is answered 401', async () => {
    const { key, digest, fact } = await letIn();
    behind.keys.delete(digest);
    const from = performance.now();
    await here.platform.authorizer.write({ add: [], remove: [fact] });
    expect((await ask(here, key)).status).toBe(401);
    let answer = await ask(elsewhere, key);
    while (answer.status === 200 && performance.now() - from < A_MOMENT_MS) answer = await ask(elsewhere, key);
    expect([answer.status, answer.body.code]).toEqual([401, 'key_invalid']);
  });

  it('is not guessed: while nobody can say, a request is answered 503, and let in again by itself', async () => {
    const { key } = await letIn();
    const before = await ask(here, behind.issue({ scopes: ['workspace:read'] }));
    await admin.query('ALTER TABLE authz.tuple RENAME TO away');
    await admin.query("SELECT pg_notify('authorization', '')");
    try {
      let answer = await ask(here, key);
      for (let at = 0; answer.status === 200 && at < 100; at += 1) answer = await ask(here, key);
      expect([answer.status, answer.body.code]).toEqual([503, 'authorization_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('1');
    } finally {
      await admin.query('ALTER TABLE authz.away RENAME TO tuple');
    }
    expect((await ask(here, key)).status).toBe(200);
    // A scope that the key was never given needs nobody's word.
    expect([before.status, before.body.code]).toEqual([403, 'scope_missing']);
  });
});
