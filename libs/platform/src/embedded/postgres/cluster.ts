import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@smartscan/kernel';
import { diskFault, errorCode, reasonOf, startFault, timedOut } from './failures.ts';
import type { Layout, Place } from './place.ts';
import { processOptions, withSeen } from './place.ts';
import { HOST_BASED_AUTHENTICATION } from './settings.ts';

/** The superuser's name; its password is random and never leaves the password file and this process. */
export const SUPERUSER = 'postgres';

const MAJOR_VERSION = '18';
const DRAFT = 'init.';

// Ours: measured 0.6-1.9 s on two busy cores; the rest is for slow disks, which initdb waits for.
const INITDB_TIMEOUT_MS = 60_000;
// Ours: initdb says less than 2 KB; the end of it holds the error.
const INITDB_OUTPUT_BYTES = 16_384;

/** Makes the directory if need be. Fault `platform.postgres_directory` or `_disk_full`. */
export const prepareDirectory = async ({ directory }: Layout): Promise<void> => {
  await onDisk(directory, mkdir(directory, { recursive: true, mode: 0o700 }));
};

/**
 * Makes the data directory on first start: UTF-8, code-point order with Unicode case mapping (the builtin C.UTF-8, the
 * same on every system), page checksums, a random superuser password. Everything is made in a draft directory and
 * renamed, so a start that is killed in the middle leaves nothing half done, and of two at once one wins whole.
 */
export const initialise = async (place: Place, durable: boolean): Promise<void> => {
  const draft = await onDisk(place.directory, mkdtemp(join(place.directory, DRAFT)));
  try {
    await make(place, draft, durable);
    await publish(draft, place);
  } catch (error) {
    // Another process may have been faster, and have cleared our draft away.
    if (!(await isInitialised(place))) throw diskFault(error, place.directory);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

const make = async (place: Place, draft: string, durable: boolean): Promise<void> => {
  const password = join(draft, 'password');
  await writeDurably(password, `${randomBytes(32).toString('base64url')}\n`);
  await give(place, draft, password);
  await runInitdb(place, draft, durable);
  await writeDurably(join(draft, 'data', 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
};

export const isInitialised = async ({ cluster, directory }: Layout): Promise<boolean> => {
  try {
    await stat(cluster);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw diskFault(error, directory);
  }
};

/** Refuses what this release can not run. Fault `platform.postgres_version` or `platform.postgres_damaged`. */
export const checkVersion = async ({ data, directory }: Layout): Promise<void> => {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    throw errorCode(error) === 'ENOENT' ? startFault('damaged', directory) : diskFault(error, directory);
  });
  if (version.trim() !== MAJOR_VERSION) throw startFault('version', directory);
};

/** The superuser's password. Fault `platform.postgres_password` where the file is missing or open to others. */
export const readPassword = async ({ passwordFile, directory }: Layout): Promise<string> => {
  const [found, text] = await Promise.all([stat(passwordFile), readFile(passwordFile, 'utf8')]).catch(
    (error: unknown) => {
      throw errorCode(error) === 'ENOENT' ? passwordFault(directory) : diskFault(error, directory);
    },
  );
  if ((found.mode & 0o077) !== 0) throw passwordFault(directory);
  return text.trim();
};

/** The password file and the server do not fit together, or others could read the file. */
export const passwordFault = (directory: string): Fault =>
  new Fault('unavailable', 'platform.postgres_password', "The database's password file is missing, open or wrong.", {
    remedy: 'Restore cluster/password from the same backup as cluster/data, with mode 0600.',
    members: { directory },
  });

/**
 * Drafts of starts that were killed. Only for the owner of the cluster: nobody can need them once it exists. One that an
 * initdb is still writing into resists; the next start gets it.
 */
export const removeDrafts = async ({ directory }: Layout): Promise<void> => {
  const drafts = (await readdir(directory).catch(() => [])).filter((name) => name.startsWith(DRAFT));
  await Promise.allSettled(drafts.map((name) => rm(join(directory, name), { recursive: true, force: true })));
};

const give = async ({ account }: Place, ...paths: string[]): Promise<void> => {
  if (account === undefined) return;
  for (const path of paths) await chown(path, account.uid, account.gid);
};

const runInitdb = (place: Place, draft: string, durable: boolean): Promise<void> =>
  withSeen(place, draft, async ({ path, descriptor }) => {
    const child = spawn(
      place.binaries.initdb,
      [
        ...['--pgdata', `${path}/data`, '--username', SUPERUSER, '--pwfile', `${path}/password`],
        ...['--auth-local', 'reject', '--auth-host', 'scram-sha-256', '--data-checksums', '--encoding', 'UTF8'],
        ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C', '--no-instructions'],
        ...(durable ? [] : ['--no-sync']),
      ],
      { ...processOptions(place), stdio: ['ignore', 'pipe', 'pipe', descriptor], timeout: INITDB_TIMEOUT_MS },
    );
    let output = '';
    const collect = (text: Buffer): void => {
      output = `${output}${text.toString('utf8')}`.slice(-INITDB_OUTPUT_BYTES);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const code = await new Promise<number | null | 'unrunnable'>((resolve) => {
      child.on('error', () => resolve('unrunnable'));
      child.on('close', resolve);
    });
    if (code === 0) return;
    if (child.killed) throw timedOut('initdb', place.directory);
    // The disk may be full, and the fault says so; the log is for the rest.
    await appendFile(place.log, output, { mode: 0o600 }).catch(() => undefined);
    throw startFault(code === 'unrunnable' ? 'binaries' : reasonOf(output), place.directory);
  });

const publish = async (draft: string, { cluster, directory }: Layout): Promise<void> => {
  await syncDirectory(draft);
  // A directory can not be renamed onto one that holds files: of two processes, the slower fails here.
  await rename(draft, cluster);
  await syncDirectory(directory);
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const onDisk = <T>(directory: string, step: Promise<T>): Promise<T> =>
  step.catch((error: unknown) => {
    throw diskFault(error, directory);
  });
