import fc from 'fast-check';
import { atLeast, mapFields, type ReadValue } from './reading.ts';
import { reviewed } from './review.ts';

const polygon = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const fieldOf = (value: string | number | null, confidence = 0.9, more = {}) => ({
  value,
  printed: String(value),
  confidence,
  status: value === null ? ('refused' as const) : ('ok' as const),
  reasons: [] as string[],
  polygon,
  alternatives: [{ value: 'another', confidence: 0.1 }],
  ...more,
});
const measuredOf = (value: number | null, confidence?: number) =>
  fieldOf(value, confidence, { unit: 'mmHg', ucum: 'mm[Hg]' });

const read = () => ({
  readings: [
    {
      type: 'blood_pressure_monitor',
      quality: { problems: [], glare: 0.1 },
      fields: { sys: measuredOf(120), dia: measuredOf(80, 0.4), name: fieldOf('ANA') },
    },
    { type: 'lab_report', fields: {}, results: [{ name: 'Glucose', result: measuredOf(5.6), flag: null }] },
  ],
});
const by = { reviewed_at: '2026-11-29T12:00:00.000Z', reviewed_by: 'key_1' };

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('a threshold of confidence', () => {
  it('refuses what is less sure, says why, and keeps what was read among the alternatives', () => {
    const [first] = atLeast(read(), 0.5).readings;
    const { sys, dia } = first!.fields as Readonly<Record<string, ReadValue>>;
    expect(sys).toEqual(measuredOf(120));
    expect(dia).toMatchObject({ value: null, status: 'refused', reasons: ['below_threshold'] });
    expect(dia!.alternatives).toEqual([
      { value: '80', confidence: 0.4 },
      { value: 'another', confidence: 0.1 },
    ]);
  });

  it('of 0 changes nothing, and no threshold gives a value that was refused', () => {
    expect(atLeast(read(), 0)).toEqual(read());
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (t, c) => {
        const field = atLeast({ x: fieldOf(null, c) }, t).x;
        expect(field.value).toBeNull();
        expect(atLeast({ x: fieldOf('A', c) }, t).x.value === null).toBe(c < t);
      }),
      { seed: 5 },
    );
  });

  it('meets every field, however deep, and nothing else', () => {
    let met = 0;
    const same = mapFields(read(), (field) => {
      met += 1;
      return field;
    });
    expect(same).toEqual(read());
    expect(met).toBe(4);
  });
});

describe('a review', () => {
  it('stands beside what the machine read, with who and when', () => {
    const result = reviewed(
      read(),
      [
        { field: '/readings/0/fields/sys', value: 121 },
        { field: '/readings/1/results/0/result', value: null },
        { field: '/readings/0/fields/name', value: 'ANNA' },
      ],
      by,
    ) as unknown as {
      readings: [{ fields: Record<string, ReadValue> }, { results: [{ result: ReadValue }] }];
    };
    expect(result.readings[0].fields['sys']).toEqual({ ...measuredOf(120), review: { value: 121, ...by } });
    expect(result.readings[0].fields['name']!.review).toEqual({ value: 'ANNA', ...by });
    expect(result.readings[1].results[0].result).toMatchObject({ value: 5.6, review: { value: null } });
  });

  it('replaces an earlier one of the same field', () => {
    const once = reviewed(read(), [{ field: '/readings/0/fields/sys', value: 1 }], by);
    const twice = reviewed(once, [{ field: '/readings/0/fields/sys', value: 2 }], { ...by, reviewed_by: 'usr_2' });
    expect(twice.readings[0]!.fields).toMatchObject({ sys: { review: { value: 2, reviewed_by: 'usr_2' } } });
  });

  it.each([
    ['', 'extraction.no_such_field'],
    ['readings', 'extraction.no_such_field'],
    ['/readings', 'extraction.no_such_field'],
    ['/readings/9/fields/sys', 'extraction.no_such_field'],
    ['/readings/00/fields/sys', 'extraction.no_such_field'],
    ['/readings/-1', 'extraction.no_such_field'],
    ['/readings/0/fields/sys/value', 'extraction.no_such_field'],
    ['/readings/0/quality', 'extraction.no_such_field'],
    ['/readings/0/fields/constructor', 'extraction.no_such_field'],
    ['/readings/0/__proto__/sys', 'extraction.no_such_field'],
    ['/readings/0/fields/~2', 'extraction.no_such_field'],
    ['/readings/0/fields/name', 'extraction.bad_value'],
  ])('that points to %s is refused: %s', (field, code) => {
    expect(codeOf(() => reviewed(read(), [{ field, value: 120 }], by))).toBe(code);
  });

  it('of a value with a unit is a number, and one refused correction leaves all as it was', () => {
    const before = read();
    const corrections = [
      { field: '/readings/0/fields/dia', value: 81 },
      { field: '/readings/0/fields/sys', value: 'high' },
    ];
    expect(codeOf(() => reviewed(before, corrections, by))).toBe('extraction.bad_value');
    expect(before).toEqual(read());
  });

  it('finds members whose names are written as RFC 6901 says', () => {
    const odd = { 'a/b': { 'c~d': fieldOf('x') } };
    expect(reviewed(odd, [{ field: '/a~1b/c~0d', value: 'y' }], by)['a/b']['c~d']).toMatchObject({
      review: { value: 'y' },
    });
  });
});
