import { p } from '@mikro-orm/core';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';
import type { KnownRequest } from '../domain/idempotency.ts';

/**
 * Requests that carried an Idempotency-Key. Neither the key, which a customer may have made from a person's id, nor
 * anything of a request is stored: digests only. An answer is stored only of operations that have no PHI (P39).
 */
export const idempotencyTable = defineTable({
  owner: 'gateway',
  name: 'idempotency_record',
  columns: {
    /** SHA-256 over workspace, operation and key, hexadecimal. */
    id: p.text().primary(),
    workspaceId: p.text(),
    operation: p.text(),
    state: p.text().$type<'running' | 'finished'>(),
    /** Counts the requests that ran under the key, so that one which was given up on can't finish for its successor. */
    attempt: p.integer(),
    /** SHA-256 over key, operation, input and body; unknown until a streamed body has been read. */
    fingerprint: p.text().nullable(),
    status: p.integer().nullable(),
    /** The id of what the operation made. */
    resourceId: p.text().nullable(),
    /** JSON text; of operations without PHI only. */
    answer: p.text().nullable(),
    location: p.text().nullable(),
    startedAt: p.datetime(),
    createdAt: p.datetime(),
  },
  category: 'idempotency',
  purpose: 'provide_service',
  tenant: 'workspaceId',
  subject: { none: 'It names a request of a workspace, not a person.' },
  clock: { from: 'createdAt', ttlOf: 'idempotency' },
});
export type IdempotencyRecord = RowOf<typeof idempotencyTable>;

/** Whether the record was added: not where there is one with its id. */
export async function add(tx: Tx, record: IdempotencyRecord): Promise<boolean> {
  const { entity } = idempotencyTable;
  const added = await tx.em.createQueryBuilder(entity).insert(record).onConflict('id').ignore().execute();
  return added.affectedRows > 0;
}

export const recordOf = (tx: Tx, id: string): Promise<IdempotencyRecord | null> =>
  tx.em.findOne(idempotencyTable.entity, { id });

/** Changes a record as long as it is still at this attempt; whether it was. */
export async function change<K extends keyof IdempotencyRecord>(
  tx: Tx,
  { id, attempt }: Pick<IdempotencyRecord, 'id' | 'attempt'>,
  values: Pick<IdempotencyRecord, K>,
): Promise<boolean> {
  return (await tx.em.nativeUpdate(idempotencyTable.entity, { id, attempt }, values)) > 0;
}

export async function remove(tx: Tx, { id, attempt }: Pick<IdempotencyRecord, 'id' | 'attempt'>): Promise<void> {
  await tx.em.nativeDelete(idempotencyTable.entity, { id, attempt });
}

export const knownRequest = (record: IdempotencyRecord): KnownRequest => ({
  state: record.state,
  fingerprint: record.fingerprint ?? undefined,
  startedMs: record.startedAt.getTime(),
});
