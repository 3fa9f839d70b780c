import { p } from '@mikro-orm/core';
import { defineTable, type RowOf } from '@smartscan/platform/ports';

export const scans = defineTable({
  owner: 'vitals',
  name: 'scan',
  category: 'vitals',
  purpose: 'provide_service',
  tenant: 'tenantId',
  subject: 'subjectRef',
  clock: { from: 'createdAt', ttlOf: 'vitals' },
  // A scan whose process died is found and closed whatever tenant it is of.
  acrossTenants: ['provide_service'],
  columns: {
    id: p.text().primary(),
    tenantId: p.text(),
    status: p.text(),
    problem: p.text().nullable(),
    subjectRef: p.text().nullable(),
    sealed: p.blob().nullable(),
    createdAt: p.datetime(),
    finishedAt: p.datetime().nullable(),
    beatAt: p.datetime(),
  },
});
export type ScanRow = RowOf<typeof scans>;

export const deviceTelemetry = defineTable({
  owner: 'vitals',
  name: 'telemetry',
  category: 'sdk_telemetry',
  purpose: 'improve_reliability',
  tenant: 'tenantId',
  subject: { none: 'not linked to a person (P19)' },
  clock: { from: 'receivedAt', ttlOf: 'sdk_telemetry' },
  columns: {
    id: p.text().primary(),
    tenantId: p.text(),
    cameraModel: p.text().nullable(),
    osVersion: p.text().nullable(),
    orientation: p.text().nullable(),
    ambientLight: p.double().nullable(),
    faceQuality: p.double().nullable(),
    receivedAt: p.datetime(),
  },
});
