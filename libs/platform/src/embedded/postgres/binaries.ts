import { join } from 'node:path';
import type { Account } from './account.ts';
import { canReach } from './account.ts';
import { copyOfBinaries } from './binaries-copy.ts';
import { linkLibraries, locate } from './package.ts';

/** Where the server's programs are. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * The programs of the npm package for this platform, complete and reachable for `account`: in place where that is
 * possible, else from a copy made once. Fault `platform.postgres_missing` where no package is installed.
 */
export const findBinaries = async (account: Account | undefined): Promise<Binaries> => {
  const source = locate(`${process.platform}-${process.arch}`);
  const complete = await linkLibraries(source.native);
  const usable = complete && (await canReach(account, join(source.native, 'bin/postgres')));
  const native = usable ? source.native : await copyOfBinaries(source, account);
  return { postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb') };
};
