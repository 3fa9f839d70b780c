import { AsyncLocalStorage } from 'node:async_hooks';
import { MikroORM, UnderscoreNamingStrategy } from '@mikro-orm/core';
import { PostgreSqlDriver, type EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { Fault } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';
import { outboxInsert } from '../outbox/outbox.ts';
import type { Scope } from '../ports/call.ts';
import type { Context } from '../ports/context.ts';
import type { Envelope } from '../ports/event-log.ts';
import type { Tx, UnitOfWork } from '../ports/work.ts';
import { traced } from '../telemetry/trace.ts';
import { databaseFault } from './failures.ts';
import { Transaction, type DatabaseTools } from './transaction.ts';

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Absent only where the server is on this machine (P40). */
  readonly ssl?: { readonly rejectUnauthorized: true; readonly ca?: string };
}

/** Per context and process. Ours: a unit of work lasts some ms, so eight serve over 1,000 a second; nine contexts stay under 100 connections. */
const POOL_MAX = 8;
/** Ours: a unit of work that waits longer for a connection is better refused than piled up. */
const ACQUIRE_TIMEOUT_MS = 5_000;
/** Ours: the longest statement is a sweep's batch, well under a second. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** What goes wrong comes out as a fault, and is logged as one: Knex must not write its own words beside it. */
const nothing = (): void => undefined;
const SILENT = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };

const insideWork = new AsyncLocalStorage<true>();
/** A call to another context may wait for anything; a transaction may not. On a laptop it would also wait for itself. */
export const refuseInsideWork = (): void => {
  if (insideWork.getStore())
    throw new Fault('internal', 'platform.call_inside_work', 'A service was called inside a unit of work.');
};

/** What MikroORM's pool says of itself. */
interface Tarn {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

/** Connections of a pool, and who waits for one. */
export interface PoolCounts {
  readonly used: number;
  readonly free: number;
  readonly waiting: number;
}

/** One context's way to its own schema, and no other's: its login role has rights on nothing else. */
export class Database implements UnitOfWork {
  /** Told of every unit of work when it is over, with the seconds that it took. */
  onWorkDone: ((committed: boolean, seconds: number) => void) | undefined;

  private constructor(
    readonly owner: Owner,
    private readonly orm: MikroORM<PostgreSqlDriver>,
    /** For what is no unit of work: relay, locks, health. */
    readonly pool: pg.Pool,
    private readonly tools: DatabaseTools,
  ) {}

  static async open(context: Context, login: Login, tools: DatabaseTools): Promise<Database> {
    const orm = await MikroORM.init<PostgreSqlDriver>({
      driver: PostgreSqlDriver,
      // A unit of work connects: what can't be reached is then refused in one place, with words of ours.
      connect: false,
      host: login.host,
      port: login.port,
      user: login.user,
      password: login.password,
      dbName: login.database,
      schema: context.name,
      entities: context.tables.map((table) => table.entity),
      namingStrategy: UnderscoreNamingStrategy,
      discovery: { warnWhenNoEntities: false },
      // Statements hold values: they are never logged.
      debug: false,
      logger: () => undefined,
      pool: { min: 0, max: POOL_MAX, acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS },
      driverOptions: {
        log: SILENT,
        connection: {
          statement_timeout: STATEMENT_TIMEOUT_MS,
          application_name: `smartscan ${context.name}`,
          ...(login.ssl ? { ssl: login.ssl } : {}),
        },
      },
    });
    const pool = new pg.Pool({
      ...login,
      max: 3,
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      application_name: `smartscan ${context.name}`,
    });
    pool.on('error', () => undefined);
    return new Database(context.name, orm, pool, tools);
  }

  async run<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
    if (insideWork.getStore())
      throw new Fault('internal', 'platform.nested_work', 'A unit of work was begun inside another.');
    const startedMs = performance.now();
    let committed = false;
    return insideWork.run(true, () =>
      traced('unit_of_work', { context: this.owner }, async (span) => {
        try {
          const result = await this.transact(scope, work);
          committed = true;
          return result;
        } finally {
          span.note({ committed });
          this.onWorkDone?.(committed, (performance.now() - startedMs) / 1_000);
        }
      }),
    );
  }

  private async transact<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
    const em = this.orm.em.fork({ clear: true }) as EntityManager;
    try {
      // Within, since a server that is starting or gone refuses here.
      await em.begin();
      await em.execute(
        "SELECT set_config('app.tenant', ?, true), set_config('app.purpose', ?, true)",
        [scope.tenant, scope.purpose],
        'run',
      );
      const tx = new Transaction(this.owner, scope, em, this.tools);
      const result = await work(tx);
      await em.flush();
      await this.leave(em, tx.told);
      await em.commit();
      return result;
    } catch (error) {
      await em.rollback().catch(() => undefined);
      throw databaseFault(error);
    } finally {
      em.clear();
    }
  }

  /** The events join the transaction as its last statement, so the outbox's order is the order of the commits' ends. */
  private async leave(em: EntityManager, told: readonly Envelope[]): Promise<void> {
    if (told.length === 0) return;
    const { sql, params } = outboxInsert(told);
    await em.execute(sql, [...params], 'run');
  }

  /** Of both pools: that of the units of work, and that of everything else. */
  connections(): Readonly<Record<'work' | 'upkeep', PoolCounts>> {
    const work = (this.orm.em.getConnection().getKnex().client as { pool: Tarn }).pool;
    const { totalCount, idleCount, waitingCount } = this.pool;
    return {
      work: { used: work.numUsed(), free: work.numFree(), waiting: work.numPendingAcquires() },
      upkeep: { used: totalCount - idleCount, free: idleCount, waiting: waitingCount },
    };
  }

  /** Whether the database answers. */
  async ping(): Promise<boolean> {
    return this.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.orm.close(true);
    await this.pool.end();
  }
}
