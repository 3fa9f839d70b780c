import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Fault } from '@smartscan/kernel';

const run = promisify(execFile);

/** The operating-system account that the server runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

// PostgreSQL refuses to run as root (postmaster's check_root). Debian's and Apple's packages bring `postgres` or
// `_postgres`; `nobody` is on every system. An unlisted number will not do: initdb looks its own account up by name.
const CANDIDATES = ['postgres', '_postgres', 'nobody'] as const;

// Ours: `id` answers in 1 ms from /etc/passwd; a directory service may take a second or two.
const LOOKUP_TIMEOUT_MS = 5_000;

/**
 * Under which account the server has to run, or undefined for "as we are". Root takes the account that owns the data
 * already there, else the first unprivileged one that exists.
 */
export const accountFor = async (dataDirectory: string): Promise<Account | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of CANDIDATES) {
    const account = await lookUp(name);
    if (account !== undefined) return account;
  }
  throw new Fault('unavailable', 'platform.postgres_root', 'PostgreSQL refuses to run as root.', {
    remedy: 'Start as an ordinary user, or create one named "postgres" for the database.',
  });
};

const lookUp = async (name: string): Promise<Account | undefined> => {
  const numbers = await Promise.all([idOf('-u', name), idOf('-g', name)]);
  const [uid, gid] = numbers;
  return uid !== undefined && gid !== undefined && uid !== 0 ? { uid, gid } : undefined;
};

const idOf = async (what: '-u' | '-g', name: string): Promise<number | undefined> => {
  const answer = await run('id', [what, name], { timeout: LOOKUP_TIMEOUT_MS }).catch(() => undefined);
  return answer === undefined ? undefined : Number(answer.stdout);
};

/**
 * Whether that account can pass through every directory down to `path` and read and execute it. Asked of the system
 * itself, so that access lists and mount options count too.
 */
export const canReach = async (account: Account | undefined, path: string): Promise<boolean> => {
  if (account === undefined) return true;
  try {
    await run('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], {
      ...account,
      cwd: '/',
      timeout: LOOKUP_TIMEOUT_MS,
    });
    return true;
  } catch (error) {
    // 1: `test` said no. Anything else: the account can not be taken on at all (a container that maps one user only).
    if (exitStatusOf(error) === 1) return false;
    throw new Fault('unavailable', 'platform.postgres_root', 'Root may not switch to an unprivileged account here.', {
      remedy: 'Start as an ordinary user; PostgreSQL refuses to run as root.',
    });
  }
};

const exitStatusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;
