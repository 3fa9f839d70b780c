import { LockMode, p } from '@mikro-orm/core';
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
type Row = RowOf<typeof apiKeyTable>;
export type ApiKey = Omit<Row, 'endsAt' | 'expiresAt' | 'revokedAt'> & {
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
};

export async function addApiKey(tx: Tx, key: ApiKey): Promise<void> {
  await tx.em.insert(apiKeyTable.entity, key);
}
