import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { Clock, Fault } from '@smartscan/kernel';
import { AUTHORIZATION_DDL, embeddedAuthorizer } from './authorization/authorizers.ts';
import { Database, type Login } from './database/database.ts';
import { ensureRole, provision, roleOf } from './database/provision.ts';
import { EmbeddedEventLog } from './embedded/event-log/event-log.ts';
import { EVENT_LOG_DDL } from './embedded/event-log/schema.ts';
import { createDatabase } from './embedded/postgres/databases.ts';
import { connect, type Connection } from './embedded/postgres/connection.ts';
import { startPostgres, type EmbeddedPostgres } from './embedded/postgres/start.ts';
import type { PostgresStep } from './embedded/postgres/supervisor.ts';
import { Keys } from './keys/keys.ts';
import { localKeyFile } from './keys/local-key-file.ts';
import { PgTenantKeyStore, TENANT_KEY_DDL } from './keys/tenant-keys.ts';
import { Mailbox, MAILBOX_DDL, pruneMailbox } from './mail/mailbox.ts';
import { fileObjects } from './objects/files.ts';
import { OUTBOX_FOUNDATION, pruneInbox } from './outbox/outbox.ts';
import { Wakeups } from './outbox/wakeups.ts';
import { ALONE } from './peers/alone.ts';
import type { Place } from './ports/context.ts';
import { secureIds, systemClock } from './process/ids.ts';
import { openLog, type LogLevel, type ProcessLog } from './process/log.ts';
import type { Platform } from './process/platform.ts';
import type { Job } from './process/schedules.ts';

export { startTestPostgres } from './embedded/postgres/test-postgres.ts';
export type { Connection } from './embedded/postgres/connection.ts';

export interface EmbeddedOptions {
  /** Holds the database, the key file and nothing of any scan. */
  readonly directory: string;
  readonly place: Place;
  readonly logLevel: LogLevel;
  readonly onProgress?: (step: PostgresStep) => void;
  /** The database is down and could not be brought back: nothing can go on. */
  readonly onLost?: (fault: Fault) => void;
  /** A server that runs already, for tests: each file makes a database of its own on it. */
  readonly server?: { readonly superuser: Connection; readonly database: string };
  /** For tests that travel in time. */
  readonly clock?: Clock;
  /** For tests that read the log. */
  readonly log?: ProcessLog;
}

const DATABASE = 'smartscan';
/** The role of what belongs to no context: event log, tenant keys, mail, and who may do what. */
const PLATFORM_ROLE = 'smartscan_platform';
const HOUR_SECONDS = 3_600;

const hourly = (name: string, work: () => Promise<unknown>): Job => ({
  name,
  everySeconds: HOUR_SECONDS,
  run: async () => void (await work()),
});

/**
 * The place for a laptop, a demo and tests: a bundled PostgreSQL with the same schemas, roles and policies as the
 * cluster's, an event log in it, keys wrapped by a local file.
 */
export async function embedded(options: EmbeddedOptions): Promise<Platform> {
  // First, since it refuses soonest: nothing has been started that would have to be stopped again.
  const wrapper = await localKeyFile(join(options.directory, 'root.key'));
  const own = options.server ? undefined : await startOwn(options);
  const superuser = options.server?.superuser ?? (own?.superuser as Connection);
  const database = options.server?.database ?? DATABASE;
  const cluster = await openCluster(superuser, database);
  const login = await cluster.login(PLATFORM_ROLE);
  const pool = new pg.Pool({ ...login, max: 6, application_name: 'smartscan platform' });
  pool.on('error', () => undefined);
  const wakeups = new Wakeups({ ...login, application_name: 'smartscan wakeups' });
  await wakeups.start();
  const clock = options.clock ?? systemClock;
  const ids = secureIds(clock);
  const log = options.log ?? openLog({ level: options.logLevel, service: 'smartscan' });
  const keys = new Keys(wrapper, new PgTenantKeyStore(pool));
  const eventLog = new EmbeddedEventLog({ pool, wakeups, log });
  const authorizer = await embeddedAuthorizer({ pool, wakeups, log });
  const tools = { clock, ids, keys, region: options.place.region };
  return {
    place: options.place,
    clock,
    ids,
    log,
    eventLog,
    wakeups,
    authorizer,
    objects: await fileObjects(join(options.directory, 'objects'), clock),
    mail: new Mailbox(pool),
    peers: ALONE,
    dependencies: [{ name: 'events', required: false, up: () => pool.query('SELECT 1').then(() => true) }],
    openDatabase: async (context) => {
      const role = await cluster.login(roleOf(context));
      await cluster.asOwner((owner) => provision(owner, context, OUTBOX_FOUNDATION));
      return Database.open(context, role, tools);
    },
    services: (local) => local,
    jobs: (context, { pool: contextPool }) => [
      hourly('prune_inbox', () => pruneInbox(contextPool)),
      // What belongs to no context is looked after by the one that removes things.
      ...(context.name === 'retention'
        ? [hourly('prune_events', () => eventLog.prune()), hourly('prune_mailbox', () => pruneMailbox(pool))]
        : []),
    ],
    close: async () => {
      await eventLog.close();
      await wakeups.close();
      await pool.end();
      await own?.stop();
      if (!options.log) log.close();
    },
  };
}

const startOwn = ({ directory, onProgress, onLost }: EmbeddedOptions): Promise<EmbeddedPostgres> =>
  startPostgres({ directory, ...(onProgress ? { onProgress } : {}), ...(onLost ? { onLost } : {}) });

interface Cluster {
  /** Makes the role where it is missing; its password follows from the superuser's, so it needs no place of its own. */
  login(role: string): Promise<Login>;
  asOwner<T>(work: (owner: pg.ClientBase) => Promise<T>): Promise<T>;
}

async function openCluster(superuser: Connection, database: string): Promise<Cluster> {
  const administer = async <T>(target: Connection, work: (client: pg.ClientBase) => Promise<T>): Promise<T> => {
    const client = await connect(target);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const exists = await administer(
    superuser,
    async (client) => (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])).rows.length > 0,
  );
  if (!exists) await createDatabase(superuser, database);
  const target = { ...superuser, database };
  const login = async (role: string): Promise<Login> => {
    const password = createHmac('sha256', superuser.password).update(role).digest('hex');
    await administer(superuser, async (client) => {
      // Roles belong to the whole server: two databases that are made at once must not both make one.
      await client.query("SELECT pg_advisory_lock(hashtextextended('roles', 0))");
      await ensureRole(client, role, password);
    });
    return { ...target, user: role, password };
  };
  await login(PLATFORM_ROLE);
  await administer(target, async (client) => {
    for (const [schema, statements] of [
      ['bus', EVENT_LOG_DDL],
      ['keys', TENANT_KEY_DDL],
      ['authz', AUTHORIZATION_DDL],
      ['mail', MAILBOX_DDL],
    ] as const) {
      await client.query(statements);
      await client.query(`GRANT USAGE ON SCHEMA ${schema} TO ${PLATFORM_ROLE}`);
      await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${PLATFORM_ROLE}`);
      await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${PLATFORM_ROLE}`);
    }
  });
  return { login, asOwner: (work) => administer(target, work) };
}
