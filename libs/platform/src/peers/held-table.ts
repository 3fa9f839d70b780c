import { p } from '@mikro-orm/core';
import type { Owner } from '@smartscan/contracts/owners';
import { defineTable, type RowOf } from '../ports/table.ts';

/**
 * Which process of a service has what, where it has it in memory only and no other row tells: ids, an address and times.
 * Of what it is, or became, there is nothing in it. Its migration:
 *
 *     CREATE TABLE held (
 *       id text PRIMARY KEY,
 *       workspace_id text NOT NULL,
 *       address text NOT NULL,
 *       held_at timestamptz NOT NULL,
 *       beat_at timestamptz NOT NULL
 *     );
 */
export const heldTable = (owner: Owner) =>
  defineTable({
    owner,
    name: 'held',
    category: 'operations',
    purpose: 'provide_service',
    tenant: 'workspaceId',
    subject: { none: 'where something is, and not of whom' },
    clock: { from: 'heldAt', ttlOf: 'operations' },
    // A process beats for what it has, and removes what a silent one had, whatever tenant it is of.
    acrossTenants: ['provide_service'],
    columns: {
      id: p.text().primary(),
      workspaceId: p.text(),
      address: p.text(),
      heldAt: p.datetime(),
      beatAt: p.datetime(),
    },
  });
export type HeldTable = ReturnType<typeof heldTable>;
export type HeldRow = RowOf<HeldTable>;
