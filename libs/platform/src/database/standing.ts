import type pg from 'pg';
import { Fault } from '@smartscan/kernel';
import type { Context } from '../ports/context.ts';
import { migrationFiles } from './provision.ts';

/** Codes of OpenSSL's and Node's, and SQLSTATEs: names, never texts. */
const REASON = /^[A-Z0-9_]{5,64}$/;

/** What a start says of a database that it can't use at all. */
const unreachable = (error: unknown): Fault => {
  const { code } = (error ?? {}) as { code?: unknown };
  return new Fault('unavailable', 'platform.database_unreachable', 'The database can not be used.', {
    remedy: 'See that it runs, that its certificate names the host, and that the role has this password.',
    members: { reason: typeof code === 'string' && REASON.test(code) ? code : 'unknown' },
  });
};

/**
 * Refuses to work with a login that row-level security does not bind, or on a schema that is not the one that this
 * version was written for. A newer schema is let through: services of two versions run side by side while a release
 * rolls out. Faults: `platform.role_elevated`, `platform.schema_behind`, `platform.database_unreachable`.
 */
export async function refuseUnfitLogin(pool: pg.Pool, context: Context): Promise<void> {
  const { rows } = await pool
    .query<{ elevated: boolean; schema: string | null }>(
      `SELECT rolsuper OR rolbypassrls OR rolcreaterole AS elevated, to_regclass($1)::text AS schema
       FROM pg_roles WHERE rolname = current_user`,
      [`${context.name}.migration`],
    )
    .catch((error: unknown) => {
      throw unreachable(error);
    });
  if (rows[0]?.elevated !== false) {
    throw new Fault('internal', 'platform.role_elevated', 'The database role could bypass row-level security.', {
      remedy: `Log in as the role that the migration makes for ${context.name}.`,
    });
  }
  const applied =
    rows[0].schema === null
      ? []
      : (await pool.query<{ name: string; digest: string }>(`SELECT name, digest FROM ${context.name}.migration`)).rows;
  const digests = new Map(applied.map(({ name, digest }) => [name, digest]));
  const missing = (await migrationFiles(context)).filter(({ name, digest }) => digests.get(name) !== digest);
  if (missing.length === 0) return;
  throw new Fault('unavailable', 'platform.schema_behind', `The schema of ${context.name} is not up to date.`, {
    remedy: 'Run the migrate app of this version first; the service then starts.',
    members: { missing: missing.map(({ name }) => name) },
  });
}
