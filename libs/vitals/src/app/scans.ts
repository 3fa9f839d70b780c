import { p } from '@mikro-orm/core';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { ScanStatus } from '../domain/scan.ts';
import type { ScanSecrets } from './active-scan.ts';

/** The scans that are kept. Every way in or out of the sealed column passes the audit. */
export const scanTable = defineTable({
  owner: 'vitals',
  name: 'scan',
  category: 'vitals',
  purpose: 'provide_service',
  tenant: 'workspaceId',
  subject: 'subjectRef',
  clock: { from: 'createdAt', ttlOf: 'vitals' },
  // A scan whose process died is found and closed whatever tenant it is of.
  acrossTenants: ['provide_service'],
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    status: p.text().$type<ScanStatus>(),
    problem: p.text().nullable(),
    subjectRef: p.text().nullable(),
    sealed: p.blob().nullable(),
    createdAt: p.datetime(),
    finishedAt: p.datetime().nullable(),
    beatAt: p.datetime(),
  },
});
export type ScanRow = RowOf<typeof scanTable>;

export type NewScan = Pick<ScanRow, 'id' | 'workspaceId' | 'subjectRef' | 'createdAt'>;

export async function addScan(tx: Tx, scan: NewScan, secrets: ScanSecrets): Promise<void> {
  const { id, workspaceId, subjectRef, createdAt } = scan;
  const hasIds = secrets.patient_id !== null || secrets.visit_id !== null;
  await tx.em.insert(scanTable.entity, {
    id,
    workspaceId,
    status: 'running',
    problem: null,
    subjectRef: subjectRef ?? null,
    sealed: hasIds ? await tx.seal(scanTable, id, secrets) : null,
    createdAt,
    finishedAt: null,
    beatAt: createdAt,
  });
}

export const scanRow = (tx: Tx, id: string): Promise<ScanRow | null> => tx.em.findOne(scanTable.entity, { id });

/** Newest first; `limit + 1` rows, so that the caller knows whether there are more. */
export function scanPage(tx: Tx, limit: number, before: string | undefined): Promise<ScanRow[]> {
  const older = before === undefined ? {} : { id: { $lt: before } };
  const where = { workspaceId: tx.scope.tenant, ...older };
  return tx.em.find(scanTable.entity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
}

export interface ScanClosing {
  readonly status: ScanStatus;
  readonly problem: string | null;
  readonly at: Date;
  readonly secrets: ScanSecrets | null;
}

/** Closes a running scan; `false` where it is gone or over already, for instance swept or cancelled meanwhile. */
export async function closeScan(tx: Tx, id: string, { status, problem, at, secrets }: ScanClosing): Promise<boolean> {
  const sealed = secrets === null ? {} : { sealed: await tx.seal(scanTable, id, secrets) };
  const values = { status, problem, finishedAt: at, ...sealed };
  return (await tx.em.nativeUpdate(scanTable.entity, { id, status: 'running' }, values)) > 0;
}

export async function openSecrets(tx: Tx, row: ScanRow): Promise<ScanSecrets | null> {
  if (row.sealed === null || row.sealed === undefined) return null;
  return (await tx.open(scanTable, row.id, row.sealed)) as ScanSecrets;
}

export async function removeScan(tx: Tx, id: string): Promise<boolean> {
  const removed = await tx.em.nativeDelete(scanTable.entity, { id });
  if (removed > 0) tx.noteAccess(scanTable, id, 'delete');
  return removed > 0;
}

export const beatFor = (tx: Tx, ids: readonly string[], at: Date): Promise<number> =>
  tx.em.nativeUpdate(scanTable.entity, { id: { $in: [...ids] }, status: 'running' }, { beatAt: at });

export async function runningAmong(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const where = { id: { $in: [...ids] }, status: 'running' as const };
  const rows = await tx.em.find(scanTable.entity, where, { fields: ['id'] });
  return new Set(rows.map((row) => row.id));
}

/** Ours: closed in one round; the next comes seconds later. */
const SILENT_AT_ONCE = 100;

export const silentSince = (tx: Tx, before: Date): Promise<ScanRow[]> =>
  tx.em.find(scanTable.entity, { status: 'running', beatAt: { $lt: before } }, { limit: SILENT_AT_ONCE });
