import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '@smartscan/kernel';
import type { Account } from './account.ts';
import { canReach } from './account.ts';
import type { Source } from './package.ts';
import { linkLibraries } from './package.ts';

/**
 * A complete copy of the programs that `account` can run: for root, whose node_modules often lie under a 0700 home, and
 * for installations that nobody may write to, where the libraries' links can not be made. Made once a version (about
 * 50 MB, 0.3 s) and found again afterwards.
 */
export const copyOfBinaries = async (source: Source, account: Account | undefined): Promise<string> => {
  const cache = await cacheDirectory(account);
  const copy = join(cache, `postgres-${source.version}-${process.platform}-${process.arch}`);
  if (await isComplete(source.native, copy)) return copy;
  const draft = await mkdtemp(`${copy}.`);
  try {
    await fill(draft, source.native);
    if (!(await isComplete(source.native, copy))) await rm(copy, { recursive: true, force: true });
    await rename(draft, copy).catch(async (error: unknown) => {
      // Another process was faster: its copy is as good as ours.
      if (!(await isComplete(source.native, copy))) throw error;
    });
    return copy;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

/** A root's copy must be readable by others and made by nobody else; everybody else's lies in his own cache. */
const cacheDirectory = async (account: Account | undefined): Promise<string> => {
  const own = join(homedir(), '.cache', 'smartscan');
  const wanted = account === undefined ? own : '/var/cache/smartscan';
  for (const directory of [wanted, join(tmpdir(), `smartscan-cache-${process.getuid?.() ?? 0}`)]) {
    if ((await makeOpenDirectory(directory)) && (await isOurs(directory)) && (await canReach(account, directory)))
      return directory;
  }
  throw new Fault('unavailable', 'platform.postgres_cache', 'There is no safe place for a copy of the programs.', {
    remedy: `Make ${wanted} a directory that only this user can write and others can read.`,
  });
};

const makeOpenDirectory = async (directory: string): Promise<boolean> => {
  try {
    // mkdir answers undefined for a directory that was there: its mode is its owner's business.
    if ((await mkdir(directory, { recursive: true })) !== undefined) await chmod(directory, 0o755);
    return true;
  } catch {
    return false;
  }
};

/** Ours alone: whoever could put a file in there would run programs as the database's account. */
const isOurs = async (path: string): Promise<boolean> => {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
};

/** Copies with modes of our own: an install under umask 077 has none that others could read. */
const fill = async (draft: string, native: string): Promise<void> => {
  await chmod(draft, 0o755);
  for (const { name, directory, executable } of await runtimeFiles(native)) {
    if (directory) await mkdir(join(draft, name));
    else await copyFile(join(native, name), join(draft, name), constants.COPYFILE_FICLONE);
    await chmod(join(draft, name), directory || executable ? 0o755 : 0o644);
  }
  await linkLibraries(draft);
};

/** Sizes are compared at each start: cleaners of temporary folders take single files, and power may fail in a copy. */
const isComplete = async (native: string, copy: string): Promise<boolean> => {
  if (!(await isOurs(copy))) return false;
  for (const { name, directory, size } of await runtimeFiles(native)) {
    const found = await stat(join(copy, name)).catch(() => undefined);
    if (found === undefined || (!directory && found.size !== size)) return false;
  }
  return true;
};

interface RuntimeFile {
  readonly name: string;
  readonly directory: boolean;
  readonly executable: boolean;
  readonly size: number;
}

// Static libraries and build files are a quarter of the package and never read at run time.
const BUILD_ONLY = /\.a$|^lib\/(pkgconfig|postgresql\/pgxs)(\/|$)/;

/** What runs, parents before children; the links are not listed, they are made anew. */
const runtimeFiles = async (native: string): Promise<RuntimeFile[]> => {
  const names = (await readdir(native, { recursive: true })).filter((name) => !BUILD_ONLY.test(name)).sort();
  const files = await Promise.all(
    names.map(async (name): Promise<RuntimeFile[]> => {
      const found = await lstat(join(native, name));
      if (found.isSymbolicLink()) return [];
      return [{ name, directory: found.isDirectory(), executable: (found.mode & 0o100) !== 0, size: found.size }];
    }),
  );
  return files.flat();
};
