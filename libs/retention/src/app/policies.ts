import { p } from '@mikro-orm/core';
import type { DataCategory } from '@smartscan/kernel';
import { defineTable, type Tx } from '@smartscan/platform/ports';
import type { Policy } from '../domain/ttl.ts';

/** The times that workspaces have set themselves. Defaults are not stored: they follow from the schedule. */
export const policyTable = defineTable({
  owner: 'retention',
  name: 'policy',
  columns: {
    workspaceId: p.text().primary(),
    category: p.text().$type<DataCategory>().primary(),
    ttlSeconds: p.integer(),
    setAt: p.datetime(),
  },
  category: 'workspace',
  purpose: 'enforce_retention',
  tenant: 'workspaceId',
  subject: { none: 'It is about an organisation.' },
  clock: { none: 'It holds for as long as the workspace exists.' },
  acrossTenants: ['enforce_retention'],
});

export const EMPTY_POLICY: Policy = new Map();

export async function policyOf(tx: Tx, workspaceId: string): Promise<Policy> {
  return (await policiesBetween(tx, workspaceId, workspaceId)).get(workspaceId) ?? EMPTY_POLICY;
}

/** The policies of the workspaces from one id to another, both included, by workspace. */
export async function policiesBetween(tx: Tx, first: string, last: string): Promise<ReadonlyMap<string, Policy>> {
  const rows = await tx.em.find(policyTable.entity, { workspaceId: { $gte: first, $lte: last } });
  const byWorkspace = new Map<string, Map<DataCategory, number>>();
  for (const { workspaceId, category, ttlSeconds } of rows) {
    const policy = byWorkspace.get(workspaceId) ?? new Map<DataCategory, number>();
    byWorkspace.set(workspaceId, policy.set(category, ttlSeconds));
  }
  return byWorkspace;
}

export interface TtlSetting {
  readonly workspaceId: string;
  readonly category: DataCategory;
  readonly ttlSeconds: number;
  readonly setAt: Date;
}

/** The last setting holds. */
export async function saveTtl(tx: Tx, setting: TtlSetting): Promise<void> {
  await tx.em
    .createQueryBuilder(policyTable.entity)
    .insert(setting)
    .onConflict(['workspaceId', 'category'])
    .merge(['ttlSeconds', 'setAt'])
    .execute();
}
