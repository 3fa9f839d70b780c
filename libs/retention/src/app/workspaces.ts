import { p } from '@mikro-orm/core';
import type { Region } from '@smartscan/kernel';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import { STRICTEST, type Standing } from '../domain/schedule.ts';

/** What retention knows of each workspace: all it needs to tell which times hold for it. */
export const workspaceTable = defineTable({
  owner: 'retention',
  name: 'workspace',
  columns: {
    id: p.text().primary(),
    plan: p.text().$type<Standing['plan']>(),
    region: p.text().$type<Region>(),
  },
  category: 'workspace',
  purpose: 'enforce_retention',
  tenant: 'id',
  subject: { none: 'It is about an organisation.' },
  clock: { none: 'It is needed for as long as the workspace exists.' },
  acrossTenants: ['enforce_retention'],
});
export type Workspace = RowOf<typeof workspaceTable>;

export async function addWorkspace(tx: Tx, workspace: Workspace): Promise<void> {
  await tx.em.createQueryBuilder(workspaceTable.entity).insert(workspace).onConflict(['id']).ignore().execute();
}

/** The strictest standing where the workspace's creation hasn't been heard of yet. */
export async function standingOf(tx: Tx, workspaceId: string): Promise<Standing> {
  return standing(await tx.em.findOne(workspaceTable.entity, { id: workspaceId }));
}

// No agreement can be signed yet, so no workspace has one.
export const standing = (workspace: Workspace | null): Standing =>
  workspace ? { plan: workspace.plan, baa: false } : STRICTEST;

/** The workspaces after this id, in its order, at most so many: for work on all of them, a batch at a time. */
export const workspacesAfter = (tx: Tx, id: string, limit: number): Promise<Workspace[]> =>
  tx.em.find(workspaceTable.entity, { id: { $gt: id } }, { orderBy: { id: 'asc' }, limit });
