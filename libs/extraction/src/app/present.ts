import type { z } from 'zod';
import type { document } from '@smartscan/contracts/extraction';
import { summaryOf, type JobSight } from '@smartscan/platform/ports';
import { NO_SECRETS, type DocumentSecrets } from './documents.ts';

export type DocumentAnswer = z.output<typeof document>;

export const answerOf = (sight: JobSight<DocumentSecrets>): DocumentAnswer => {
  const { readings, pages, timings_ms: timings, models, ...secrets } = sight.secrets ?? NO_SECRETS;
  return {
    ...summaryOf(sight),
    subject_id: sight.subjectRef,
    ...secrets,
    readings: readings === null ? null : [...readings],
    pages: pages === null ? null : [...pages],
    timings_ms: timings,
    models,
  };
};
