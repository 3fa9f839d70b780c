import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { accountFor, canReach } from './account.ts';
import { copyOfBinaries } from './binaries-copy.ts';
import { findBinaries } from './binaries.ts';
import { linkLibraries, locate } from './package.ts';
import { startPostgres } from './start.ts';

const isRoot = process.getuid?.() === 0;
const source = locate(`${process.platform}-${process.arch}`);

let home: string;

beforeEach(async () => {
  // mkdtemp makes it 0700, as root's home is.
  home = await mkdtemp(join(tmpdir(), 'smartscan-root-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** Starts, does what a server does with its directory later on (reads settings, makes files, forks), and stops. */
const use = async (directory: string): Promise<{ uid: number }> => {
  const server = await startPostgres({ directory });
  const client = new pg.Client(server.superuser);
  try {
    await client.connect();
    await client.query('select pg_reload_conf()');
    await client.query('drop database if exists later');
    await client.query('create database later');
    await client.query('create table if not exists t as select generate_series(1, 10000) as n');
    await client.query('checkpoint');
    // The server's own file: its owner is the account that the server runs under.
    return { uid: (await stat(join(server.dataDirectory, 'postmaster.pid'))).uid };
  } finally {
    await client.end();
    await server.stop();
  }
};

if (isRoot) {
  describe('as root', () => {
    it('the server runs under an unprivileged account that owns its data', async () => {
      await chmod(home, 0o711);
      const { uid } = await use(home);
      expect(uid).toBeGreaterThan(0);
      expect((await stat(join(home, 'cluster/data'))).uid).toBe(uid);
      expect((await stat(join(home, 'cluster/password'))).mode & 0o777).toBe(0o600);
    });

    it('it keeps the account that owns data already there', async () => {
      await chmod(home, 0o711);
      const first = await use(home);
      const other = Number(execFileSync('id', ['-u', first.uid === 65534 ? 'daemon' : 'nobody']).toString());
      execFileSync('chown', ['-R', `${other}:${other}`, join(home, 'cluster')]);
      expect((await use(home)).uid).toBe(other);
    });

    it('its directory may lie below a home that is closed to that account, whose modes are left alone', async () => {
      const deep = join(home, 'private', 'data');
      await mkdir(deep, { recursive: true, mode: 0o700 });
      expect(await canReach(await accountFor(deep), deep)).toBe(false);
      expect((await use(deep)).uid).toBeGreaterThan(0);
      expect((await use(deep)).uid).toBeGreaterThan(0);
      expect((await stat(home)).mode & 0o777).toBe(0o700);
      expect((await stat(deep)).mode & 0o777).toBe(0o700);
    });

    it('programs that lie below such a home are copied once, for everybody to run and nobody to change', async () => {
      const account = await accountFor(home);
      const native = join(home, 'native');
      execFileSync('cp', ['-r', source.native, native]);
      expect(await canReach(account, join(native, 'bin/postgres'))).toBe(false);
      const version = `test-${process.pid}`;
      const copy = await copyOfBinaries({ native, version }, account);
      try {
        expect(execFileSync(join(copy, 'bin/postgres'), ['-V'], { ...account, cwd: '/' }).toString()).toMatch(/ 18\./);
        expect(execFileSync('find', [copy, '-perm', '/022', '-not', '-type', 'l']).toString()).toBe('');
        expect(execFileSync('find', [copy, '-not', '-user', 'root']).toString()).toBe('');
        const made = await stat(copy);
        expect(await copyOfBinaries({ native, version }, account)).toBe(copy);
        expect((await stat(copy)).ino).toBe(made.ino);
        await rm(join(copy, 'share/postgresql/postgres.bki'));
        await copyOfBinaries({ native, version }, account);
        expect((await stat(join(copy, 'share/postgresql/postgres.bki'))).size).toBeGreaterThan(0);
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    });

    it('a copy that somebody else could have written is replaced', async () => {
      const account = await accountFor(home);
      const version = `foreign-${process.pid}`;
      const copy = await copyOfBinaries({ native: source.native, version }, account);
      try {
        await chown(copy, 65534, 65534);
        await copyOfBinaries({ native: source.native, version }, account);
        expect((await stat(copy)).uid).toBe(0);
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    });
  });
} else {
  describe('as an ordinary user', () => {
    it('the server runs under that user', async () => {
      expect(await use(home)).toMatchObject({ uid: process.getuid?.() });
    });

    it('programs are used where they are, if their libraries can be linked', async () => {
      expect(await accountFor(home)).toBeUndefined();
      expect((await findBinaries(undefined)).postgres).toContain('bin/postgres');
    });
  });
}

describe('the libraries', () => {
  it("get their links without the package's install script", async () => {
    const native = join(home, 'native');
    execFileSync('cp', ['-r', source.native, native]);
    execFileSync('find', [join(native, 'lib'), '-type', 'l', '-delete']);
    expect(await linkLibraries(native)).toBe(true);
    expect(execFileSync(join(native, 'bin/postgres'), ['-V']).toString()).toMatch(/ 18\./);
    expect(await linkLibraries(native)).toBe(true);
  });
});
