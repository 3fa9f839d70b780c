import { z } from 'zod';
import { JOB_STATUSES } from '@smartscan/kernel';

/** What every answer about a job begins with, whatever the job is. */
export const jobSummary = {
  id: z.string(),
  status: z.enum(JOB_STATUSES),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
  /** Whether the result is stored. If not, this answer (or the first fetch) is the only one that holds it. */
  retained: z.boolean(),
  expires_at: z.iso.datetime().nullable(),
  /** The problem type's code where the job failed. */
  problem: z.string().nullable(),
};
const summary = z.object(jobSummary);
export type JobSummary = z.output<typeof summary>;

/** An hour: whoever can wait longer asks again. Ours. */
export const DEADLINE_MAX_SECONDS = 3_600;

/** Whom a job is about, in the customer's own ids. */
export const whoseInput = {
  patient_id: z.string().trim().min(1).max(128).optional(),
  visit_id: z.string().trim().min(1).max(128).optional(),
};

/** What its turn depends on. */
export const turnInput = {
  deadline_seconds: z.coerce
    .number()
    .min(1)
    .max(DEADLINE_MAX_SECONDS)
    .optional()
    .describe('Seconds from the last byte of the body within which the answer is wanted; 60 if not told, 900 in batch'),
  lane: z
    .enum(['interactive', 'batch'])
    .optional()
    .describe('batch gives way to those who wait for an answer; it counts only with `Prefer: respond-async`'),
  declared_bytes: z.coerce.number().int().min(0).optional().describe('Length of the body'),
};

// In headers, since an id of a person may not stand in a URL (P08) and the body is the file itself.
export const whoseHeaders = { patient_id: 'smartscan-patient-id', visit_id: 'smartscan-visit-id' } as const;
export const turnHeaders = {
  deadline_seconds: 'smartscan-deadline-seconds',
  lane: 'smartscan-lane',
  declared_bytes: 'content-length',
} as const;
