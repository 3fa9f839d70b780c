import pg from 'pg';
import type { Context } from '../ports/context.ts';
import { provision, renewRole, roleOf } from '../database/provision.ts';
import { grantTenantKeys, TENANT_KEY_DDL } from '../keys/tenant-keys.ts';
import { OUTBOX_FOUNDATION } from '../outbox/outbox.ts';
import { openLog, type ProcessLog } from '../process/log.ts';
import { readSettings } from '../process/settings.ts';
import type { HostProcess } from '../process/until-signal.ts';
import { ensureModel } from '../authorization/authorizers.ts';
import { ensureTopics } from './event-log/topics.ts';
import { ownerLogin, passwordOf } from './logins.ts';
import { kafkaOf, openFgaOf } from './engines.ts';
import { tellFailure } from './service.ts';
import { migrationSettings, type MigrationSettings } from './settings.ts';

/**
 * Brings the stores to what the declarations say: schemas, roles, grants and policies, topics, the authorization model.
 * Idempotent; two at once wait for each other. Resolves to the exit code.
 */
export async function runMigration(contexts: readonly Context[], host: HostProcess): Promise<number> {
  let log: ProcessLog | undefined;
  try {
    const { own } = readSettings(host.env, migrationSettings, []);
    log = openLog({ level: own.logLevel, service: 'migrate' });
    await migrateDatabase(own, contexts, log);
    await ensureTopics(
      kafkaOf(own, 'migrate', log),
      contexts.map(({ name }) => name),
    );
    log.info('migration.topics_done');
    await ensureModel(openFgaOf(own));
    log.info('migration.done');
    log.close();
    return 0;
  } catch (error) {
    tellFailure('migrate', log, error).close();
    return host.exit(1);
  }
}

async function migrateDatabase(
  settings: MigrationSettings,
  contexts: readonly Context[],
  log: ProcessLog,
): Promise<void> {
  const owner = new pg.Client({ ...ownerLogin(settings), application_name: 'smartscan migrate' });
  await owner.connect();
  try {
    // A second migration waits; the lock goes with the session.
    await owner.query("SELECT pg_advisory_lock(hashtextextended('migrate', 0))");
    await owner.query(TENANT_KEY_DDL);
    for (const context of contexts) {
      await renewRole(owner, roleOf(context), passwordOf(settings, context));
      await provision(owner, context, OUTBOX_FOUNDATION);
      if (context.tables.some((table) => table.phi)) await grantTenantKeys(owner, roleOf(context));
      log.info('migration.schema_done', { context: context.name });
    }
  } finally {
    await owner.end();
  }
}
