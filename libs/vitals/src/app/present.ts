import type { z } from 'zod';
import type { scan } from '@smartscan/contracts/vitals';
import { summaryOf, type JobSight } from '@smartscan/platform/ports';
import { NO_SECRETS, type ScanSecrets } from './scans.ts';

export type ScanAnswer = z.output<typeof scan>;

/** `subject_id` is our own name for the person, which leads to the calibrations. */
export const answerOf = (sight: JobSight<ScanSecrets>): ScanAnswer => ({
  ...summaryOf(sight),
  subject_id: sight.subjectRef,
  ...(sight.secrets ?? NO_SECRETS),
});
