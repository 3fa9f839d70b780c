import { p } from '@mikro-orm/core';
import type { DataCategory, JobLife, JobStatus } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';
import { defineTable, type RowOf } from '../ports/table.ts';
import type { Tx } from '../ports/work.ts';

interface JobTableSpec {
  readonly owner: Owner;
  readonly name: string;
  readonly category: DataCategory;
}

/**
 * The jobs of a context whose results are kept. Its migration:
 *
 *     CREATE TABLE <name> (
 *       id text PRIMARY KEY,
 *       workspace_id text NOT NULL,
 *       status text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
 *       problem text,
 *       subject_ref text,
 *       sealed bytea,
 *       created_at timestamptz NOT NULL,
 *       finished_at timestamptz,
 *       beat_at timestamptz NOT NULL
 *     );
 */
export const jobTable = ({ owner, name, category }: JobTableSpec) =>
  defineTable({
    owner,
    name,
    category,
    purpose: 'provide_service',
    tenant: 'workspaceId',
    subject: 'subjectRef',
    clock: { from: 'createdAt', openUntil: 'finishedAt', ttlOf: category },
    // A job whose process died is found and closed whatever tenant it is of.
    acrossTenants: ['provide_service'],
    columns: {
      id: p.text().primary(),
      workspaceId: p.text(),
      status: p.text().$type<JobStatus>(),
      problem: p.text().nullable(),
      subjectRef: p.text().nullable(),
      sealed: p.blob().nullable(),
      createdAt: p.datetime(),
      finishedAt: p.datetime().nullable(),
      beatAt: p.datetime(),
    },
  });
export type JobTable = ReturnType<typeof jobTable>;
export type JobRow = RowOf<JobTable>;

export type NewJobRow = Pick<JobRow, 'id' | 'workspaceId' | 'subjectRef' | 'createdAt'>;

/** Ours: closed in one round; the next comes seconds later. */
const SILENT_AT_ONCE = 100;

/** The rows of one such table. Every way in or out of the sealed column passes the audit. */
export class JobRows {
  constructor(readonly table: JobTable) {}

  /** @param secrets what is sealed at once; `undefined`: nothing yet */
  async add(tx: Tx, { id, workspaceId, subjectRef, createdAt }: NewJobRow, secrets: unknown): Promise<void> {
    await tx.em.insert(this.table.entity, {
      id,
      workspaceId,
      status: 'running',
      problem: null,
      subjectRef: subjectRef ?? null,
      sealed: secrets === undefined ? null : await tx.seal(this.table, id, secrets),
      createdAt,
      finishedAt: null,
      beatAt: createdAt,
    });
  }

  row(tx: Tx, id: string): Promise<JobRow | null> {
    return tx.em.findOne(this.table.entity, { id });
  }

  /** Newest first; `limit + 1` rows, so that the caller knows whether there are more. */
  page(tx: Tx, limit: number, before: string | undefined): Promise<JobRow[]> {
    const older = before === undefined ? {} : { id: { $lt: before } };
    const where = { workspaceId: tx.scope.tenant, ...older };
    return tx.em.find(this.table.entity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  }

  /**
   * Closes a running job; `false` where it is gone or over already, for instance swept or cancelled meanwhile.
   *
   * @param secrets what is sealed then; null: what was sealed before stays
   */
  async close(tx: Tx, id: string, life: Omit<JobLife, 'startedAtMs'>, secrets: unknown): Promise<boolean> {
    const { status, problem, finishedAtMs } = life;
    const sealed = secrets === null ? {} : { sealed: await tx.seal(this.table, id, secrets) };
    const values = { status, problem, finishedAt: new Date(finishedAtMs ?? 0), ...sealed };
    return (await tx.em.nativeUpdate(this.table.entity, { id, status: 'running' }, values)) > 0;
  }

  /** Seals what changed in one that is over. */
  async reseal(tx: Tx, id: string, secrets: unknown): Promise<void> {
    await tx.em.nativeUpdate(this.table.entity, { id }, { sealed: await tx.seal(this.table, id, secrets) });
  }

  async open(tx: Tx, row: JobRow): Promise<unknown> {
    if (row.sealed === null || row.sealed === undefined) return null;
    return tx.open(this.table, row.id, row.sealed);
  }

  async remove(tx: Tx, id: string): Promise<boolean> {
    const removed = await tx.em.nativeDelete(this.table.entity, { id });
    if (removed > 0) tx.noteAccess(this.table, id, 'delete');
    return removed > 0;
  }

  /** Says that these run. @returns those that still have a running row */
  async beat(tx: Tx, ids: readonly string[], at: Date): Promise<ReadonlySet<string>> {
    const where = { id: { $in: [...ids] }, status: 'running' as const };
    await tx.em.nativeUpdate(this.table.entity, where, { beatAt: at });
    const rows = await tx.em.find(this.table.entity, where, { fields: ['id'] });
    return new Set(rows.map((row) => row.id));
  }

  silentSince(tx: Tx, before: Date): Promise<JobRow[]> {
    const where = { status: 'running' as const, beatAt: { $lt: before } };
    return tx.em.find(this.table.entity, where, { limit: SILENT_AT_ONCE });
  }
}
