import type { z } from 'zod';
import {
  scanAccepted,
  scanCancelled,
  scanDeleted,
  scanFailed,
  type markers,
  type scanQuality,
} from '@smartscan/contracts/vitals';
import {
  heldTable,
  JobRows,
  jobTable,
  type JobKey,
  type JobKind,
  type Jobs,
  type JobState,
  type KnownJobs,
} from '@smartscan/platform/ports';
import { problem, scanNotFound } from '../domain/scan-problems.ts';

export type Markers = z.output<typeof markers>;
export type ScanQuality = z.output<typeof scanQuality>;

/** The scans that are kept. */
export const scanTable = jobTable({ owner: 'vitals', name: 'scan', category: 'vitals' });
export const scanRows = new JobRows(scanTable);

/** Recordings, and scans that are not kept and are asked for later. */
export const held = heldTable('vitals');

/** What of a scan is protected health information. It exists in memory and, where kept, in the sealed column. */
export interface ScanSecrets {
  readonly patient_id: string | null;
  readonly visit_id: string | null;
  readonly markers: Markers | null;
  readonly quality: ScanQuality | null;
  readonly timings_ms: Readonly<Record<string, number>> | null;
  readonly models: Readonly<Record<string, string>> | null;
}

export const NO_SECRETS: ScanSecrets = {
  patient_id: null,
  visit_id: null,
  markers: null,
  quality: null,
  timings_ms: null,
  models: null,
};

export type ScanState = JobState<ScanSecrets>;
export type ScanJobs = Jobs<ScanSecrets>;
export type KnownScans = KnownJobs<ScanSecrets>;

const told = ({ tenant, id }: JobKey) => ({ workspace_id: tenant, scan_id: id });

/** The life of a scan. */
export const SCANS: JobKind = {
  id: 'scan',
  table: scanTable,
  kept: 'vitals',
  faults: {
    cancelled: () => problem('cancelled'),
    interrupted: () => problem('interrupted'),
    notFound: scanNotFound,
  },
  tell: {
    accepted: (tx, key) => tx.emit(scanAccepted, told(key)),
    failed: (tx, key, code) => tx.emit(scanFailed, { ...told(key), problem: code }),
    cancelled: (tx, key) => tx.emit(scanCancelled, told(key)),
    deleted: (tx, key) => tx.emit(scanDeleted, told(key)),
  },
};
