import type { Relation } from '../ports/authorizer.ts';
import { evaluate } from './evaluate.ts';
import { parseModel } from './model.ts';
import { Tuples } from './tuples.ts';

const model = parseModel(`model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type doc
  relations
    define parent: [doc]
    define blocked: [user]
    define owner: [user, group#member]
    define reader: [user] or owner or reader from parent
    define approver: owner and reader
    define commenter: reader but not blocked
`);

const factOf = (text: string): Relation => {
  const [subject = '', relation = '', object = ''] = text.split(' ');
  return { subject, relation, object };
};
const holds = (facts: string, question: string): boolean =>
  evaluate(model, new Tuples(facts.split(', ').filter(Boolean).map(factOf)), factOf(question));

describe('what follows from the facts', () => {
  it.each([
    ['nothing from nothing', '', 'user:a reader doc:1', false],
    ['a fact from itself', 'user:a reader doc:1', 'user:a reader doc:1', true],
    ['nothing for another person', 'user:a reader doc:1', 'user:b reader doc:1', false],
    ['nothing for another object', 'user:a reader doc:1', 'user:a reader doc:2', false],
    ['a relation from another', 'user:a owner doc:1', 'user:a reader doc:1', true],
    ['not the other way round', 'user:a reader doc:1', 'user:a owner doc:1', false],
    ['by way of a set', 'user:a member group:g, group:g#member owner doc:1', 'user:a reader doc:1', true],
    ['for the set itself', 'group:g#member owner doc:1', 'group:g#member reader doc:1', true],
    ['that a set contains itself', '', 'group:g#member member group:g', true],
    ['by way of links', 'user:a owner doc:0, doc:0 parent doc:1, doc:1 parent doc:2', 'user:a reader doc:2', true],
    ['for everybody', 'user:* member group:g', 'user:a member group:g', true],
    ['for no set by being for everybody', 'user:* member group:g', 'group:h#member member group:g', false],
    ['both of two', 'user:a owner doc:1', 'user:a approver doc:1', true],
    ['one of two is not enough', 'user:a reader doc:1', 'user:a approver doc:1', false],
    ['one but not the other', 'user:a reader doc:1', 'user:a commenter doc:1', true],
    ['nothing for who is excluded', 'user:a reader doc:1, user:a blocked doc:1', 'user:a commenter doc:1', false],
    ['nothing from a circle', 'doc:1 parent doc:2, doc:2 parent doc:1', 'user:a reader doc:1', false],
    [
      'something from a circle with a way in',
      'doc:1 parent doc:2, doc:2 parent doc:1, user:a owner doc:2',
      'user:a reader doc:1',
      true,
    ],
    ['nothing from facts that the model does not admit', 'doc:1#reader member group:g', 'user:a member group:g', false],
  ])('%s', (_, facts, question, expected) => {
    expect(holds(facts, question)).toBe(expected);
  });

  const chain = (length: number): string =>
    Array.from({ length }, (_, at) => `group:${at}#member member group:${at + 1}`).join(', ');

  it('over 25 steps at most; beyond, nobody can say', () => {
    expect(holds(`user:a member group:0, ${chain(25)}`, 'user:a member group:25')).toBe(true);
    expect(() => holds(`user:a member group:0, ${chain(26)}`, 'user:a member group:26')).toThrow(
      expect.objectContaining({ code: 'platform.authorization_too_deep' }) as Error,
    );
  });

  it('also where one way is too long and another is not', () => {
    const facts = `${chain(30)}, user:a member group:h, group:h#member member group:30`;
    expect(holds(facts, 'user:a member group:30')).toBe(true);
  });

  it('in the time that it takes to see each relation once, however many ways lead to it', () => {
    // 2^12 ways through a ladder of documents that are each other's parents twice.
    const rungs = Array.from({ length: 12 }, (_, at) =>
      ['a', 'b'].flatMap((from) => ['a', 'b'].map((to) => `doc:${from}${at} parent doc:${to}${at + 1}`)),
    ).flat();
    const from = performance.now();
    expect(holds(rungs.join(', '), 'user:x reader doc:a12')).toBe(false);
    expect(performance.now() - from).toBeLessThan(500);
  });

  it('not at all where the model knows no such relation', () => {
    expect(() => holds('', 'user:a writer doc:1')).toThrow(
      expect.objectContaining({ code: 'platform.authorization_unknown' }) as Error,
    );
  });
});
