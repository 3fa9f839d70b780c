import { readFile } from 'node:fs/promises';
import type { AuthorizationModel, RelationReference, Userset } from '@openfga/sdk';
import { transformer } from '@openfga/syntax-transformer';
import { Fault } from '@smartscan/kernel';
import type { Relation } from '../ports/authorizer.ts';

/**
 * The same way from `src/` and from `dist/`: there is one copy of the model, and that is the source. An image has to
 * carry it beside the build.
 */
const MODEL = new URL('../../src/authorization/model.fga', import.meta.url);

export type ModelJson = Omit<AuthorizationModel, 'id'>;

/** From what a relation follows. */
export type Rule =
  /** A fact says so, of whom the relation admits. */
  | { readonly by: 'fact' }
  /** Who stands in another relation to the same object. */
  | { readonly by: 'relation'; readonly relation: string }
  /** Who stands in a relation to an object that this one is linked to. */
  | { readonly by: 'link'; readonly through: string; readonly relation: string }
  | { readonly by: 'any' | 'all'; readonly of: readonly Rule[] }
  | { readonly by: 'except'; readonly from: Rule; readonly less: Rule };

export interface RelationRule {
  readonly rule: Rule;
  /** Whom facts may name: `user`, `user:*`, `workspace#owner`. */
  readonly admits: ReadonlySet<string>;
}

export interface Model {
  readonly json: ModelJson;
  readonly types: ReadonlyMap<string, ReadonlyMap<string, RelationRule>>;
  /** By type: the types about whose objects something may follow from a fact about an object of this type. */
  readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;
}

export const readModel = async (): Promise<Model> => parseModel(await readFile(MODEL, 'utf8'));

export const parseModel = (dsl: string): Model => compileModel(transformer.transformDSLToJSONObject(dsl));

/** The model as text, however it was written or stored: two models are the same where this is. */
export const canonicalText = (json: ModelJson): string =>
  transformer.transformJSONStringToDSL(
    JSON.stringify({
      ...json,
      type_definitions: json.type_definitions.map((type) => ({ ...type, relations: inOrder(type.relations ?? {}) })),
    }),
  );

/** A server keeps relations in no order. */
const inOrder = (relations: Readonly<Record<string, Userset>>): Readonly<Record<string, Userset>> =>
  Object.fromEntries(Object.entries(relations).sort(([one], [other]) => (one < other ? -1 : 1)));

export function compileModel(json: ModelJson): Model {
  const types = new Map(
    json.type_definitions.map(({ type, relations, metadata }) => [
      type,
      new Map(
        Object.entries(relations ?? {}).map(([name, userset]): [string, RelationRule] => {
          const admitted = metadata?.relations?.[name]?.directly_related_user_types ?? [];
          return [name, { rule: ruleOf(userset), admits: new Set(admitted.map(admittedAs)) }];
        }),
      ),
    ]),
  );
  return { json, types, dependents: dependentsOf(types) };
}

const admittedAs = ({ type, relation, wildcard }: RelationReference): string => {
  if (wildcard) return `${type}:*`;
  return relation ? `${type}#${relation}` : type;
};

function ruleOf({ this: fact, computedUserset, tupleToUserset, union, intersection, difference }: Userset): Rule {
  if (fact) return { by: 'fact' };
  if (computedUserset) return { by: 'relation', relation: computedUserset.relation ?? '' };
  if (tupleToUserset) {
    const { tupleset, computedUserset: target } = tupleToUserset;
    return { by: 'link', through: tupleset.relation ?? '', relation: target.relation ?? '' };
  }
  if (union) return { by: 'any', of: union.child.map(ruleOf) };
  if (intersection) return { by: 'all', of: intersection.child.map(ruleOf) };
  if (difference) return { by: 'except', from: ruleOf(difference.base), less: ruleOf(difference.subtract) };
  throw new Fault('internal', 'platform.authorization_model', 'The authorization model has a rule of an unknown kind.');
}

/** Every rule inside a rule, itself included. */
function* rulesIn(rule: Rule): Iterable<Rule> {
  yield rule;
  if (rule.by === 'any' || rule.by === 'all') for (const one of rule.of) yield* rulesIn(one);
  if (rule.by === 'except') {
    yield* rulesIn(rule.from);
    yield* rulesIn(rule.less);
  }
}

/** The types whose facts decide about relations like these. */
function* typesBehind(relations: ReadonlyMap<string, RelationRule>): Iterable<string> {
  for (const { rule, admits } of relations.values()) {
    for (const admitted of admits) if (admitted.includes('#')) yield typeOf(admitted);
    for (const part of rulesIn(rule)) {
      if (part.by === 'link') yield* [...(relations.get(part.through)?.admits ?? [])].map(typeOf);
    }
  }
}

function dependentsOf(types: Model['types']): Model['dependents'] {
  const dependents = new Map([...types.keys()].map((type) => [type, new Set<string>()]));
  for (const [type, relations] of types) {
    for (const behind of typesBehind(relations)) dependents.get(behind)?.add(type);
  }
  // What follows from what follows: a set grows while it is walked.
  for (const reached of dependents.values()) {
    for (const type of reached) for (const next of dependents.get(type) ?? []) reached.add(next);
  }
  return dependents;
}

/** Of `workspace:wsp_1`, `workspace:wsp_1#owner`, `workspace#owner`: `workspace`. */
export const typeOf = (name: string): string => {
  const end = name.search(/[:#]/);
  return end < 0 ? name : name.slice(0, end);
};

const OBJECT = /^[^\s:#@*]{1,100}:[^\s:#@*]{1,150}$/;
const SUBJECT = /^[^\s:#@*]{1,100}:(?:\*|[^\s:#@*]{1,150}(?:#[^\s:#@*]{1,50})?)$/;

/** Fault `platform.authorization_unknown`: the model has no such type or relation, or this is no name at all. */
export function refuseUnknown(model: Model, { subject, relation, object }: Relation): void {
  const [, set] = subject.split('#');
  const isKnown =
    OBJECT.test(object) &&
    SUBJECT.test(subject) &&
    model.types.get(typeOf(object))?.has(relation) === true &&
    model.types.has(typeOf(subject)) &&
    (set === undefined || model.types.get(typeOf(subject))?.has(set) === true);
  if (isKnown) return;
  throw new Fault('internal', 'platform.authorization_unknown', 'The authorization model knows no such relation.');
}

/** Whether a fact of this kind may be told: its subject is one that the relation admits. */
export function admits(model: Model, { subject, relation, object }: Relation): boolean {
  const [, set] = subject.split('#');
  const kind = typeOf(subject) + (set === undefined ? (subject.endsWith(':*') ? ':*' : '') : `#${set}`);
  return model.types.get(typeOf(object))?.get(relation)?.admits.has(kind) === true;
}

/** Fault `platform.authorization_unknown`, or `platform.authorization_not_admitted` where the model has no room for it. */
export function refuseInadmissible(model: Model, fact: Relation): void {
  refuseUnknown(model, fact);
  // That a set contains itself follows from nothing and says nothing.
  if (admits(model, fact) && fact.subject !== `${fact.object}#${fact.relation}`) return;
  throw new Fault('internal', 'platform.authorization_not_admitted', 'The authorization model admits no such fact.');
}
