import type { z } from 'zod';
import type { scan, scanListItem } from '@smartscan/contracts/vitals';
import type { JobSight } from '@smartscan/platform/ports';
import { NO_SECRETS, type ScanSecrets } from './scans.ts';

export type ScanAnswer = z.output<typeof scan>;
export type ScanItem = z.output<typeof scanListItem>;

const instant = (ms: number): string => new Date(ms).toISOString();

export const itemOf = ({ id, life, retainedSeconds }: JobSight<unknown>): ScanItem => ({
  id,
  status: life.status,
  created_at: instant(life.startedAtMs),
  finished_at: life.finishedAtMs === null ? null : instant(life.finishedAtMs),
  retained: retainedSeconds > 0,
  expires_at: retainedSeconds > 0 ? instant(life.startedAtMs + retainedSeconds * 1_000) : null,
  problem: life.problem,
});

/** `subject_id` is our own name for the person, which leads to the calibrations. */
export const answerOf = (sight: JobSight<ScanSecrets>): ScanAnswer => ({
  ...itemOf(sight),
  subject_id: sight.subjectRef,
  ...(sight.secrets ?? NO_SECRETS),
});
