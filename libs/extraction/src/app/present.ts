import type { z } from 'zod';
import type { document, documentListItem } from '@smartscan/contracts/extraction';
import type { JobSight } from '@smartscan/platform/ports';
import { NO_SECRETS, type DocumentSecrets } from './documents.ts';

export type DocumentAnswer = z.output<typeof document>;
export type DocumentItem = z.output<typeof documentListItem>;

const instant = (ms: number): string => new Date(ms).toISOString();

export const itemOf = ({ id, life, retainedSeconds }: JobSight<unknown>): DocumentItem => ({
  id,
  status: life.status,
  created_at: instant(life.startedAtMs),
  finished_at: life.finishedAtMs === null ? null : instant(life.finishedAtMs),
  retained: retainedSeconds > 0,
  expires_at: retainedSeconds > 0 ? instant(life.startedAtMs + retainedSeconds * 1_000) : null,
  problem: life.problem,
});

export const answerOf = (sight: JobSight<DocumentSecrets>): DocumentAnswer => {
  const { readings, pages, timings_ms: timings, models, ...secrets } = sight.secrets ?? NO_SECRETS;
  return {
    ...itemOf(sight),
    subject_id: sight.subjectRef,
    ...secrets,
    readings: readings === null ? null : [...readings],
    pages: pages === null ? null : [...pages],
    timings_ms: timings,
    models,
  };
};
