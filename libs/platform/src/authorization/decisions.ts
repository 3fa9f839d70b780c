import type { Relation } from '../ports/authorizer.ts';
import { typeOf, type Model } from './model.ts';

/** Ours: about 6 MB. The gateway knows 10,000 keys, most of which use one or two scopes. */
const DECISIONS_MAX = 20_000;

interface Decision {
  readonly allowed: boolean;
  readonly untilMs: number;
}

/** What was decided a moment ago, by object, subject and relation: looked up without making a string. Bounded. */
export class Decisions {
  readonly #objects = new Map<string, Map<string, Map<string, Decision>>>();
  #count = 0;

  constructor(
    private readonly model: Model,
    private readonly max = DECISIONS_MAX,
  ) {}

  get size(): number {
    return this.#count;
  }

  find({ subject, relation, object }: Relation, nowMs: number): boolean | undefined {
    const decision = this.#objects.get(object)?.get(subject)?.get(relation);
    return decision !== undefined && nowMs < decision.untilMs ? decision.allowed : undefined;
  }

  keep({ subject, relation, object }: Relation, decision: Decision): void {
    const subjects = this.#objects.get(object) ?? new Map<string, Map<string, Decision>>();
    const relations = subjects.get(subject) ?? new Map<string, Decision>();
    if (!relations.has(relation)) this.#count += 1;
    this.#objects.set(object, subjects.set(subject, relations.set(relation, decision)));
    // The objects that were asked about first go first. One that is still asked about is asked once more.
    for (const oldest of this.#objects.keys()) {
      if (this.#count <= this.max) return;
      this.#drop(oldest);
    }
  }

  /** Forgets what may follow from facts about these objects; from any, where none is named. */
  forget(objects: readonly string[]): void {
    if (objects.length === 0) return this.#dropAll();
    const following = new Set<string>();
    for (const object of objects) {
      this.#drop(object);
      for (const type of this.model.dependents.get(typeOf(object)) ?? []) following.add(type);
    }
    if (following.size === 0) return;
    for (const object of this.#objects.keys()) if (following.has(typeOf(object))) this.#drop(object);
  }

  #drop(object: string): void {
    for (const relations of this.#objects.get(object)?.values() ?? []) this.#count -= relations.size;
    this.#objects.delete(object);
  }

  #dropAll(): void {
    this.#objects.clear();
    this.#count = 0;
  }
}
