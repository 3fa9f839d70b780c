import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import type { EventContract } from '@smartscan/contracts/event';
import type { Scope } from './call.ts';
import type { TableFacts } from './table.ts';

export type PhiAccess = 'read' | 'write' | 'delete';

/** Everything done with one `Tx` is committed together: rows, the events that tell of them, and the audit's. */
export interface Tx {
  readonly scope: Scope;
  readonly em: EntityManager;
  /** Tells a fact of this context's own. It leaves with the commit or not at all. */
  emit<S extends z.ZodObject>(event: EventContract<S>, body: z.output<S>): void;
  /**
   * Encrypts a value for one row under a key of its own and notes the write for the audit: the only way into a PHI
   * column. `value` must survive JSON.
   */
  seal(table: TableFacts, rowId: string, value: unknown): Promise<Buffer>;
  /** Decrypts what `seal` made and notes the read for the audit: the only way out of a PHI column. */
  open(table: TableFacts, rowId: string, sealed: Uint8Array): Promise<unknown>;
  /** Notes an access to PHI that passed no column, such as a result handed over from memory, or a deletion. */
  noteAccess(table: TableFacts, rowId: string, access: PhiAccess): void;
  /** A stable stand-in for a person's id within this tenant, to find rows by; it can't be turned back. */
  pseudonym(value: string): Promise<string>;
}

export interface UnitOfWork {
  /**
   * Runs `work` in a transaction in which row-level security lets through the scope's tenant only, or all of them for
   * a purpose that the table allows. A throw rolls back everything. Not nestable; no service may be called within.
   */
  run<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T>;
}
