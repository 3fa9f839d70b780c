import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Connection } from './connection.ts';
import { connectionUrl } from './connection.ts';
import { createDatabase, dropDatabase } from './databases.ts';
import type { EmbeddedPostgres } from './start.ts';
import { startPostgres } from './start.ts';
import { startTestPostgres } from './test-postgres.ts';

const query = async <Row extends pg.QueryResultRow>(connection: Connection, text: string, values: unknown[] = []) => {
  const client = new pg.Client(connection);
  // A server that goes away ends idle clients by an event; the tests look at queries.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
};

const settingOf = async (connection: Connection, name: string): Promise<string | undefined> =>
  (await query<{ setting: string }>(connection, 'select current_setting($1) as setting', [name]))[0]?.setting;

let directory: string;
let server: EmbeddedPostgres;
const steps: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-start-'));
  server = await startPostgres({ directory, onProgress: (step) => steps.push(step) });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('first start', () => {
  it('tells each step as it begins', () => {
    expect(steps).toEqual(['preparing', 'initialising', 'starting', 'ready']);
  });

  it.each([
    ['server_encoding', 'UTF8'],
    ['data_checksums', 'on'],
    ['fsync', 'on'],
    ['full_page_writes', 'on'],
    ['synchronous_commit', 'on'],
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['password_encryption', 'scram-sha-256'],
    ['max_connections', '200'],
    ['allow_alter_system', 'off'],
    ['TimeZone', 'UTC'],
  ])('runs with %s = "%s"', async (name, value) => {
    expect(await settingOf(server.superuser, name)).toBe(value);
  });

  it('is PostgreSQL 18', async () => {
    expect(await settingOf(server.superuser, 'server_version')).toMatch(/^18\./);
  });

  it('compares text by code point and knows the cases of all letters, the same on every system', async () => {
    const [row] = await query<{ upper: string; sorted: string[] }>(
      server.superuser,
      `select upper('éß') as upper, (select array_agg(t order by t) from unnest(array['b','a','B','é']) t) as sorted`,
    );
    expect(row).toEqual({ upper: 'Éß', sorted: ['B', 'a', 'b', 'é'] });
  });

  it('asks for the password by SCRAM and lets nobody in without it', async () => {
    await expect(query({ ...server.superuser, password: 'guess' }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
    const [row] = await query<{ rolpassword: string }>(
      server.superuser,
      'select rolpassword from pg_authid where rolpassword is not null',
    );
    expect(row?.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  });

  it('keeps a random password of 256 bits in a file that only its account can read', async () => {
    const file = join(directory, 'cluster', 'password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url')).toHaveLength(32);
    expect(server.superuser.password).toBe((await readFile(file, 'utf8')).trim());
  });

  it('closes data, log and port file to others', async () => {
    for (const name of ['cluster', 'cluster/data', 'server.log', 'port']) {
      expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
    }
  });

  it('leaves no draft behind', async () => {
    expect((await readdir(directory)).sort()).toEqual(['cluster', 'port', 'server.log']);
  });

  it('listens on loopback only', async () => {
    const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
    const port = server.superuser.port.toString(16).toUpperCase().padStart(4, '0');
    // State 0A is LISTEN; 0100007F is 127.0.0.1 in the byte order of the table. Without /proc, ask the other addresses.
    const listening = table?.split('\n').filter((line) => line.includes(`:${port} `) && line.includes(' 0A '));
    if (listening !== undefined)
      expect(listening.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${port}`]);
    await expect(connects('::1', server.superuser.port)).resolves.toBe(false);
    await expect(connects('127.0.0.1', server.superuser.port)).resolves.toBe(true);
  });

  it('gives the server none of our environment, and no core dumps', async () => {
    if (process.platform !== 'linux') return expect(process.platform).toBe('darwin');
    const pid = Number((await readFile(join(server.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const names = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0]);
    expect(names).toContain('LC_ALL');
    expect(
      names.filter((name) => !['PATH', 'LC_ALL', 'TZ', 'PWD', 'PGDATA', 'PG_GRANDPARENT_PID', ''].includes(name ?? '')),
    ).toEqual([]);
    expect(await readFile(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size\s+0\s+0/);
    expect((await readFile(`/proc/${pid}/coredump_filter`, 'utf8')).trim()).toBe('00000000');
  });
});

const connects = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

describe('databases', () => {
  it('are made empty, entered by connection or URL, and dropped under the feet of their sessions', async () => {
    const database = await createDatabase(server.superuser, 'journey_1');
    expect(await query(database, 'select current_database() as name')).toEqual([{ name: 'journey_1' }]);
    const held = new pg.Client({ connectionString: connectionUrl(database) });
    held.on('error', () => undefined);
    await held.connect();
    await expect(createDatabase(server.superuser, 'journey_1')).rejects.toMatchObject({
      code: 'platform.database_exists',
    });
    await dropDatabase(server.superuser, 'journey_1');
    await dropDatabase(server.superuser, 'journey_1');
    await expect(query(database, 'select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  it.each(['', 'Upper', '1st', 'a"; drop database postgres; --', 'x'.repeat(64)])(
    'refuse the name %j',
    async (name) => {
      await expect(createDatabase(server.superuser, name)).rejects.toMatchObject({ code: 'platform.database_name' });
      await expect(dropDatabase(server.superuser, name)).rejects.toMatchObject({ code: 'platform.database_name' });
    },
  );
});

/** PostgreSQL ends every session after a crash in one; the supervisor is back when it owns the server again. */
const recovered = async (): Promise<void> => {
  while (steps.at(-1) !== 'ready' || steps.length < 6) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('the log', () => {
  it('P11: holds no value of a statement, an error, a parameter or a crashed session', async () => {
    const canary = 'CANARY-7f3a-blood-pressure';
    const attempts: [string, unknown[]][] = [
      [`select '${canary}'::uuid`, []],
      ['select $1::text::uuid', [canary]],
      [`do $$ begin raise warning '${canary}'; raise exception '${canary}' using detail = '${canary}'; end $$`, []],
      [`create table t_canary (v text unique); insert into t_canary values ('${canary}'), ('${canary}')`, []],
      [`set statement_timeout = 50; select pg_sleep(5), '${canary}'`, []],
      [`select syntax error '${canary}'`, []],
    ];
    for (const [text, values] of attempts) {
      await query(server.superuser, text, values).catch((error: unknown) =>
        expect(error).toBeInstanceOf(pg.DatabaseError),
      );
    }
    // A session that dies at work: PostgreSQL wants to tell which statement it was running.
    const victim = new pg.Client(server.superuser);
    victim.on('error', () => undefined);
    await victim.connect();
    const [{ pid }] = (await victim.query<{ pid: number }>('select pg_backend_pid() as pid')).rows as [{ pid: number }];
    const dying = victim.query(`select pg_sleep(30), '${canary}'`).catch(() => 'died');
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(pid, 'SIGKILL');
    expect(await dying).toBe('died');
    await recovered();
    const log = await readFile(join(directory, 'server.log'), 'utf8');
    expect(log).toMatch(/was terminated by signal 9/);
    expect(log).not.toContain(canary);
  });
});

describe('a test server', () => {
  it('runs without fsync and leaves nothing behind', async () => {
    const throwAway = await startTestPostgres();
    expect(await settingOf(throwAway.superuser, 'fsync')).toBe('off');
    await throwAway.stop();
    await expect(stat(throwAway.dataDirectory)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
