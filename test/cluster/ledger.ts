import { OWNERS } from '@smartscan/contracts/owners';
import type pg from 'pg';
import { eventually } from '@smartscan/testing';
import type { Acknowledged } from './load.ts';

interface Heard {
  readonly event: string;
  readonly facts: Readonly<Record<string, string | number>>;
  /** Begin of the transaction in which the audit took the event; of one key one after the other. */
  readonly at: string;
}

/** What became of a load, read from the tables: what is there, what the audit heard of it, and in which order. */
export interface Ledger {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly events: number;
}

/** Ours: an outbox and a consumer group that had their whole stack killed under them catch up within seconds. */
const CAUGHT_UP_WITHIN_MS = 120_000;

async function heardBy(admin: pg.Client, workspace: string): Promise<Heard[]> {
  const { rows } = await admin.query<Heard>(
    `SELECT e.event, e.facts, i.received_at::text AS at FROM audit.entry e JOIN audit.inbox i ON i.event_id = e.id
     WHERE e.workspace_id = $1 ORDER BY i.received_at`,
    [workspace],
  );
  return rows;
}

const valuesOf = (heard: readonly Heard[], event: string, fact: string): (string | number)[] =>
  heard.filter((one) => one.event === event).map(({ facts }) => facts[fact] ?? '');

/** Values that stand twice. */
const twice = (values: readonly (string | number)[]): string[] =>
  values.filter((value, at) => values.indexOf(value) !== at).map(String);

/** The ledger once every outbox is empty and nothing is missing any more; or, after two minutes, as it then stands. */
export async function settledLedger(admin: pg.Client, workspace: string, acknowledged: Acknowledged): Promise<Ledger> {
  const settled = eventually(async () => {
    const counts = await admin.query<{ pending: number }>(
      `SELECT (${OWNERS.map((schema) => `(SELECT count(*) FROM ${schema}.outbox)`).join(' + ')})::int AS pending`,
    );
    if (counts.rows[0]?.pending !== 0) return false;
    const ledger = await ledgerOf(admin, workspace, acknowledged);
    return ledger.lost.length === 0 && ledger;
  }, CAUGHT_UP_WITHIN_MS);
  return settled.catch(() => ledgerOf(admin, workspace, acknowledged));
}

async function ledgerOf(admin: pg.Client, workspace: string, acknowledged: Acknowledged): Promise<Ledger> {
  const heard = await heardBy(admin, workspace);
  const created = valuesOf(heard, 'identity.api_key_created.v1', 'key_id').map(String);
  const revoked = valuesOf(heard, 'identity.api_key_revoked.v1', 'key_id').map(String);
  const completed = valuesOf(heard, 'vitals.scan_completed.v1', 'scan_id').map(String);
  const ttls = valuesOf(heard, 'retention.policy_changed.v1', 'ttl_seconds').map(Number);
  const rows = await admin.query<{ id: string; name: string; revoked: boolean }>(
    'SELECT id, name, revoked_at IS NOT NULL AS revoked FROM identity.api_key WHERE workspace_id = $1',
    [workspace],
  );
  const scans = await admin.query<{ id: string }>(
    "SELECT id FROM vitals.scan WHERE workspace_id = $1 AND status = 'completed'",
    [workspace],
  );
  const missing = (what: readonly string[], from: readonly string[]): string[] => {
    const there = new Set(from);
    return what.filter((id) => !there.has(id));
  };
  const stored = rows.rows.map(({ id }) => id);
  return {
    lost: [
      // Acknowledged and not there.
      ...missing(acknowledged.created, stored),
      ...missing(
        acknowledged.revoked,
        rows.rows.filter((row) => row.revoked).map(({ id }) => id),
      ),
      ...missing(
        [...acknowledged.scans.keys()],
        scans.rows.map(({ id }) => id),
      ),
      ...missing(acknowledged.ttls.map(String), ttls.map(String)),
      // There, acknowledged or not, and nobody heard of it.
      ...missing(stored, created),
      ...missing(
        rows.rows.filter((row) => row.revoked).map(({ id }) => id),
        revoked,
      ),
      ...missing(
        scans.rows.map(({ id }) => id),
        completed,
      ),
    ],
    doubled: [
      ...twice(created),
      ...twice(revoked),
      ...twice(completed),
      // One request, one key: a repeated call would have made two of one name.
      ...twice(rows.rows.filter(({ name }) => name.startsWith('load-')).map(({ name }) => name)),
    ],
    outOfOrder: [
      // Told one after the other under one key: heard one after the other.
      ...unordered(
        created.filter((id) => acknowledged.created.includes(id)),
        acknowledged.created,
      ),
      ...ttls.filter((ttl, at) => at > 0 && ttl < (ttls[at - 1] ?? 0)).map(String),
      ...revoked.filter((id) => !created.includes(id)),
    ],
    events: heard.length,
  };
}

const unordered = (heard: readonly string[], told: readonly string[]): string[] => {
  const place = new Map(told.map((id, at) => [id, at]));
  return heard.filter((id, at) => at > 0 && (place.get(id) ?? 0) < (place.get(heard[at - 1] ?? '') ?? 0));
};
