import fc from 'fast-check';
import { factsOf } from './facts.ts';

const flat = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const deep = fc.oneof(fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()), fc.constant(null));

describe('the facts of an entry', () => {
  it('are the event word for word', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), flat), (body) =>
        expect(Object.entries(factsOf(body))).toEqual(Object.entries(body)),
      ),
    );
  });

  it('hold nothing with a structure of its own, where something could hide', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), flat), deep, (body, hidden) => {
        expect(() => factsOf({ ...body, hidden })).toThrow('more than ids, counts and enums');
      }),
    );
  });
});
