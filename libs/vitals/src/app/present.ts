import type { z } from 'zod';
import type { scan, scanListItem } from '@smartscan/contracts/vitals';
import type { ScanSecrets, ScanState } from './active-scan.ts';
import type { ScanRow } from './scans.ts';

export type ScanAnswer = z.output<typeof scan>;
export type ScanItem = z.output<typeof scanListItem>;

export const NO_SECRETS: ScanSecrets = {
  patient_id: null,
  visit_id: null,
  markers: null,
  quality: null,
  timings_ms: null,
  models: null,
};

const instant = (ms: number): string => new Date(ms).toISOString();

export const itemOfState = (state: ScanState): ScanItem => ({
  id: state.id,
  status: state.life.status,
  created_at: instant(state.life.startedAtMs),
  finished_at: state.life.finishedAtMs === null ? null : instant(state.life.finishedAtMs),
  retained: state.retainedSeconds > 0,
  expires_at: state.retainedSeconds > 0 ? instant(state.life.startedAtMs + state.retainedSeconds * 1_000) : null,
  problem: state.life.problem,
});

export const itemOfRow = (row: ScanRow, ttlSeconds: number): ScanItem => ({
  id: row.id,
  status: row.status,
  created_at: row.createdAt.toISOString(),
  finished_at: row.finishedAt?.toISOString() ?? null,
  retained: true,
  expires_at: instant(row.createdAt.getTime() + ttlSeconds * 1_000),
  problem: row.problem ?? null,
});

/** `subjectId`: our own name for the person, which leads to the calibrations. */
export const withSecrets = (item: ScanItem, secrets: ScanSecrets | null, subjectId: string | null): ScanAnswer => ({
  ...item,
  subject_id: subjectId,
  ...(secrets ?? NO_SECRETS),
});
