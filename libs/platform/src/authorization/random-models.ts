import type { Userset } from '@openfga/sdk';
import fc from 'fast-check';
import type { Relation } from '../ports/authorizer.ts';
import { admits, typeOf, type Model, type ModelJson } from './model.ts';

/**
 * For tests: models with every kind of rule, and facts for them that lead in circles as often as not. Only what facts say
 * is excluded: where an exclusion depends on itself, the server's own answer depends on which part it looks at first, and
 * our model has none.
 */

const RELATIONS = ['r0', 'r1', 'r2', 'r3'] as const;
const TYPES = ['user', 'group', 'doc'] as const;
const LINKED = ['group', 'doc'] as const;
const IDS = [0, 1, 2] as const;

const relation = (name: string): Userset => ({ computedUserset: { object: '', relation: name } });
const linked = (name: string): Userset => ({
  tupleToUserset: { tupleset: { object: '', relation: 'link' }, computedUserset: { object: '', relation: name } },
});

/** What the n-th relation may follow from beside facts: those before it, or any of a linked object. */
const partOf = (at: number): fc.Arbitrary<Userset> =>
  fc.oneof(
    fc.constantFrom(...RELATIONS).map(linked),
    ...(at > 0 ? [fc.constantFrom(...RELATIONS.slice(0, at)).map(relation)] : []),
  );

const ruleOf = (at: number): fc.Arbitrary<Userset> => {
  const fact: Userset = { this: {} };
  const part = partOf(at);
  return fc.oneof(
    fc.constant(fact),
    fc.array(part, { minLength: 1, maxLength: 2 }).map((of): Userset => ({ union: { child: [fact, ...of] } })),
    part.map((of): Userset => ({ intersection: { child: [fact, of] } })),
    part.map(
      (of): Userset => ({
        difference: { base: { union: { child: [fact, of] } }, subtract: relation('barred') },
      }),
    ),
    fc.tuple(part, part).map(
      ([one, other]): Userset => ({
        union: { child: [{ intersection: { child: [one, other] } }, fact] },
      }),
    ),
  );
};

const ADMITTED = [
  { type: 'user', wildcard: {} },
  ...LINKED.flatMap((type) => RELATIONS.map((name) => ({ type, relation: name }))),
];

const typeWith = (type: string) =>
  fc
    .tuple(
      fc.tuple(...RELATIONS.map((_, at) => ruleOf(at))),
      fc.tuple(
        ...RELATIONS.map(() =>
          fc.subarray(ADMITTED, { minLength: 1, maxLength: 4 }).map((some) => [{ type: 'user' }, ...some]),
        ),
      ),
    )
    .map(([rules, admitted]) => ({
      type,
      relations: {
        link: { this: {} },
        barred: { this: {} },
        ...Object.fromEntries(RELATIONS.map((name, at) => [name, rules[at] ?? {}])),
      },
      metadata: {
        relations: {
          link: { directly_related_user_types: LINKED.map((name) => ({ type: name })) },
          barred: { directly_related_user_types: [{ type: 'user' }, { type: 'user', wildcard: {} }] },
          ...Object.fromEntries(
            RELATIONS.map((name, at) => [name, { directly_related_user_types: admitted[at] ?? [] }]),
          ),
        },
      },
    }));

export const anyModel: fc.Arbitrary<ModelJson> = fc
  .tuple(...LINKED.map(typeWith))
  .map((types) => ({
    schema_version: '1.1',
    type_definitions: [{ type: 'user', relations: {} }, ...types],
  }))
  .map((model) => model as ModelJson);

const everyObject = (types: readonly string[]): string[] => types.flatMap((type) => IDS.map((id) => `${type}:${id}`));

/** Every fact that could be told by the model about these few objects. */
export function everyFact(model: Model): Relation[] {
  const objects = everyObject([...model.types.keys()]);
  const sets = objects.flatMap((object) =>
    [...(model.types.get(typeOf(object))?.keys() ?? [])].map((name) => `${object}#${name}`),
  );
  const subjects = [...objects, ...sets, ...[...model.types.keys()].map((type) => `${type}:*`)];
  return everyQuestion(model, subjects).filter(
    (fact) => admits(model, fact) && fact.subject !== `${fact.object}#${fact.relation}`,
  );
}

/** Every relation of these few objects, asked for each of the subjects. */
export const everyQuestion = (model: Model, subjects: readonly string[]): Relation[] =>
  everyObject([...model.types.keys()]).flatMap((object) =>
    [...(model.types.get(typeOf(object))?.keys() ?? [])].flatMap((name) =>
      subjects.map((subject) => ({ subject, relation: name, object })),
    ),
  );

export const PEOPLE: readonly string[] = IDS.map((id) => `${TYPES[0]}:${id}`);
