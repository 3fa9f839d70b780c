import { z } from 'zod';
import { ACCESS_PURPOSES, DATA_CATEGORIES, type DataCategory } from '@smartscan/kernel';
import { defineEvent, field } from './event.ts';
import { defineOperation } from './operation.ts';
import type { Owner } from './owners.ts';

const CATEGORY_NAMES = Object.keys(DATA_CATEGORIES) as [DataCategory, ...DataCategory[]];
export const dataCategory = z.enum(CATEGORY_NAMES);

/** The events and operations, by name, that the platform tells and serves for each owner; all others are its own code. */
export const platformEmitted: readonly string[] = ['records_expired', 'phi_accessed'];
export const platformServed: readonly string[] = ['sweep'];

/**
 * What every keeper of data owes, whatever it keeps: it deletes what is past its time when told to, and says so. The
 * platform serves and emits these for each context from its table declarations; no context writes them itself.
 */
export function defineCustody(owner: Owner) {
  return {
    /** Deletes the rows of one category that are older than each tenant's limit. */
    sweep: defineOperation({
      owner,
      name: 'sweep',
      method: 'POST',
      path: `/internal/${owner}/sweep`,
      title: 'Delete what is past its time',
      input: z.object({
        category: dataCategory,
        limits: z.array(z.object({ workspace_id: field.id('workspace'), ttl_seconds: field.seconds() })).max(1_000),
      }),
      output: z.object({ deleted: field.count(), oldest_age_seconds: field.seconds().nullable() }),
      scope: 'none',
      purpose: 'enforce_retention',
    }),
    recordsExpired: defineEvent({
      owner,
      name: 'records_expired',
      version: 1,
      body: z.object({
        workspace_id: field.id('workspace'),
        table: field.name(),
        category: field.name(),
        count: field.count(),
      }),
      key: (body) => body.workspace_id,
      purpose: 'enforce_retention',
      audit: 'admin',
    }),
  };
}

/** Told by the platform whenever a PHI column is read, written or deleted, in the same transaction (P16). */
export const definePhiAccess = (owner: Owner) =>
  defineEvent({
    owner,
    name: 'phi_accessed',
    version: 1,
    body: z.object({
      workspace_id: field.id('workspace'),
      table: field.name(),
      record_id: field.anyId(),
      access: field.oneOf(['read', 'write', 'delete']),
      purpose: z.enum(ACCESS_PURPOSES),
    }),
    key: (body) => body.record_id,
    purpose: 'secure_service',
    audit: 'phi',
  });
