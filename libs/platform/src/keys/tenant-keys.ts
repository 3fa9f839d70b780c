import type pg from 'pg';
import type { StoredKey, TenantKeyStore } from './keys.ts';

/** Wrapped keys; without the root key they open nothing. Idempotent. */
export const TENANT_KEY_DDL = `
CREATE SCHEMA IF NOT EXISTS keys;
CREATE TABLE IF NOT EXISTS keys.tenant_key (
  tenant_id text PRIMARY KEY,
  wrapped bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  shredded_at timestamptz,
  CHECK ((wrapped IS NULL) = (shredded_at IS NOT NULL))
);`;

export class PgTenantKeyStore implements TenantKeyStore {
  constructor(private readonly pool: pg.Pool) {}

  async load(tenant: string): Promise<StoredKey> {
    const { rows } = await this.pool.query<{ wrapped: Buffer | null }>(
      'SELECT wrapped FROM keys.tenant_key WHERE tenant_id = $1',
      [tenant],
    );
    const row = rows[0];
    if (!row) return { state: 'none' };
    return row.wrapped === null ? { state: 'shredded' } : { state: 'live', wrapped: row.wrapped };
  }

  async insertIfAbsent(tenant: string, wrapped: Buffer): Promise<StoredKey> {
    await this.pool.query('INSERT INTO keys.tenant_key (tenant_id, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      tenant,
      wrapped,
    ]);
    return this.load(tenant);
  }

  async shred(tenant: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO keys.tenant_key (tenant_id, wrapped, shredded_at) VALUES ($1, NULL, now())
       ON CONFLICT (tenant_id) DO UPDATE SET wrapped = NULL, shredded_at = coalesce(keys.tenant_key.shredded_at, now())`,
      [tenant],
    );
  }
}
