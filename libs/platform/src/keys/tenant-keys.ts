import type pg from 'pg';
import type { StoredKey, TenantKeyStore, WrappedKey } from './keys.ts';

/**
 * One row per tenant, for good: a shredded key leaves its row as a mark. Without the root key the wrapped keys open
 * nothing. The row versions that a shredding leaves behind are vacuumed at the next opportunity (a minute by default),
 * not when the table has grown. Idempotent.
 */
export const TENANT_KEY_DDL = `
CREATE SCHEMA IF NOT EXISTS keys;
CREATE TABLE IF NOT EXISTS keys.tenant_key (
  tenant_id text PRIMARY KEY,
  version integer NOT NULL CHECK (version > 0),
  wrapped bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  shredded_at timestamptz,
  CHECK ((wrapped IS NULL) = (shredded_at IS NOT NULL))
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);`;

interface Row {
  readonly version: number;
  readonly wrapped: Buffer | null;
}

/** Tenant keys in PostgreSQL. Errors: those of `pg`. */
export class PgTenantKeyStore implements TenantKeyStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async load(tenant: string): Promise<StoredKey> {
    const { rows } = await this.#pool.query<Row>('SELECT version, wrapped FROM keys.tenant_key WHERE tenant_id = $1', [
      tenant,
    ]);
    const row = rows[0];
    if (row === undefined) return 'none';
    return row.wrapped === null ? 'shredded' : { version: row.version, wrapped: row.wrapped };
  }

  async insertIfAbsent(tenant: string, { version, wrapped }: WrappedKey): Promise<StoredKey> {
    await this.#pool.query(
      'INSERT INTO keys.tenant_key (tenant_id, version, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [tenant, version, wrapped],
    );
    return this.load(tenant);
  }

  async remove(tenant: string): Promise<void> {
    await this.#pool.query(
      `INSERT INTO keys.tenant_key (tenant_id, version, wrapped, shredded_at) VALUES ($1, 1, NULL, now())
       ON CONFLICT (tenant_id) DO UPDATE SET wrapped = NULL, shredded_at = coalesce(tenant_key.shredded_at, now())`,
      [tenant],
    );
  }
}

/** Only contexts that seal something may come near the wrapped keys; none may forget that a key was shredded. */
export async function grantTenantKeys(owner: pg.ClientBase, role: string): Promise<void> {
  await owner.query(`GRANT USAGE ON SCHEMA keys TO ${role}`);
  await owner.query(`GRANT SELECT, INSERT, UPDATE ON keys.tenant_key TO ${role}`);
}
