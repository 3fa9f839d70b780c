import type { z } from 'zod';
import type { document } from '@smartscan/contracts/extraction';
import type { measuredField, readField, reading } from '@smartscan/contracts/extraction/readings';

/** Documents as they are answered, made by hand: what stands in one is what a test says. */
export type ReadField = z.output<typeof readField>;
export type MeasuredField = z.output<typeof measuredField>;
export type Reading = z.output<typeof reading>;
export type DocumentAnswer = z.output<typeof document>;

export const DOCUMENT_ID = 'doc_01JDCW8R5X7Y9Z0A1B2C3D4E5F';
export const REVIEWER_ID = 'key_01JDCW8R5X7Y9Z0A1B2C3D4E5F';
const SENT_AT = '2026-11-23T20:00:00.000Z';
const READ_AT = '2026-11-23T20:00:04.000Z';
const EXPIRES_AT = '2026-12-23T20:00:00.000Z';
export const REVIEWED_AT = '2026-11-24T08:00:00.000Z';

/** A text that was read, as printed. */
export const said = (value: string, more: Partial<ReadField> = {}): ReadField => ({
  value,
  printed: value,
  confidence: 0.9,
  status: 'ok',
  reasons: [],
  page: 1,
  polygon: [
    [10, 20],
    [110.5, 20],
    [110.5, 60],
    [10, 60],
  ],
  alternatives: [],
  ...more,
});

/** A value that was read, with its unit and code. */
export const shown = (
  value: number,
  [ucum, loinc]: readonly [string | null, string | null],
  more: Partial<MeasuredField> = {},
): MeasuredField => ({
  ...said(String(value)),
  unit: null,
  ucum,
  loinc,
  comparator: null,
  comparable: null,
  ...more,
  value: more.value === undefined ? value : more.value,
});

/** What makes a field one that two readers saw differently. */
export const REFUSED = { value: null, status: 'refused' as const, reasons: ['readers_disagree'], loinc: null };

/** What makes a field one that a person has looked at. */
export const review = (value: string | number | null) => ({
  review: { value, reviewed_at: REVIEWED_AT, reviewed_by: REVIEWER_ID },
});

const NOT_JUDGED = { edge_width_px: null, glare: null, text_height_px: null };

export const readingOf = (type: Reading['type'], more: Partial<Reading> = {}): Reading => ({
  type,
  type_confidence: 0.97,
  screen: null,
  quality: { ...NOT_JUDGED, problems: [], advice: [] },
  fields: {},
  ...more,
});

export const deviceReading = (type: Reading['type'], fields: Reading['fields']): Reading =>
  readingOf(type, { fields, screen: { kind: 'current', printed: null } });

/** A document with those readings; null: it is still being read. */
export const documentOf = (readings: Reading[] | null, more: Partial<DocumentAnswer> = {}): DocumentAnswer => ({
  id: DOCUMENT_ID,
  status: readings === null ? 'running' : 'completed',
  created_at: SENT_AT,
  finished_at: readings === null ? null : READ_AT,
  retained: true,
  expires_at: EXPIRES_AT,
  problem: null,
  subject_id: null,
  patient_id: null,
  visit_id: null,
  readings,
  pages: readings === null ? null : [{ width: 1200, height: 1600, source: 'picture' }],
  images_retained: false,
  timings_ms: null,
  models: null,
  ...more,
});
