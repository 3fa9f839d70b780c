import type { z } from 'zod';
import { allEvents, type EventContract } from '@smartscan/contracts/event';
import { allOperations, type Operation } from '@smartscan/contracts/operation';
import type { Clock } from '@smartscan/kernel';
import type { Handler, Scope } from '../ports/call.ts';
import type { Context } from '../ports/context.ts';
import type { TableFacts } from '../ports/table.ts';
import type { Tx } from '../ports/work.ts';
import type { Database } from './database.ts';

interface SweepInput {
  readonly category: string;
  readonly limits: readonly { readonly workspace_id: string; readonly ttl_seconds: number }[];
}

/** Rows deleted in one transaction: keeps locks short. Ours. */
const BATCH_ROWS = 5_000;

export const sweepOf = (context: Context): Operation | undefined =>
  allOperations().find((operation) => operation.id === `${context.name}.sweep`);

/**
 * Serves `<owner>.sweep` for a context from its table declarations: deletes what is older than each tenant's limit, and
 * tells of it in the same transaction. No context writes this itself, so none can forget a table (P23).
 */
export function sweepHandler(context: Context, database: Database, clock: Clock): Handler<Operation> {
  return async (raw, call) => {
    const input = raw as unknown as SweepInput;
    const scope: Scope = { ...call, tenant: '*', purpose: 'enforce_retention' };
    const tables = context.tables.filter((table) => 'ttlOf' in table.clock && table.clock.ttlOf === input.category);
    let deleted = 0;
    let oldest: number | null = null;
    for (const table of tables) {
      for (let count = BATCH_ROWS; count === BATCH_ROWS; deleted += count) {
        count = await database.run(scope, (tx) => deleteExpired(tx, table, input, clock.nowMs()));
      }
      const age = await database.run(scope, (tx) => oldestAge(tx, table, clock.nowMs()));
      if (age !== null && (oldest === null || age > oldest)) oldest = age;
    }
    return { deleted, oldest_age_seconds: oldest } as never;
  };
}

async function deleteExpired(tx: Tx, table: TableFacts, input: SweepInput, nowMs: number): Promise<number> {
  if (typeof table.tenantColumn !== 'string' || !('from' in table.clock)) return 0;
  const name = `${table.owner}.${table.name}`;
  const { from, openUntil } = table.clock;
  const isOver = openUntil === undefined ? '' : `AND kept.${openUntil} IS NOT NULL`;
  const rows = await tx.em.execute<{ tenant: string }[]>(
    `DELETE FROM ${name} WHERE ctid IN (
       SELECT kept.ctid FROM ${name} AS kept
       JOIN unnest(?::text[], ?::bigint[]) AS over_time (tenant, ttl) ON kept.${table.tenantColumn} = over_time.tenant
       WHERE kept.${from} <= to_timestamp(?::double precision / 1000) - over_time.ttl * interval '1 second' ${isOver}
       LIMIT ${BATCH_ROWS} FOR UPDATE SKIP LOCKED)
     RETURNING ${table.tenantColumn} AS tenant`,
    [
      arrayOf(input.limits.map((limit) => limit.workspace_id)),
      arrayOf(input.limits.map((limit) => String(limit.ttl_seconds))),
      nowMs,
    ],
  );
  const perTenant = new Map<string, number>();
  for (const { tenant } of rows) perTenant.set(tenant, (perTenant.get(tenant) ?? 0) + 1);
  for (const [tenant, count] of perTenant)
    tx.emit(recordsExpired(table), { workspace_id: tenant, table: table.fullName, category: input.category, count });
  return rows.length;
}

/** An array as PostgreSQL writes it: the query builder would spread a JavaScript array into several parameters. */
const arrayOf = (values: readonly string[]): string => `{${values.map((value) => `"${value}"`).join(',')}}`;

function recordsExpired(table: TableFacts): EventContract<z.ZodObject> {
  return allEvents().find((event) => event.type === `${table.owner}.records_expired.v1`) as EventContract<z.ZodObject>;
}

async function oldestAge(tx: Tx, table: TableFacts, nowMs: number): Promise<number | null> {
  if (!('from' in table.clock)) return null;
  const [row] = await tx.em.execute<{ oldest: string | null }[]>(
    `SELECT extract(epoch FROM min(${table.clock.from})) AS oldest FROM ${table.owner}.${table.name}`,
  );
  return row?.oldest == null ? null : Math.max(0, Math.round(nowMs / 1_000 - Number(row.oldest)));
}
