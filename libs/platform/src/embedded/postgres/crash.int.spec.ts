import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Connection } from './connection.ts';
import { isAlive } from './postmaster-file.ts';
import type { EmbeddedPostgres } from './start.ts';
import { startPostgres } from './start.ts';

const here = __dirname;
const isRoot = process.getuid?.() === 0;

let directory: string;
const children: ChildProcess[] = [];
const servers: EmbeddedPostgres[] = [];

let model: string;

// Making a cluster takes ten times as long as copying one; what a first start does is tested where it matters.
beforeAll(async () => {
  model = await mkdtemp(join(tmpdir(), 'smartscan-model-'));
  await (await startPostgres({ directory: model })).stop();
});

afterAll(() => rm(model, { recursive: true, force: true }));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'smartscan-crash-'));
  execFileSync('cp', ['-a', join(model, 'cluster'), directory]);
});

afterEach(async () => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await untilStopped();
  await rm(directory, { recursive: true, force: true });
});

const start = async (): Promise<EmbeddedPostgres> => {
  const server = await startPostgres({ directory });
  servers.push(server);
  return server;
};

/**
 * A process of its own that starts the server and then inserts rows, printing each number when it is acknowledged. The
 * first line is "ready", or the code of the fault.
 */
const OWNER = `
const { startPostgres } = require('${here}/start.ts');
const pg = require('pg');
(async () => {
  process.on('SIGINT', () => undefined);
  const server = await startPostgres({ directory: process.env.DIRECTORY });
  const client = new pg.Client(server.superuser);
  await client.connect();
  await client.query('create table if not exists t (n int primary key)');
  console.log('ready');
  const { rows } = await client.query('select coalesce(max(n), 0) as n from t');
  for (let n = rows[0].n + 1; ; n++) {
    await client.query('insert into t values ($1)', [n]);
    console.log(n);
  }
})().catch((error) => { console.log(error.code); process.exit(1); });
`;

interface Owner {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly until: (enough: (lines: string[]) => boolean) => Promise<void>;
}

const owner = (account: { uid?: number; gid?: number } = {}): Owner => {
  const loader = join(here, 'typescript-loader.cjs');
  const child = spawn(process.execPath, ['-C', '@smartscan/source', '-r', loader, '-e', OWNER], {
    cwd: here,
    env: { ...process.env, DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    ...account,
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(line));
  const until = async (enough: (seen: string[]) => boolean): Promise<void> => {
    while (!enough(lines)) await sleep(5);
  };
  return { child, lines, until };
};

const postmaster = async (): Promise<number> => {
  const text = await readFile(join(directory, 'cluster/data/postmaster.pid'), 'utf8').catch(() => '');
  return Number(text.split('\n')[0]);
};

const untilStopped = async (): Promise<void> => {
  for (let pid = await postmaster(); pid > 0 && isAlive(pid); pid = await postmaster()) await sleep(5);
};

const numbers = async (connection: Connection): Promise<number[]> => {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<{ n: number }>('select n from t order by n')).rows.map((row) => row.n);
  } finally {
    await client.end();
  }
};

/** What an owner said it had stored, and is not there. Its last words may be the code of what ended it. */
const missing = (said: readonly string[], kept: readonly number[]): string[] =>
  said.filter((line) => /^\d+$/.test(line) && !kept.includes(Number(line)));

const killed = async ({ child }: Owner): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
};

/** Process ids with their parents'. A bare machine has no ps, and macOS no /proc. */
const processes = async (): Promise<(readonly [pid: number, parent: number])[]> => {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axo', 'pid=,ppid=']).toString().trim().split('\n');
    return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const stats = pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')] as const);
  // After the parenthesised name: state, parent.
  return (await Promise.all(stats)).map(
    ([pid, stat]) => [pid, Number(stat.split(') ').at(-1)?.split(' ')[1])] as const,
  );
};

/** The shell that keeps the server, and its watcher: without them nobody tells the server that its owner died. */
const killKeepers = async (): Promise<void> => {
  const server = await postmaster();
  const table = await processes();
  const keeper = table.find(([pid]) => pid === server)?.[1];
  // The watcher first: the owner closes its pipe as soon as the keeper is gone.
  for (const [pid, parent] of table) if (parent === keeper && pid !== server) process.kill(pid, 'SIGKILL');
  process.kill(keeper as number, 'SIGKILL');
};

describe('a restart', () => {
  it('keeps rows, password and port', async () => {
    const first = await start();
    const client = new pg.Client(first.superuser);
    await client.connect();
    await client.query('create table t as select 7 as n');
    await client.end();
    await first.stop();
    await first.stop();
    const second = await start();
    expect(second.superuser).toEqual(first.superuser);
    expect(await numbers(second.superuser)).toEqual([7]);
  });
});

describe('kill -9 of the owner', () => {
  it('loses no acknowledged row, and the server goes down by itself', async () => {
    const dead = owner();
    await dead.until((lines) => lines.length > 200);
    const pid = await postmaster();
    await killed(dead);
    while (isAlive(pid)) await sleep(5);
    expect(await postmaster()).toBe(0);
    const acknowledged = dead.lines.slice(1).map(Number);
    const kept = await numbers((await start()).superuser);
    expect(kept.slice(0, acknowledged.length)).toEqual(acknowledged);
    // One more may have been written whose acknowledgement did not get out.
    expect(kept.length - acknowledged.length).toBeLessThanOrEqual(1);
  });

  it('can be followed by a start at once, again and again', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const next = owner();
      await next.until((lines) => lines.length > 20);
      expect(next.lines[0]).toBe('ready');
      await killed(next);
      acknowledged.push(...next.lines.slice(1));
    }
    const kept = await numbers((await start()).superuser);
    expect(missing(acknowledged, kept)).toEqual([]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  });

  it('leaves an orphan when its keeper is killed too; the next start stops it and goes on', async () => {
    const dead = owner();
    await dead.until((lines) => lines.length > 20);
    const orphan = await postmaster();
    await killKeepers();
    await killed(dead);
    await sleep(50);
    expect(isAlive(orphan)).toBe(true);
    const kept = await numbers((await start()).superuser);
    expect(isAlive(orphan)).toBe(false);
    expect(missing(dead.lines, kept)).toEqual([]);
  });

  it('together with the server loses no acknowledged row', async () => {
    const dead = owner();
    await dead.until((lines) => lines.length > 100);
    process.kill(await postmaster(), 'SIGKILL');
    await killed(dead);
    const kept = await numbers((await start()).superuser);
    expect(missing(dead.lines, kept)).toEqual([]);
  });
});

describe('two processes on one directory', () => {
  it('the second is refused while the first lives, and the first goes on', async () => {
    const first = owner();
    await first.until((lines) => lines.length > 5);
    await expect(startPostgres({ directory })).rejects.toMatchObject({
      code: 'platform.directory_in_use',
      kind: 'conflict',
    });
    const seen = first.lines.length;
    await first.until((lines) => lines.length > seen + 20);
  });

  it.each(['first start', 'restart'])('that begin a %s in the same moment end with one owner', async (kind) => {
    if (kind === 'first start') await rm(join(directory, 'cluster'), { recursive: true });
    const outcomes = await Promise.allSettled([
      startPostgres({ directory }),
      startPostgres({ directory }),
      startPostgres({ directory }),
    ]);
    const owners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    servers.push(...owners);
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as { code: string }] : [],
    );
    expect(owners).toHaveLength(1);
    expect(refusals.map(({ code }) => code)).toEqual(['platform.directory_in_use', 'platform.directory_in_use']);
  });
});

describe('a lock file left behind', () => {
  /** Stops a server and puts its lock file back with another text in place of its process id. */
  const leave = async (replace: (text: string) => string): Promise<void> => {
    const server = await startPostgres({ directory });
    const file = join(server.dataDirectory, 'postmaster.pid');
    const text = await readFile(file, 'utf8');
    await server.stop();
    await writeFile(file, replace(text));
    const { uid, gid } = await stat(server.dataDirectory);
    await chown(file, uid, gid);
  };

  it('of a process that is gone does not keep the server from starting', async () => {
    await leave((text) => text.replace(/^\d+/, '4194303'));
    await start();
  });

  it('whose number now belongs to another process does not keep the server from starting', async () => {
    // Of the same account and no ancestor of ours: PostgreSQL by itself would take it for a running server.
    const { uid, gid } = await stat(join(directory, 'cluster/data'));
    const stranger = spawn('sleep', ['60'], { uid, gid });
    children.push(stranger);
    await leave((text) => text.replace(/^\d+/, String(stranger.pid)));
    await start();
    expect(stranger.exitCode).toBeNull();
  });

  it('that a power failure emptied does not keep the server from starting', async () => {
    await leave(() => '');
    await start();
  });
});

describe('a server that dies under its owner', () => {
  it('is started again on the same port with every row', async () => {
    const server = await start();
    const client = new pg.Client(server.superuser);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table t as select 7 as n');
    process.kill(await postmaster(), 'SIGKILL');
    let rows: number[] = [];
    while (rows.length === 0) rows = await numbers(server.superuser).catch(() => []);
    expect(rows).toEqual([7]);
  });

  it('twice in a minute is given up, and the owner is told', async () => {
    const lost: string[] = [];
    const steps: string[] = [];
    const server = await startPostgres({
      directory,
      onLost: ({ code }) => lost.push(code),
      onProgress: (step) => steps.push(step),
    });
    servers.push(server);
    process.kill(await postmaster(), 'SIGKILL');
    // Back, and watched again.
    while (steps.filter((step) => step === 'ready').length < 2) await sleep(5);
    process.kill(await postmaster(), 'SIGKILL');
    while (lost.length === 0) await sleep(5);
    expect(lost).toEqual(['platform.postgres_failed']);
  });
});

describe('signals', () => {
  it('to the whole process group (Ctrl-C) leave the server to its owner, who drains first', async () => {
    const running = owner();
    await running.until((lines) => lines.length > 5);
    process.kill(-(running.child.pid as number), 'SIGINT');
    const seen = running.lines.length;
    await running.until((lines) => lines.length > seen + 100);
    expect(running.child.exitCode).toBeNull();
  });
});

if (isRoot) {
  it('an ordinary user owns all of its server', async () => {
    const uid = Number(execFileSync('id', ['-u', 'nobody']).toString());
    const gid = Number(execFileSync('id', ['-g', 'nobody']).toString());
    await rm(join(directory, 'cluster'), { recursive: true });
    await chown(directory, uid, gid);
    const running = owner({ uid, gid });
    await running.until((lines) => lines.length > 5);
    expect(running.lines[0]).toBe('ready');
    for (const name of ['cluster/data', 'cluster/password']) expect((await stat(join(directory, name))).uid).toBe(uid);
  });
}
