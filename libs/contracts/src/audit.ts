import { z } from 'zod';
import { defineCustody } from './custody.ts';
import { defineOperation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

export const custody = defineCustody('audit');

export const auditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  event: z.string().describe('The event that was recorded, such as identity.api_key_revoked.v1'),
  class: z.enum(['admin', 'phi', 'security']),
  actor: z.object({ kind: z.string(), id: z.string() }),
  purpose: z.string(),
  request_id: z.string(),
  /** Ids, counts and enums of the event. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export const listEntries = defineOperation({
  owner: 'audit',
  name: 'list_entries',
  method: 'GET',
  path: '/v1/audit-events',
  title: 'Read the audit log, newest first',
  input: z.object({ ...pageInput, class: z.enum(['admin', 'phi', 'security']).optional() }),
  output: pageOf(auditEntry),
  scope: 'audit:read',
  purpose: 'secure_service',
  public: true,
});
