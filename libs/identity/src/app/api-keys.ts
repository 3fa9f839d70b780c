import { p } from '@mikro-orm/core';
import type { apiKey } from '@smartscan/contracts/identity';
import type { Scope } from '@smartscan/contracts/operation';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { z } from 'zod';

export const apiKeyTable = defineTable({
  owner: 'identity',
  name: 'api_key',
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    name: p.text(),
    hint: p.text(),
    /** SHA-256 of the key, hexadecimal. The key itself is kept nowhere. */
    digest: p.text(),
    scopes: p.array<Scope>(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
    /** Expiry or revocation, whichever comes first: the database's own reckoning. */
    endsAt: p.datetime().nullable().generated('least(expires_at, revoked_at) stored'),
  },
  category: 'credential',
  purpose: 'secure_service',
  tenant: 'workspaceId',
  subject: { none: 'It belongs to a workspace.' },
  clock: { from: 'endsAt', ttlOf: 'credential' },
  // A key is looked up before it is known whose it is.
  acrossTenants: ['secure_service'],
});
export type ApiKey = RowOf<typeof apiKeyTable>;
export type NewApiKey = Omit<ApiKey, 'endsAt'>;

export async function addApiKey(tx: Tx, key: NewApiKey): Promise<void> {
  await tx.em.insert<ApiKey>(apiKeyTable.entity, key);
}

export const apiKeyByDigest = (tx: Tx, digest: string): Promise<ApiKey | null> =>
  tx.em.findOne(apiKeyTable.entity, { digest });

export const apiKeyOf = (tx: Tx, workspaceId: string, id: string): Promise<ApiKey | null> =>
  tx.em.findOne(apiKeyTable.entity, { workspaceId, id });

/** As it is now, and nobody changes it until the transaction ends. */
export async function lockedApiKey(tx: Tx, workspaceId: string, id: string): Promise<ApiKey | undefined> {
  const locked = await tx.em.execute<unknown[]>('SELECT FROM api_key WHERE workspace_id = ? AND id = ? FOR UPDATE', [
    workspaceId,
    id,
  ]);
  return locked.length === 0 ? undefined : ((await apiKeyOf(tx, workspaceId, id)) ?? undefined);
}

/** Newest first, one more than the limit where there is more. `cursor`: the id to go on after. */
export const apiKeysBefore = (
  tx: Tx,
  workspaceId: string,
  cursor: string | undefined,
  limit: number,
): Promise<ApiKey[]> =>
  tx.em.find(
    apiKeyTable.entity,
    { workspaceId, ...(cursor ? { id: { $lt: cursor } } : {}) },
    { orderBy: { id: 'desc' }, limit: limit + 1 },
  );

/** Whether it was this call that revoked the key: not where it was revoked before, or isn't the workspace's. */
export async function markRevoked(tx: Tx, workspaceId: string, id: string, revokedAt: Date): Promise<boolean> {
  return (await tx.em.nativeUpdate(apiKeyTable.entity, { workspaceId, id, revokedAt: null }, { revokedAt })) > 0;
}

/** A key as the API shows it. */
export const apiKeyView = (row: NewApiKey): z.output<typeof apiKey> => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  scopes: row.scopes,
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt?.toISOString() ?? null,
  revoked_at: row.revokedAt?.toISOString() ?? null,
});
