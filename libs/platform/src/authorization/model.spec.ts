import { SCOPES, type Scope } from '@smartscan/contracts/operation';
import { relationOf } from '../ports/authorizer.ts';
import { admits, canonicalText, compileModel, parseModel, readModel, refuseUnknown, type Model } from './model.ts';

const facts = (text: string) => text.split(' ');

describe('the authorization model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await readModel();
  });
  const relationsFor = (subject: string): string[] =>
    [...model.types].flatMap(([type, relations]) =>
      [...relations].filter(([, rule]) => rule.admits.has(subject)).map(([name]) => `${type}#${name}`),
    );

  it('has one relation for each scope that an API key can have, and gives keys no other', () => {
    const scopes = (Object.keys(SCOPES) as Scope[]).map((scope) => `workspace#${relationOf(scope)}`);
    expect(relationsFor('api_key').sort()).toEqual(scopes.sort());
  });

  it('P14: has no word for training', () => {
    expect(canonicalText(model.json)).not.toMatch(/train/i);
  });

  it('P17: lets staff be told nothing but that a ticket is theirs', () => {
    expect(relationsFor('staff')).toEqual(['support_ticket#assignee']);
  });

  it('admits no sets, nobody by being anybody, and excludes nothing: what is not told or derived is not allowed', () => {
    const admitted = [...model.types.values()].flatMap((relations) =>
      [...relations.values()].flatMap((rule) => [...rule.admits]),
    );
    expect(admitted.filter((subject) => /[#*]/.test(subject))).toEqual([]);
    expect(JSON.stringify(model.json)).not.toMatch(/"difference"|"condition"/);
  });

  it('tells about which objects something may follow from a fact', () => {
    const dependents = Object.fromEntries([...model.dependents].map(([type, of]) => [type, [...of]]));
    expect(dependents).toEqual({ user: [], api_key: [], staff: [], support_ticket: ['workspace'], workspace: [] });
  });

  it('is the same model in whichever order it was stored', () => {
    const { json } = model;
    const stored = {
      ...json,
      type_definitions: json.type_definitions.map((type) => ({
        ...type,
        relations: Object.fromEntries(Object.entries(type.relations ?? {}).reverse()),
      })),
    };
    expect(canonicalText(stored)).toBe(canonicalText(json));
    const other = parseModel('model\n  schema 1.1\ntype user\n');
    expect(canonicalText(other.json)).not.toBe(canonicalText(json));
  });
});

describe('a model', () => {
  const model = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type folder
  relations
    define owner: [group#member]
type doc
  relations
    define parent: [folder]
    define reader: owner from parent
`);

  it.each([
    ['user:1 member group:1', true],
    ['user:* member group:1', true],
    ['group:2#member member group:1', true],
    ['group:2 member group:1', false],
    ['user:1 owner folder:1', false],
    ['group:* owner folder:1', false],
    ['user:1 reader doc:1', false],
  ])('admits %s: %s', (text, expected) => {
    const [subject = '', relation = '', object = ''] = facts(text);
    expect(admits(model, { subject, relation, object })).toBe(expected);
  });

  it.each([
    'user:1 owner group:1',
    'robot:1 member group:1',
    'user:1 member robot:1',
    'user member group:1',
    'user:1 member group',
    'user:1 member group:*',
    'user:1#member member group:1',
    'user:1:2 member group:1',
    'user:1@x member group:1',
    'user: member group:1',
  ])('has no word for %s', (text) => {
    const [subject = '', relation = '', object = ''] = facts(text);
    expect(() => refuseUnknown(model, { subject, relation, object })).toThrow(
      expect.objectContaining({ code: 'platform.authorization_unknown' }) as Error,
    );
  });

  it('lets something follow by way of sets and links, however many', () => {
    expect([...(model.dependents.get('group') ?? [])].sort()).toEqual(['doc', 'folder', 'group']);
    expect([...(model.dependents.get('folder') ?? [])]).toEqual(['doc']);
    expect(model.dependents.get('doc')?.size).toBe(0);
  });

  it('with a rule of an unknown kind is refused', () => {
    const odd = { schema_version: '1.1', type_definitions: [{ type: 'doc', relations: { reader: {} } }] };
    expect(() => compileModel(odd as never)).toThrow(
      expect.objectContaining({ code: 'platform.authorization_model' }) as Error,
    );
  });
});
