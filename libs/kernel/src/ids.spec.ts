import fc from 'fast-check';
import { ID_CHANCE_BYTES, ID_KINDS, idPattern, makeId, type IdKind } from './ids.ts';

const kind = fc.constantFrom(...(Object.keys(ID_KINDS) as IdKind[]));
const chance = fc.uint8Array({ minLength: ID_CHANCE_BYTES, maxLength: ID_CHANCE_BYTES });
const time = fc.integer({ min: 0, max: 2 ** 45 });

describe('ids', () => {
  it('fit the pattern of their kind and of no other', () => {
    fc.assert(
      fc.property(kind, kind, time, chance, (one, other, nowMs, bytes) => {
        expect(idPattern(other).test(makeId(one, nowMs, bytes))).toBe(one === other);
      }),
    );
  });

  it('sort as text in the order in which they were made', () => {
    fc.assert(
      fc.property(kind, time, fc.integer({ min: 1, max: 1_000_000 }), chance, (one, nowMs, later, bytes) => {
        expect(makeId(one, nowMs, bytes) < makeId(one, nowMs + later, bytes)).toBe(true);
      }),
    );
  });
});
