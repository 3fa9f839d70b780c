import type { z } from 'zod';
import { Fault, isPastRetention, type Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import type {
  addCalibration,
  calibration,
  deleteCalibration,
  getCalibration,
  listCalibrations,
} from '@smartscan/contracts/vitals/calibrations';
import type { Call, Ids, Tx, UnitOfWork } from '@smartscan/platform/ports';
import { checkCalibration, USABLE_MS } from '../domain/calibration.ts';
import { scanNotFound } from '../domain/scan-problems.ts';
import {
  addRow,
  openRow,
  removeRow,
  rowOf,
  rowsOf,
  type CalibrationRow,
  type CalibrationSecrets,
} from './calibrations.ts';
import { scanRows, type ScanJobs } from './scans.ts';

export type CalibrationAnswer = z.output<typeof calibration>;

const notFound = (): Fault =>
  new Fault('not_found', 'vitals.calibration_not_found', 'There is no such calibration of this person.', {
    remedy: 'It may never have existed, be past its retention, or deleted.',
  });

const nothingRetained = (): Fault =>
  new Fault('conflict', 'vitals.nothing_retained', 'The workspace keeps no vitals, so no reading can be kept either.', {
    remedy: 'Set how long vitals are kept to more than 0 seconds, scan again, then calibrate.',
  });

/** Reference readings of a person: given, read and taken back. */
export class Calibrate {
  constructor(
    private readonly work: UnitOfWork,
    private readonly jobs: ScanJobs,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async add(input: InputOf<typeof addCalibration>, call: Call): Promise<CalibrationAnswer> {
    const ttlSeconds = await this.jobs.ttlSeconds(call);
    if (ttlSeconds === 0) throw nothingRetained();
    const { subject_id: subjectRef, scan_id: scanId, taken_at, reading } = input;
    return this.work.run(call, async (tx) => {
      const scannedAtMs = await this.scanTime(tx, { scanId, subjectRef, ttlSeconds });
      checkCalibration({ takenAtMs: Date.parse(taken_at), reading }, scannedAtMs);
      const id = this.ids.next('calibration');
      const row = { id, workspaceId: call.tenant, subjectRef, scanId, createdAt: new Date(this.clock.nowMs()) };
      const secrets = { taken_at, reading };
      await addRow(tx, row, secrets);
      return answerOf(row, secrets, ttlSeconds);
    });
  }

  /** When the person was scanned. Somebody else's scan is as unknown as none. */
  private async scanTime(
    tx: Tx,
    { scanId, subjectRef, ttlSeconds }: { scanId: string; subjectRef: string; ttlSeconds: number },
  ): Promise<number> {
    const scan = await scanRows.row(tx, scanId);
    if (!scan || scan.subjectRef !== subjectRef || this.isPast(scan.createdAt, ttlSeconds)) throw scanNotFound();
    if (scan.status === 'completed') return scan.createdAt.getTime();
    throw new Fault('conflict', 'vitals.scan_not_completed', 'The scan has no vitals to calibrate.', {
      remedy: 'Wait until it is completed, or scan again.',
      members: { status: scan.status },
    });
  }

  async one({ subject_id, id }: InputOf<typeof getCalibration>, call: Call): Promise<CalibrationAnswer> {
    const ttlSeconds = await this.jobs.ttlSeconds(call);
    return this.work.run(call, async (tx) => {
      const row = await rowOf(tx, subject_id, id);
      if (!row || this.isPast(row.createdAt, ttlSeconds)) throw notFound();
      return answerOf(row, await openRow(tx, row), ttlSeconds);
    });
  }

  async page(
    { subject_id, limit, cursor }: InputOf<typeof listCalibrations>,
    call: Call,
  ): Promise<{ items: CalibrationAnswer[]; next_cursor: string | null }> {
    const ttlSeconds = await this.jobs.ttlSeconds(call);
    return this.work.run(call, async (tx) => {
      const rows = await rowsOf(tx, subject_id, limit, cursor);
      const kept = rows.filter((row) => !this.isPast(row.createdAt, ttlSeconds));
      const page = cutPage(kept, limit);
      const items: CalibrationAnswer[] = [];
      for (const row of page.items) items.push(answerOf(row, await openRow(tx, row), ttlSeconds));
      return { items, next_cursor: page.next_cursor };
    });
  }

  delete({ subject_id, id }: InputOf<typeof deleteCalibration>, call: Call): Promise<{ id: string; deleted: true }> {
    return this.work.run(call, async (tx) => {
      if (!(await removeRow(tx, subject_id, id))) throw notFound();
      return { id, deleted: true };
    });
  }

  private isPast(createdAt: Date, ttlSeconds: number): boolean {
    return isPastRetention(createdAt.getTime(), ttlSeconds, this.clock.nowMs());
  }
}

const answerOf = (
  row: Omit<CalibrationRow, 'sealed' | 'kind'>,
  { taken_at, reading }: CalibrationSecrets,
  ttlSeconds: number,
): CalibrationAnswer => ({
  id: row.id,
  subject_id: row.subjectRef,
  scan_id: row.scanId,
  taken_at,
  reading,
  created_at: row.createdAt.toISOString(),
  expires_at: new Date(row.createdAt.getTime() + ttlSeconds * 1_000).toISOString(),
  usable_until: new Date(Date.parse(taken_at) + USABLE_MS).toISOString(),
});
