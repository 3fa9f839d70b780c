import { p } from '@mikro-orm/core';
import type { AuditClass } from '@smartscan/contracts/event';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { Facts } from '../domain/facts.ts';

/** Who did what, when and why. Entries are added and, when their time is over, swept; none is ever changed. */
export const entryTable = defineTable({
  owner: 'audit',
  name: 'entry',
  columns: {
    workspaceId: p.text().primary(),
    /** The event's own id: the same event can't be recorded twice. */
    id: p.text().primary(),
    at: p.datetime(),
    event: p.text(),
    class: p.text().$type<AuditClass>(),
    actorKind: p.text(),
    actorId: p.text(),
    purpose: p.text(),
    requestId: p.text(),
    facts: p.json<Facts>(),
  },
  category: 'audit_log',
  purpose: 'secure_service',
  tenant: 'workspaceId',
  subject: { none: 'It names keys and records, not the people behind them.' },
  clock: { from: 'at', ttlOf: 'audit_log' },
});
export type Entry = RowOf<typeof entryTable>;

/** An entry that is there already stays as it is. */
export async function addEntry(tx: Tx, entry: Entry): Promise<void> {
  await tx.em.createQueryBuilder(entryTable.entity).insert(entry).onConflict(['workspaceId', 'id']).ignore().execute();
}

export interface EntryPage {
  readonly workspaceId: string;
  readonly class: AuditClass | undefined;
  /** The id to go on after; ids sort by time. */
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** Newest first, one more than the limit where there is more. */
export const entriesBefore = (tx: Tx, { workspaceId, class: wanted, cursor, limit }: EntryPage): Promise<Entry[]> =>
  tx.em.find(
    entryTable.entity,
    { workspaceId, ...(wanted ? { class: wanted } : {}), ...(cursor ? { id: { $lt: cursor } } : {}) },
    { orderBy: { id: 'desc' }, limit: limit + 1 },
  );
