import type { Tx } from '@smartscan/platform/ports';
import { scans, type ScanRow } from './tables.ts';
import type { ScanSecrets } from './active-scan.ts';

/** The scans that are kept. Every way in or out of the sealed column passes the audit. */
export class Scans {
  async insert(tx: Tx, row: Omit<ScanRow, 'sealed' | 'subjectRef'>, secrets: ScanSecrets): Promise<void> {
    const hasIds = secrets.patient_id !== null || secrets.visit_id !== null;
    await tx.em.insert(scans.entity, {
      ...row,
      subjectRef: secrets.patient_id === null ? null : await tx.pseudonym(secrets.patient_id),
      sealed: hasIds ? await tx.seal(scans, row.id, secrets) : null,
    });
  }

  async find(tx: Tx, id: string): Promise<ScanRow | undefined> {
    return (await tx.em.findOne(scans.entity, { id })) ?? undefined;
  }

  /** Newest first; `limit + 1` rows, so that the caller knows whether there are more. */
  page(tx: Tx, limit: number, before: string | undefined): Promise<ScanRow[]> {
    const where = before === undefined ? {} : { id: { $lt: before } };
    return tx.em.find(scans.entity, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
  }

  /** Closes a running scan; `false` where it is gone or over already, for instance swept or cancelled meanwhile. */
  async finish(
    tx: Tx,
    id: string,
    end: { status: string; problem: string | null; at: Date; secrets: ScanSecrets | null },
  ): Promise<boolean> {
    const sealed = end.secrets === null ? {} : { sealed: await tx.seal(scans, id, end.secrets) };
    const changed = await tx.em.nativeUpdate(
      scans.entity,
      { id, status: 'running' },
      { status: end.status, problem: end.problem, finishedAt: end.at, ...sealed },
    );
    return changed > 0;
  }

  async open(tx: Tx, row: ScanRow): Promise<ScanSecrets | null> {
    if (row.sealed === null || row.sealed === undefined) return null;
    return (await tx.open(scans, row.id, row.sealed)) as ScanSecrets;
  }

  async remove(tx: Tx, id: string): Promise<boolean> {
    const removed = await tx.em.nativeDelete(scans.entity, { id });
    if (removed > 0) tx.noteAccess(scans, id, 'delete');
    return removed > 0;
  }

  beat(tx: Tx, ids: readonly string[], at: Date): Promise<number> {
    return tx.em.nativeUpdate(scans.entity, { id: { $in: [...ids] }, status: 'running' }, { beatAt: at });
  }

  async runningAmong(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.em.find(scans.entity, { id: { $in: [...ids] }, status: 'running' }, { fields: ['id'] });
    return new Set(rows.map((row) => row.id));
  }

  silentSince(tx: Tx, before: Date): Promise<ScanRow[]> {
    return tx.em.find(scans.entity, { status: 'running', beatAt: { $lt: before } }, { limit: 100 });
  }
}
