import { p } from '@mikro-orm/core';
import { Fault } from '@smartscan/kernel';
import { defineTable, type RowOf, type Tx } from '@smartscan/platform/ports';

/** Account data, closed: these fields and no others (P04). */
export const accountTable = defineTable({
  owner: 'identity',
  name: 'account',
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    fullName: p.text(),
    /** Canonical, and unique in the region by an index: nobody signs up twice, in whichever workspace. */
    email: p.text(),
    company: p.text(),
    /** Of residence, ISO 3166-1 alpha-2. */
    country: p.text(),
    /** argon2id in PHC form (P05). */
    passwordHash: p.text(),
    createdAt: p.datetime(),
  },
  category: 'account_profile',
  purpose: 'administer_account',
  tenant: 'workspaceId',
  subject: 'id',
  clock: { none: 'Its time begins when the account ends, and ending one is not offered yet.' },
});
export type Account = RowOf<typeof accountTable>;

/** Ids sort by time. */
export const firstAccountOf = (tx: Tx, workspaceId: string): Promise<Account | null> =>
  tx.em.findOne(accountTable.entity, { workspaceId }, { orderBy: { id: 'asc' } });

/** Throws `identity.email_taken`. */
export async function addAccount(tx: Tx, account: Account): Promise<void> {
  const { entity } = accountTable;
  const added = await tx.em.createQueryBuilder(entity).insert(account).onConflict('email').ignore().execute();
  if (added.affectedRows > 0) return;
  throw new Fault('conflict', 'identity.email_taken', 'There is an account with this email address already.');
}
