import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../embedded/postgres/databases.ts';
import type { EmbeddedPostgres } from '../embedded/postgres/start.ts';
import { startTestPostgres } from '../embedded/postgres/test-postgres.ts';
import type { KeyWrapper } from './keys.ts';
import { Keys } from './keys.ts';
import { localKeyFile } from './local-key-file.ts';
import { PgTenantKeyStore, TENANT_KEY_DDL } from './tenant-keys.ts';

const RECORD = { table: 'vitals.scan', row: 'scn_1' };
const CONTENT = Buffer.from('CANARY-7f3a heart_rate 61');
const MINUTE_MS = 60_000;

let directory: string;
let server: EmbeddedPostgres;
let pool: pg.Pool;
let wrapper: KeyWrapper;
let nowMs = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-keys-'));
  server = await startTestPostgres();
  pool = new pg.Pool({ ...(await createDatabase(server.superuser, 'keys')), max: 10 });
  // `end` does not wait for the sockets, so the server's goodbye may still reach one of them.
  pool.on('error', () => undefined);
  await pool.query(TENANT_KEY_DDL);
  wrapper = await localKeyFile(join(directory, 'root.key'));
});

afterAll(async () => {
  await pool.end();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As another process has them: the same database and root key, a cache of its own. */
const keys = (): Keys => new Keys(wrapper, new PgTenantKeyStore(pool), () => nowMs);
let serial = 0;
const tenantName = (): string => `wsp_${(serial += 1)}`;
const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'opened',
    (fault: { code: string }) => fault.code,
  );

describe('keys of a tenant', () => {
  it('seal in one process what another opens', async () => {
    const tenant = tenantName();
    const sealed = await keys().seal(tenant, RECORD, CONTENT);
    expect(await keys().open(tenant, RECORD, sealed)).toEqual(CONTENT);
    expect(await keys().pseudonym(tenant, 'subject', 'p1')).toBe(await keys().pseudonym(tenant, 'subject', 'p1'));
  });

  it('P15: open nothing of another tenant, and name the same person differently', async () => {
    const [a, b] = [tenantName(), tenantName()];
    const sealed = await keys().seal(a, RECORD, CONTENT);
    expect(await codeOf(keys().open(b, RECORD, sealed))).toBe('platform.seal_broken');
    expect(await keys().pseudonym(a, 'subject', 'p1')).not.toBe(await keys().pseudonym(b, 'subject', 'p1'));
  });

  it('are made once, however many processes and requests use them first at the same time', async () => {
    const tenant = tenantName();
    const processes = Array.from({ length: 8 }, keys);
    const sealed = await Promise.all(
      Array.from({ length: 64 }, (_, n) => (processes[n % 8] as Keys).seal(tenant, RECORD, CONTENT)),
    );
    const reader = keys();
    for (const value of sealed) expect(await reader.open(tenant, RECORD, value)).toEqual(CONTENT);
    const { rows } = await pool.query('select * from keys.tenant_key where tenant_id = $1', [tenant]);
    expect(rows).toHaveLength(1);
  });

  it('are on record only wrapped, bound to tenant and version', async () => {
    const [a, b] = [tenantName(), tenantName()];
    const sealed = await keys().seal(a, RECORD, CONTENT);
    await keys().seal(b, RECORD, CONTENT);
    await pool.query(
      `update keys.tenant_key set wrapped = (select wrapped from keys.tenant_key where tenant_id = $1) where tenant_id = $2`,
      [a, b],
    );
    expect(await codeOf(keys().open(b, RECORD, sealed))).toBe('platform.root_key_mismatch');
    await pool.query('update keys.tenant_key set version = 2 where tenant_id = $1', [a]);
    expect(await codeOf(keys().open(a, RECORD, sealed))).toBe('platform.root_key_mismatch');
  });

  it('can not be unwrapped by another root key, and a failure is not remembered', async () => {
    const tenant = tenantName();
    const sealed = await keys().seal(tenant, RECORD, CONTENT);
    const stranger = new Keys(await localKeyFile(join(directory, 'other.key')), new PgTenantKeyStore(pool));
    expect(await codeOf(stranger.open(tenant, RECORD, sealed))).toBe('platform.root_key_mismatch');
    const rejecting = keys();
    await pool.query('alter table keys.tenant_key rename to away');
    expect(await codeOf(rejecting.open(tenant, RECORD, sealed))).toBe('42P01');
    await pool.query('alter table keys.away rename to tenant_key');
    expect(await rejecting.open(tenant, RECORD, sealed)).toEqual(CONTENT);
  });

  it('refuse a value above 64 MiB', async () => {
    const large = Buffer.alloc(64 * 1024 * 1024 + 1);
    expect(await codeOf(keys().seal(tenantName(), RECORD, large))).toBe('platform.seal_too_large');
  });
});

describe('shredding', () => {
  it('P24: makes everything of the tenant unreadable, here at once', async () => {
    const tenant = tenantName();
    const mine = keys();
    const sealed = await mine.seal(tenant, RECORD, CONTENT);
    await mine.shred(tenant);
    await expect(mine.open(tenant, RECORD, sealed)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'platform.key_shredded',
    });
    expect(await codeOf(keys().open(tenant, RECORD, sealed))).toBe('platform.key_shredded');
    const { rows } = await pool.query<{ wrapped: null }>('select wrapped from keys.tenant_key where tenant_id = $1', [
      tenant,
    ]);
    expect(rows).toEqual([{ wrapped: null }]);
  });

  it('is for good: no new key is ever made, also for a tenant that had none, and the first date stays', async () => {
    const tenant = tenantName();
    await keys().shred(tenant);
    const dateOf = async (): Promise<unknown> =>
      (await pool.query('select shredded_at from keys.tenant_key where tenant_id = $1', [tenant])).rows[0];
    const date = await dateOf();
    await keys().shred(tenant);
    expect(await dateOf()).toEqual(date);
    expect(await codeOf(keys().seal(tenant, RECORD, CONTENT))).toBe('platform.key_shredded');
    expect(await codeOf(keys().pseudonym(tenant, 'subject', 'p1'))).toBe('platform.key_shredded');
    // Not even when the load said "none" a moment before.
    const store = new PgTenantKeyStore(pool);
    expect(await store.insertIfAbsent(tenant, { version: 1, wrapped: randomBytes(60) })).toBe('shredded');
  });

  it('that happens while the first key is made leaves no usable key', async () => {
    for (let round = 0; round < 20; round++) {
      const tenant = tenantName();
      const [made, eraser] = [keys(), keys()];
      const [sealed] = await Promise.allSettled([made.seal(tenant, RECORD, CONTENT), eraser.shred(tenant)]);
      if (sealed.status === 'fulfilled')
        expect(await codeOf(keys().open(tenant, RECORD, sealed.value))).toBe('platform.key_shredded');
      else expect(sealed.reason).toMatchObject({ code: 'platform.key_shredded' });
    }
  });

  it('leaves no copy of the wrapped key in a live row version', async () => {
    const tenant = tenantName();
    await keys().seal(tenant, RECORD, CONTENT);
    await keys().shred(tenant);
    await pool.query('vacuum keys.tenant_key');
    await pool.query('create extension pgstattuple');
    const { rows } = await pool.query<{ dead: string }>(
      "select dead_tuple_count as dead from pgstattuple('keys.tenant_key')",
    );
    expect(rows).toEqual([{ dead: '0' }]);
  });
});

describe('the cache', () => {
  it('P38: forgets a key after a minute: what was shredded elsewhere is out of use here', async () => {
    const tenant = tenantName();
    const here = keys();
    const sealed = await here.seal(tenant, RECORD, CONTENT);
    await keys().shred(tenant);
    nowMs += MINUTE_MS - 1;
    expect(await here.open(tenant, RECORD, sealed)).toEqual(CONTENT);
    nowMs += 1;
    expect(await codeOf(here.open(tenant, RECORD, sealed))).toBe('platform.key_shredded');
  });

  it('counts the minute from the load, not from the last use', async () => {
    const tenant = tenantName();
    const here = keys();
    const sealed = await here.seal(tenant, RECORD, CONTENT);
    await keys().shred(tenant);
    for (let step = 0; step < 5; step++) {
      nowMs += MINUTE_MS / 6;
      await here.open(tenant, RECORD, sealed);
    }
    nowMs += MINUTE_MS / 6;
    expect(await codeOf(here.open(tenant, RECORD, sealed))).toBe('platform.key_shredded');
  });

  it('forgets one tenant when told to', async () => {
    const tenant = tenantName();
    const here = keys();
    const sealed = await here.seal(tenant, RECORD, CONTENT);
    await keys().shred(tenant);
    here.forget(tenant);
    expect(await codeOf(here.open(tenant, RECORD, sealed))).toBe('platform.key_shredded');
  });

  it('holds the thousand tenants that were used last', async () => {
    const here = keys();
    const [early, kept] = [tenantName(), tenantName()];
    const sealed = new Map([
      [early, await here.seal(early, RECORD, CONTENT)],
      [kept, await here.seal(kept, RECORD, CONTENT)],
    ]);
    const others = Array.from({ length: 998 }, tenantName);
    await Promise.all(others.map((tenant) => here.pseudonym(tenant, 'subject', 'p')));
    await here.pseudonym(kept, 'subject', 'p');
    await here.pseudonym(tenantName(), 'subject', 'p');
    // Shredded behind the cache's back: who still opens was held, who is refused was read anew.
    await pool.query('update keys.tenant_key set wrapped = null, shredded_at = now() where tenant_id = any($1)', [
      [early, kept],
    ]);
    expect(await codeOf(here.open(kept, RECORD, sealed.get(kept) as Buffer))).toBe('opened');
    expect(await codeOf(here.open(early, RECORD, sealed.get(early) as Buffer))).toBe('platform.key_shredded');
  });
});

describe('at rest', () => {
  it('P40: no file of the database holds the content of a sealed row, nor a key', async () => {
    const tenant = tenantName();
    await pool.query('create table scan (id text primary key, sealed bytea not null, plain text)');
    const sealed = await keys().seal(tenant, RECORD, CONTENT);
    await pool.query('insert into scan values ($1, $2, $3)', [RECORD.row, sealed, 'CONTROL-2b9c']);
    await pool.query('checkpoint');
    const names = await readdir(server.dataDirectory, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const root = await readFile(join(directory, 'root.key'));
    const holding = async (needle: Buffer): Promise<number> => {
      let count = 0;
      for (const file of files) {
        const bytes = await readFile(file).catch(() => Buffer.alloc(0));
        if (bytes.includes(needle)) count += 1;
      }
      return count;
    };
    // The scan itself is proven by a value that is stored in the clear.
    expect(await holding(Buffer.from('CONTROL-2b9c'))).toBeGreaterThan(0);
    expect(await holding(Buffer.from('CANARY-7f3a'))).toBe(0);
    expect(await holding(root)).toBe(0);
  });
});
