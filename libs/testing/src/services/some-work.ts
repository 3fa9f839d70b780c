import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from '@smartscan/platform/ports';
import { buildHouse } from '../house/build-house.ts';
import { callOf } from '../house/call.ts';

export interface SomeWork {
  insideWork<T>(run: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Units of work of a context that keeps nothing. */
export async function someWork(): Promise<SomeWork> {
  const migrations = await mkdtemp(join(tmpdir(), 'smartscan-no-migrations-'));
  const context: Context = {
    name: 'gateway',
    controllers: [],
    providers: [],
    tables: [],
    migrations: pathToFileURL(`${migrations}/`),
    listens: [],
    schedules: [],
  };
  const house = await buildHouse([context]);
  return {
    insideWork: (run) => house.work(context).run(callOf(), run),
    stop: async () => {
      await house.stop();
      await rm(migrations, { recursive: true });
    },
  };
}
