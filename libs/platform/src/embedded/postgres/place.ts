import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '@smartscan/kernel';
import type { Account } from './account.ts';
import { canReach } from './account.ts';
import type { Binaries } from './binaries.ts';

/** Everything one server owns, all of it below one directory. */
export interface Layout {
  /** The directory that the caller gave, absolute. */
  readonly directory: string;
  /** Made under another name and renamed when it is complete: it is there whole, or not at all. */
  readonly cluster: string;
  readonly data: string;
  /** The superuser's password, readable by the server's account only (and root). */
  readonly passwordFile: string;
  readonly log: string;
  readonly portFile: string;
}

export const layoutOf = (given: string): Layout => {
  const directory = resolve(given);
  const cluster = join(directory, 'cluster');
  return {
    directory,
    cluster,
    data: join(cluster, 'data'),
    passwordFile: join(cluster, 'password'),
    log: join(directory, 'server.log'),
    portFile: join(directory, 'port'),
  };
};

/** A layout with the programs to run on it and the account to run them under. */
export interface Place extends Layout {
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/**
 * What every program of the server gets besides its arguments: none of our environment (it holds credentials), a working
 * directory that every account may be in, an output language that we can read.
 */
export const processOptions = (
  place: Place,
): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } => ({
  cwd: '/',
  env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  ...place.account,
});

/** A directory as the server's account can name it; `descriptor`, if there is one, must be the child's number 3. */
export interface Seen {
  readonly path: string;
  readonly descriptor: number | undefined;
}

/**
 * Runs `use` with a name for `directory` that works for the server's account. Root's own folders are often closed to
 * others (a home of mode 0700), and opening them up is not ours to do. There the directory is handed down as an open
 * descriptor: /proc/self/fd/3 leads to it without passing through its parents (proc(5), /proc/pid/fd).
 */
export const withSeen = async <T>(place: Place, directory: string, use: (seen: Seen) => Promise<T>): Promise<T> => {
  if (await canReach(place.account, directory)) return use({ path: directory, descriptor: undefined });
  if (process.platform !== 'linux') throw unreachable(directory);
  const handle = await open(directory, 'r');
  try {
    return await use({ path: '/proc/self/fd/3', descriptor: handle.fd });
  } finally {
    await handle.close();
  }
};

const unreachable = (directory: string): Fault =>
  new Fault('unavailable', 'platform.postgres_unreachable', "The database's account can not reach its directory.", {
    remedy: 'Start as an ordinary user, or choose a directory that is not below a private home.',
    members: { directory },
  });
