import type pg from 'pg';
import { inTransaction } from '../outbox/in-transaction.ts';
import type { Relation, RelationChange } from '../ports/authorizer.ts';
import { authorizationDown, type Facts } from './cached-authorizer.ts';
import { evaluate } from './evaluate.ts';
import { FactChanges } from './fact-changes.ts';
import type { Model } from './model.ts';
import { Tuples } from './tuples.ts';

/** One row per fact, in the words of the model: ids and relations, nothing of a person. Idempotent. */
export const AUTHORIZATION_DDL = `
CREATE SCHEMA IF NOT EXISTS authz;
CREATE TABLE IF NOT EXISTS authz.tuple (
  object text NOT NULL,
  relation text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (object, relation, subject)
);`;

const COLUMNS = 'object, relation, subject';
const GIVEN = 'json_to_recordset($1::json) AS given (object text, relation text, subject text)';
/** In one order everywhere: two writers of the same facts wait for each other instead of blocking one another. */
const INSERT = `INSERT INTO authz.tuple (${COLUMNS}) SELECT ${COLUMNS} FROM ${GIVEN} ORDER BY ${COLUMNS} ON CONFLICT DO NOTHING`;
const DELETE = `DELETE FROM authz.tuple AS kept USING ${GIVEN}
  WHERE kept.object = given.object AND kept.relation = given.relation AND kept.subject = given.subject`;

/** What is to be read again before the next answer. */
type Outdated = 'all' | ReadonlySet<string>;
const NOTHING: ReadonlySet<string> = new Set();

/**
 * Facts in a table, and in memory, where the questions are answered. What changes is read again before the next answer;
 * a change is told by the transaction that made it. While changes can't be heard, every answer reads all facts anew.
 */
export class TupleTable implements Facts {
  readonly #tuples = new Tuples();
  #outdated: Outdated = 'all';
  #reading: Promise<void> | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly model: Model,
    private readonly changes: FactChanges,
  ) {
    changes.subscribe((objects) => this.#outdate(objects.length === 0 ? 'all' : objects));
  }

  async check(question: Relation): Promise<boolean> {
    if (!this.changes.areHeard) this.#outdate('all');
    while (this.#reading || this.#outdated === 'all' || this.#outdated.size > 0) {
      await (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
    }
    return evaluate(this.model, this.#tuples, question);
  }

  async write({ add, remove }: RelationChange): Promise<void> {
    const objects = [...new Set([...add, ...remove].map((fact) => fact.object))];
    try {
      await inTransaction(this.pool, async (client) => {
        if (remove.length > 0) await client.query(DELETE, [JSON.stringify(remove)]);
        if (add.length > 0) await client.query(INSERT, [JSON.stringify(add)]);
        await FactChanges.tell(client, objects);
      });
    } catch {
      throw authorizationDown();
    } finally {
      this.#outdate(objects);
    }
  }

  #outdate(objects: 'all' | Iterable<string>): void {
    if (objects === 'all' || this.#outdated === 'all') this.#outdated = 'all';
    else this.#outdated = new Set([...this.#outdated, ...objects]);
  }

  /** What is outdated while this reads is read by the next turn. */
  async #read(): Promise<void> {
    const outdated = this.#outdated;
    this.#outdated = NOTHING;
    try {
      if (outdated === 'all') this.#tuples.replaceAll(await this.#select(''));
      else this.#tuples.replace(outdated, await this.#select('WHERE object = ANY($1)', [[...outdated]]));
    } catch {
      this.#outdate(outdated);
      throw authorizationDown();
    }
  }

  async #select(condition: string, values: unknown[] = []): Promise<Relation[]> {
    return (await this.pool.query<Relation>(`SELECT ${COLUMNS} FROM authz.tuple ${condition}`, values)).rows;
  }
}
