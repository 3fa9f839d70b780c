import { p } from '@mikro-orm/core';
import type { workspace } from '@smartscan/contracts/identity';
import { Fault, type Region } from '@smartscan/kernel';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { z } from 'zod';

export const workspaceTable = defineTable({
  owner: 'identity',
  name: 'workspace',
  columns: {
    id: p.text().primary(),
    name: p.text(),
    region: p.text().$type<Region>(),
    plan: p.text().$type<'free' | 'paid' | 'enterprise'>(),
    createdAt: p.datetime(),
  },
  category: 'workspace',
  purpose: 'administer_account',
  tenant: 'id',
  subject: { none: 'It is about an organisation.' },
  clock: { none: 'Its time begins when the account ends, and ending one is not offered yet.' },
  // A key is looked up before it is known whose it is.
  acrossTenants: ['secure_service'],
});
export type Workspace = RowOf<typeof workspaceTable>;

export async function addWorkspace(tx: Tx, workspace: Workspace): Promise<void> {
  await tx.em.insert(workspaceTable.entity, workspace);
}

export async function workspaceOf(tx: Tx, id: string): Promise<Workspace> {
  const workspace = await tx.em.findOne(workspaceTable.entity, { id });
  if (!workspace) throw new Fault('not_found', 'identity.workspace_not_found', 'There is no such workspace.');
  return workspace;
}

/** A workspace as the API shows it. */
export const workspaceView = (row: Workspace): z.output<typeof workspace> => ({
  id: row.id,
  name: row.name,
  region: row.region,
  plan: row.plan,
  created_at: row.createdAt.toISOString(),
});
