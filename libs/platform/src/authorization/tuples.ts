import type { Relation } from '../ports/authorizer.ts';

const NONE: ReadonlySet<string> = new Set();

/** Facts by object and relation, in memory. */
export class Tuples {
  readonly #objects = new Map<string, Map<string, Set<string>>>();

  constructor(facts: Iterable<Relation> = []) {
    this.replaceAll(facts);
  }

  subjects(object: string, relation: string): ReadonlySet<string> {
    return this.#objects.get(object)?.get(relation) ?? NONE;
  }

  /** From now on these are all the facts there are. */
  replaceAll(facts: Iterable<Relation>): void {
    this.#objects.clear();
    for (const fact of facts) this.#add(fact);
  }

  /** From now on these are all the facts about these objects. */
  replace(objects: Iterable<string>, facts: Iterable<Relation>): void {
    for (const object of objects) this.#objects.delete(object);
    for (const fact of facts) this.#add(fact);
  }

  #add({ subject, relation, object }: Relation): void {
    const relations = this.#objects.get(object) ?? new Map<string, Set<string>>();
    const subjects = relations.get(relation) ?? new Set();
    this.#objects.set(object, relations.set(relation, subjects.add(subject)));
  }
}
