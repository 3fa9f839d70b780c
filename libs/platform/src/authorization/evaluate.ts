import { Fault } from '@smartscan/kernel';
import type { Relation } from '../ports/authorizer.ts';
import { admits, refuseUnknown, typeOf, type Model, type Rule } from './model.ts';
import type { Tuples } from './tuples.ts';

/** How many steps from one relation to the next lead to an answer. The OpenFGA server's own default. */
export const DEPTH_MAX = 25;

/** `cycle`: no, but only since the question is part of its own answer. `too_deep`: nobody can say. */
type Outcome = 'yes' | 'no' | 'cycle' | 'too_deep';

/**
 * Whether the relation follows from the facts by the model, as the OpenFGA server decides it: one `yes` is enough for a
 * union, whatever the others say; one `no` ends an intersection; what depends on itself is no; facts that the model does
 * not admit count for nothing. Pure. Faults: `platform.authorization_unknown`, `platform.authorization_too_deep`.
 */
export function evaluate(model: Model, tuples: Tuples, question: Relation): boolean {
  refuseUnknown(model, question);
  const outcome = new Evaluation(model, tuples, question.subject).relation(question.object, question.relation);
  if (outcome === 'too_deep')
    throw new Fault('internal', 'platform.authorization_too_deep', 'The answer follows from too many steps.');
  return outcome === 'yes';
}

class Evaluation {
  /** The relations that are being decided, the outermost first. */
  readonly #path = new Set<string>();
  /** What was decided on the way and does not depend on the way. */
  readonly #decided = new Map<string, 'yes' | 'no'>();

  constructor(
    private readonly model: Model,
    private readonly tuples: Tuples,
    private readonly subject: string,
  ) {}

  relation(object: string, relation: string): Outcome {
    const set = `${object}#${relation}`;
    if (set === this.subject) return 'yes';
    const decided = this.#decided.get(set);
    if (decided) return decided;
    if (this.#path.has(set)) return 'cycle';
    if (this.#path.size > DEPTH_MAX) return 'too_deep';
    const rule = this.model.types.get(typeOf(object))?.get(relation)?.rule;
    if (!rule) return 'no';
    this.#path.add(set);
    const outcome = this.rule(rule, object, relation);
    this.#path.delete(set);
    if (outcome === 'yes' || outcome === 'no') this.#decided.set(set, outcome);
    return outcome;
  }

  private rule(rule: Rule, object: string, relation: string): Outcome {
    switch (rule.by) {
      case 'fact':
        return any(this.subjects(object, relation), (named) => this.named(named));
      case 'relation':
        return this.relation(object, rule.relation);
      case 'link':
        return any(this.subjects(object, rule.through), (linked) => this.relation(linked, rule.relation));
      case 'any':
        return any(rule.of, (one) => this.rule(one, object, relation));
      case 'all':
        return all(rule.of, (one) => this.rule(one, object, relation));
      case 'except':
        return except(this.rule(rule.from, object, relation), () => this.rule(rule.less, object, relation));
    }
  }

  /** Of whom the facts say so, and the model lets them. */
  private subjects(object: string, relation: string): string[] {
    const named = [...this.tuples.subjects(object, relation)];
    return named.filter((subject) => admits(this.model, { subject, relation, object }));
  }

  /** Whether a subject that a fact names is, or contains, the one who is asked about. */
  private named(named: string): Outcome {
    if (named === this.subject) return 'yes';
    if (named.endsWith(':*')) return this.isOneOf(typeOf(named)) ? 'yes' : 'no';
    const [object = '', relation] = named.split('#');
    return relation === undefined ? 'no' : this.relation(object, relation);
  }

  private isOneOf(type: string): boolean {
    return typeOf(this.subject) === type && !this.subject.includes('#');
  }
}

function any<T>(of: Iterable<T>, decide: (one: T) => Outcome): Outcome {
  let outcome: Outcome = 'no';
  for (const one of of) {
    const next = decide(one);
    if (next === 'yes') return next;
    if (next === 'too_deep' || outcome === 'no') outcome = next;
  }
  return outcome;
}

function all<T>(of: Iterable<T>, decide: (one: T) => Outcome): Outcome {
  let outcome: Outcome = 'yes';
  for (const one of of) {
    const next = decide(one);
    if (next === 'no' || next === 'cycle') return next;
    if (next === 'too_deep') outcome = next;
  }
  return outcome;
}

function except(from: Outcome, less: () => Outcome): Outcome {
  if (from !== 'yes') return from;
  const taken = less();
  if (taken === 'yes') return 'no';
  return taken === 'no' ? 'yes' : taken;
}
