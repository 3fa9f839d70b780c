import { p } from '@mikro-orm/core';
import type { z } from 'zod';
import { isPastRetention } from '@smartscan/kernel';
import type { reading } from '@smartscan/contracts/vitals/calibrations';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { Calibration, ReadingKind } from '../domain/calibration.ts';

/** Reference readings of people, under our own names for them. Every way in or out of the sealed column passes the audit. */
export const calibrationTable = defineTable({
  owner: 'vitals',
  name: 'calibration',
  category: 'vitals',
  purpose: 'provide_service',
  tenant: 'workspaceId',
  subject: 'subjectRef',
  clock: { from: 'createdAt', ttlOf: 'vitals' },
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    subjectRef: p.text(),
    scanId: p.text(),
    kind: p.text().$type<ReadingKind>(),
    sealed: p.blob(),
    createdAt: p.datetime(),
  },
});
export type CalibrationRow = RowOf<typeof calibrationTable>;

/** What of a calibration is protected health information: the sealed column. */
export interface CalibrationSecrets {
  /** ISO 8601. */
  readonly taken_at: string;
  readonly reading: z.output<typeof reading>;
}

export type NewCalibration = Omit<CalibrationRow, 'sealed' | 'kind'>;

export async function addRow(tx: Tx, row: NewCalibration, secrets: CalibrationSecrets): Promise<void> {
  const sealed = await tx.seal(calibrationTable, row.id, secrets);
  await tx.em.insert(calibrationTable.entity, { ...row, kind: secrets.reading.kind, sealed });
}

export const openRow = async (tx: Tx, { id, sealed }: CalibrationRow): Promise<CalibrationSecrets> =>
  (await tx.open(calibrationTable, id, sealed)) as CalibrationSecrets;

/** Of a person alone: the id of somebody else's leads nowhere. */
export const rowOf = (tx: Tx, subjectRef: string, id: string): Promise<CalibrationRow | null> =>
  tx.em.findOne(calibrationTable.entity, { id, subjectRef });

/** Newest first; `limit + 1` rows, so that the caller knows whether there are more. */
export function rowsOf(
  tx: Tx,
  subjectRef: string,
  limit: number,
  before: string | undefined,
): Promise<CalibrationRow[]> {
  const older = before === undefined ? {} : { id: { $lt: before } };
  const where = { workspaceId: tx.scope.tenant, subjectRef, ...older };
  return tx.em.find(calibrationTable.entity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
}

export async function removeRow(tx: Tx, subjectRef: string, id: string): Promise<boolean> {
  const removed = await tx.em.nativeDelete(calibrationTable.entity, { id, subjectRef });
  if (removed > 0) tx.noteAccess(calibrationTable, id, 'delete');
  return removed > 0;
}

const KINDS: readonly ReadingKind[] = ['cuff', 'oximeter'];

/** The reading of each kind that was given last, unless its retention is over; what was given first is what it corrects. */
export async function latestCalibrations(
  tx: Tx,
  subjectRef: string,
  { nowMs, ttlSeconds }: { readonly nowMs: number; readonly ttlSeconds: number },
): Promise<Partial<Record<ReadingKind, Calibration>>> {
  const latest: Partial<Record<ReadingKind, Calibration>> = {};
  for (const kind of KINDS) {
    const where = { workspaceId: tx.scope.tenant, subjectRef, kind };
    const [row] = await tx.em.find(calibrationTable.entity, where, { orderBy: { id: 'desc' }, limit: 1 });
    if (!row || isPastRetention(row.createdAt.getTime(), ttlSeconds, nowMs)) continue;
    const { taken_at: takenAt, reading } = await openRow(tx, row);
    latest[kind] = { takenAtMs: Date.parse(takenAt), reading };
  }
  return latest;
}
