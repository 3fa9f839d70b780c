import { OWNERS } from '@smartscan/contracts/owners';
import { runMigration } from '@smartscan/platform/cluster';
import type { Context } from '@smartscan/platform/ports';

/** Every context there is: each lib is called as its owner is, and exports it under that name. */
const contexts = await Promise.all(
  OWNERS.map(async (owner) => ((await import(`@smartscan/${owner}`)) as Readonly<Record<string, Context>>)[owner]),
);

process.exitCode = await runMigration(
  contexts.filter((context) => context !== undefined),
  process,
);
