import fc from 'fast-check';
import { ID_CHANCE_BYTES, ID_KINDS, idPattern, makeId, namedUuid, type IdKind } from './ids.ts';

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

  it('name their parts by UUIDs of version 8, always the same, that differ from part to part and from thing to thing', () => {
    const first = makeId('document', 1_764_000_000_000, new Uint8Array(ID_CHANCE_BYTES));
    const second = makeId('document', 1_764_000_000_000, new Uint8Array(ID_CHANCE_BYTES).fill(1));
    const parts = Array.from({ length: 5_000 }, (_, i) => `/readings/0/results/${i}`);
    const names = [first, second].flatMap((id) => parts.map((part) => namedUuid(id, part)));
    expect(new Set(names).size).toBe(names.length);
    expect(parts.map((part) => namedUuid(first, part))).toEqual(names.slice(0, parts.length));
    const version8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(names.filter((name) => !version8.test(name))).toEqual([]);
  });
});
