import { z } from 'zod';
import { idPattern } from '@smartscan/kernel';
import { defineOperation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';

/**
 * Our own name for a person, as scans show it: 256 bits in base64url, made from the customer's id under the workspace's
 * key, never that id (P08).
 */
export const subjectId = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const calibrationId = z.string().regex(idPattern('calibration'));

export const CUFF_DEVICES = ['upper_arm_cuff', 'wrist_cuff', 'manual_auscultation'] as const;
export const OXIMETER_DEVICES = ['finger_oximeter', 'ear_oximeter'] as const;

export const cuffReading = z.strictObject({
  kind: z.literal('cuff'),
  device: z.enum(CUFF_DEVICES),
  systolic_mmhg: z.number(),
  diastolic_mmhg: z.number(),
});
export const oximeterReading = z.strictObject({
  kind: z.literal('oximeter'),
  device: z.enum(OXIMETER_DEVICES),
  spo2_percent: z.number(),
});
export const reading = z.discriminatedUnion('kind', [cuffReading, oximeterReading]);

export const calibration = z.object({
  id: z.string(),
  subject_id: z.string(),
  scan_id: z.string(),
  taken_at: z.iso.datetime(),
  reading,
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().describe('When the workspace’s retention deletes it'),
  usable_until: z.iso.datetime().describe('From then on it is too old to estimate from'),
});

const shared = {
  owner: 'vitals',
  purpose: 'provide_service',
  phi: 'return_result',
  public: true,
} as const;

export const addCalibration = defineOperation({
  ...shared,
  name: 'add_calibration',
  method: 'POST',
  path: '/v1/subjects/{subject_id}/calibrations',
  title: 'Calibrate a person’s estimates by a reference reading',
  description:
    'A reading of a cuff or an oximeter, taken within 10 minutes of a kept scan of the same person. Later scans of the person then estimate blood pressure or oxygen saturation from it. `subject_id` is that of the scan; a customer’s own id may not stand in a URL.',
  input: z.object({
    subject_id: subjectId,
    scan_id: z.string().regex(idPattern('scan')),
    taken_at: z.iso.datetime(),
    reading,
  }),
  status: 201,
  output: calibration,
  errors: [
    'vitals.scan_not_found',
    'vitals.scan_not_completed',
    'vitals.nothing_retained',
    'vitals.reading_too_far',
    'vitals.implausible_reading',
  ],
  scope: 'scans:write',
});

export const getCalibration = defineOperation({
  ...shared,
  name: 'get_calibration',
  method: 'GET',
  path: '/v1/subjects/{subject_id}/calibrations/{id}',
  title: 'Read a calibration',
  input: z.object({ subject_id: subjectId, id: calibrationId }),
  output: calibration,
  errors: ['vitals.calibration_not_found'],
  scope: 'scans:read',
});

export const listCalibrations = defineOperation({
  ...shared,
  name: 'list_calibrations',
  method: 'GET',
  path: '/v1/subjects/{subject_id}/calibrations',
  title: 'List a person’s calibrations, newest first',
  input: z.object({ subject_id: subjectId, ...pageInput }),
  output: pageOf(calibration),
  scope: 'scans:read',
});

export const deleteCalibration = defineOperation({
  ...shared,
  name: 'delete_calibration',
  method: 'DELETE',
  path: '/v1/subjects/{subject_id}/calibrations/{id}',
  title: 'Delete a calibration',
  description: 'Estimates that were made from it stay with their scans.',
  input: z.object({ subject_id: subjectId, id: calibrationId }),
  output: z.object({ id: z.string(), deleted: z.literal(true) }),
  errors: ['vitals.calibration_not_found'],
  scope: 'scans:write',
});
