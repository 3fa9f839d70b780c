import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Context } from '@smartscan/platform/ports';
import { Cell } from '@smartscan/testing/cell';
import { issueFor, makeAuthority, type Authority } from '@smartscan/testing/certificates';
import { startKafka, testEngines, type KafkaEngine } from '@smartscan/testing/engines';
import { cluster, readServiceSettings } from '@smartscan/platform/cluster';
import { contexts } from '../journeys/world.ts';
import { tlsFront, type TlsFront } from './tls-front.ts';

const contextOf = (name: string): Context => contexts.find((context) => context.name === name) as Context;

describe('a cell’s database', () => {
  let kafka: KafkaEngine;
  let cell: Cell;
  beforeAll(async () => {
    kafka = await startKafka();
    cell = await Cell.start({ ...testEngines(), brokers: kafka.brokers });
  }, 180_000);
  afterAll(async () => {
    await cell.stop();
    await kafka.dispose();
  });

  /** The code with which a process of these settings refuses to open the context's schema; '' where it opens. */
  async function refusal(context: Context, env: Readonly<Record<string, string>>): Promise<string> {
    try {
      const platform = await cluster(readServiceSettings(env, [context]).own, [context]);
      try {
        const database = await platform.openDatabase(context);
        const up = await database.ping();
        await database.close();
        return up ? '' : 'down';
      } finally {
        await platform.close();
      }
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  /** Everything that decides who may do what, as text. */
  async function rights(): Promise<string> {
    const { rows } = await cell.admin.query<{ line: string }>(`
      SELECT format('%s.%s %s %s', table_schema, table_name, grantee, privilege_type) AS line
        FROM information_schema.role_table_grants WHERE grantee LIKE 'smartscan%'
      UNION ALL SELECT format('%s.%s %s %s', schemaname, tablename, policyname, qual) FROM pg_policies
      UNION ALL SELECT format('%s %s %s', rolname, rolsuper, rolbypassrls) FROM pg_roles WHERE rolname LIKE 'smartscan%'
      UNION ALL SELECT format('%s %s %s', n.nspname, c.relname, c.relforcerowsecurity) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information)'
      ORDER BY 1`);
    return rows.map(({ line }) => line).join('\n');
  }

  it('migrating again changes nothing', async () => {
    const before = await rights();
    expect(before).toContain('vitals.scan');
    await cell.migrate();
    expect(await rights()).toBe(before);
  }, 60_000);

  it('P15: no role of a service is above row-level security, and each has rights on its own schema alone', async () => {
    const { rows } = await cell.admin.query<{ grantee: string; schema: string }>(
      "SELECT DISTINCT grantee, table_schema AS schema FROM information_schema.role_table_grants WHERE grantee LIKE 'smartscan%'",
    );
    const owners = contexts.map(({ name }) => name as string);
    const foreign = rows.filter(
      ({ grantee, schema }) => owners.some((o) => grantee === `smartscan_${o}`) && grantee !== `smartscan_${schema}`,
    );
    // Wrapped tenant keys: only who seals health data needs them.
    const sealing = contexts.filter(({ tables }) => tables.some(({ phi }) => phi)).map(({ name }) => name);
    expect(sealing.sort()).toEqual(['extraction', 'vitals']);
    expect(foreign.map(({ grantee, schema }) => `${grantee} ${schema}`).sort()).toEqual(
      sealing.map((name) => `smartscan_${name} keys`),
    );
    expect(await rights()).not.toMatch(/^smartscan_\w+ (t \w|\w t)$/m);
  });

  it('a service refuses a login that could bypass row-level security', async () => {
    const role = `smartscan_retention`;
    await cell.admin.query(`ALTER ROLE ${role} BYPASSRLS`);
    try {
      expect(await refusal(contextOf('retention'), cell.env('retention'))).toBe('platform.role_elevated');
    } finally {
      await cell.admin.query(`ALTER ROLE ${role} NOBYPASSRLS`);
    }
    expect(await refusal(contextOf('retention'), cell.env('retention'))).toBe('');
  });

  it('a service refuses a schema that its migration has not reached', async () => {
    const { rows } = await cell.admin.query<{ name: string; digest: string }>(
      'DELETE FROM audit.migration RETURNING *',
    );
    try {
      expect(await refusal(contextOf('audit'), cell.env('audit'))).toBe('platform.schema_behind');
    } finally {
      for (const { name, digest } of rows)
        await cell.admin.query('INSERT INTO audit.migration (name, digest) VALUES ($1, $2)', [name, digest]);
    }
    expect(await refusal(contextOf('audit'), cell.env('audit'))).toBe('');
  });

  it('P40: a database that is not on this machine is spoken to with TLS or not at all', async () => {
    const url = `postgres://database.invalid:5432/${randomBytes(4).toString('hex')}`;
    const env = { ...cell.env('audit'), SMARTSCAN_BROKERS: 'broker.invalid:9092', SMARTSCAN_DATABASE_URL: url };
    const { own } = readServiceSettings(env, [contextOf('audit')]);
    // Nobody is there; what matters is that nothing in the settings can ask for a plain connection.
    expect(Object.keys(own).filter((name) => /ssl|insecure|plain/i.test(name))).toEqual([]);
    expect(
      await refusal(contextOf('audit'), { ...cell.env('audit'), SMARTSCAN_OPENFGA_URL: 'http://fga.invalid' }),
    ).toBe('platform.plaintext_refused');
  });

  describe('over TLS', () => {
    let authority: Authority;
    let folder: string;
    let front: TlsFront;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'smartscan-tls-'));
      authority = await makeAuthority();
      front = await tlsFront(
        testEngines().postgres,
        await issueFor(authority, 'postgres', folder, { names: ['localhost'] }),
      );
    });
    afterAll(async () => {
      await front.close();
      await rm(folder, { recursive: true });
    });

    const through = (host: string, ca: string) => {
      const url = new URL(cell.env('audit')['SMARTSCAN_DATABASE_URL'] ?? '');
      url.host = `${host}:${front.port}`;
      return { ...cell.env('audit'), SMARTSCAN_DATABASE_URL: url.href, SMARTSCAN_DATABASE_CA: ca };
    };

    it('P40: works with a certificate of the named authority that names the host, and never falls back to plain text', async () => {
      expect(await refusal(contextOf('audit'), through('localhost', join(folder, 'ca.crt')))).toBe('');
      expect(front.plain()).toBe(0);
    });

    it('P40: refuses a certificate that names another host, and one of another authority', async () => {
      const unreachable = 'platform.database_unreachable';
      expect(await refusal(contextOf('audit'), through('127.0.0.1', join(folder, 'ca.crt')))).toBe(unreachable);
      const other = await mkdtemp(join(folder, 'other-'));
      await issueFor(await makeAuthority(), 'postgres', other);
      expect(await refusal(contextOf('audit'), through('localhost', join(other, 'ca.crt')))).toBe(unreachable);
    }, 60_000);
  });

  it('two migrations at once wait for each other', async () => {
    const holder = new pg.Client({ ...testEngines().postgres, database: cell.database });
    await holder.connect();
    await holder.query("SELECT pg_advisory_lock(hashtextextended('migrate', 0))");
    let done = false;
    const migrating = Promise.all([cell.migrate(), cell.migrate()]).then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(done).toBe(false);
    await holder.end();
    expect(await migrating).toBe(true);
  }, 60_000);
});
