import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { ACCESS_PURPOSES, Fault } from '@smartscan/kernel';
import type { Context } from '../ports/context.ts';
import type { TableFacts } from '../ports/table.ts';

/** Statements that every context's schema begins with: which migrations ran, what leaves and what has arrived. */
export interface SchemaFoundation {
  readonly statements: readonly string[];
  readonly tables: readonly string[];
}

/**
 * Brings a context's schema to what its declarations say: migrations, grants on exactly its own tables,
 * row-level security derived from each table's tenant column. Idempotent. `owner` owns the schema; the context's login role exists already.
 */
export async function provision(owner: pg.ClientBase, context: Context, foundation: SchemaFoundation): Promise<void> {
  const schema = context.name;
  await owner.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await owner.query(`SET search_path TO ${schema}`);
  await owner.query(
    'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  for (const statement of foundation.statements) await owner.query(statement);
  await migrate(owner, context);
  await grant(owner, context, foundation);
  for (const table of context.tables) await secureRows(owner, table);
  await owner.query('RESET search_path');
}

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

/** In the order in which they run. */
export async function migrationFiles(context: Context): Promise<MigrationFile[]> {
  const directory = fileURLToPath(context.migrations);
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${directory}/${name}`, 'utf8');
      return { name, sql, digest: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Each file runs once, in its own transaction; one that was edited after it ran is refused. */
async function migrate(owner: pg.ClientBase, context: Context): Promise<void> {
  const { rows } = await owner.query<{ name: string; digest: string }>('SELECT name, digest FROM migration');
  const applied = new Map(rows.map((row) => [row.name, row.digest]));
  for (const { name, sql, digest } of await migrationFiles(context)) {
    const before = applied.get(name);
    if (before === digest) continue;
    if (before !== undefined) {
      throw new Fault(
        'internal',
        'platform.migration_edited',
        `${context.name}/${name} was edited after it ran. Write a new migration instead.`,
      );
    }
    await owner.query('BEGIN');
    try {
      await owner.query(sql);
      await owner.query('INSERT INTO migration (name, digest) VALUES ($1, $2)', [name, digest]);
      await owner.query('COMMIT');
    } catch (error) {
      await owner.query('ROLLBACK');
      throw error;
    }
  }
}

export const roleOf = (context: Context): string => `smartscan_${context.name}`;

/** PASSWORD takes no parameter; so the password is hexadecimal, made by the place. Leaves a role that exists alone. */
export async function ensureRole(superuser: pg.ClientBase, role: string, password: string): Promise<void> {
  if (!/^[0-9a-f]{32,}$/.test(password))
    throw new Fault('internal', 'platform.role_password', 'A role password must be hexadecimal.');
  const { rows } = await superuser.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rows.length > 0) return;
  await superuser.query(
    `CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '${password}'`,
  );
}

/** As `ensureRole`, and gives the role this password also where it exists: passwords rotate. */
export async function renewRole(owner: pg.ClientBase, role: string, password: string): Promise<void> {
  await ensureRole(owner, role, password);
  await owner.query(`ALTER ROLE ${role} PASSWORD '${password}'`);
}

async function grant(owner: pg.ClientBase, context: Context, foundation: SchemaFoundation): Promise<void> {
  const role = roleOf(context);
  await owner.query(
    `DO $$ BEGIN EXECUTE format('ALTER ROLE ${role} IN DATABASE %I SET search_path TO ${context.name}', current_database()); END $$`,
  );
  await owner.query(`GRANT USAGE ON SCHEMA ${context.name} TO ${role}`);
  await owner.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${context.name} FROM ${role}`);
  const names = [...foundation.tables, ...context.tables.map((table) => table.name)].map(
    (name) => `${context.name}.${name}`,
  );
  await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${names.join(', ')} TO ${role}`);
  await owner.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${context.name} TO ${role}`);
  // A service looks whether its schema is the one that it was written for.
  await owner.query(`GRANT SELECT ON ${context.name}.migration TO ${role}`);
}

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** The purposes for which a table's rows of all tenants may be met: those it names, and the sweep where it has a clock. */
export const purposesAcrossTenants = (table: TableFacts): readonly string[] =>
  'none' in table.clock ? table.acrossTenants : [...new Set([...table.acrossTenants, 'enforce_retention' as const])];

/**
 * A row is let through for its own tenant, and for PHI only with an access purpose (P16); for `*` only where the
 * purpose is one that the table allows. With nothing set, nothing is let through.
 */
export function rowPolicy(table: TableFacts): string {
  if (typeof table.tenantColumn !== 'string') return 'true';
  // In a subquery a setting is read once per statement, not once per row.
  const purpose = "(SELECT current_setting('app.purpose', true))";
  const tenant = "(SELECT current_setting('app.tenant', true))";
  const own = `${table.tenantColumn} = ${tenant}`;
  const ownWithPurpose = table.phi ? `${own} AND ${purpose} IN (${quoted(ACCESS_PURPOSES)})` : own;
  const across = purposesAcrossTenants(table);
  if (across.length === 0) return ownWithPurpose;
  return `(${ownWithPurpose}) OR (${tenant} = '*' AND ${purpose} IN (${quoted(across)}))`;
}

async function secureRows(owner: pg.ClientBase, table: TableFacts): Promise<void> {
  const name = `${table.owner}.${table.name}`;
  const policy = rowPolicy(table);
  await owner.query('BEGIN');
  await owner.query(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`);
  await owner.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
  await owner.query(`DROP POLICY IF EXISTS tenant_isolation ON ${name}`);
  await owner.query(`CREATE POLICY tenant_isolation ON ${name} USING (${policy}) WITH CHECK (${policy})`);
  await owner.query('COMMIT');
}
