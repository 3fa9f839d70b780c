import fc from 'fast-check';
import { readDate } from './dates.ts';
import { readFlag, readNumber, readRange } from './numbers.ts';
import { readUnit, UNIT_PRINTS } from './units.ts';
import { readCount, readDiagnosis, readIdentifier, readMoney, readName } from './words.ts';

describe('a number', () => {
  it.each([
    ['5.6', 5.6, '5.6'],
    ['85.0', 85, '85.0'],
    ['13,2', 13.2, '13.2'],
    ['0,123', 0.123, '0.123'],
    ['1,234.5', 1234.5, '1234.5'],
    ['1.234,5', 1234.5, '1234.5'],
    ['250,000,000', 250_000_000, '250000000'],
    ["12'500", 12_500, '12500'],
    ['1.032', 1.032, '1.032'],
    ['-2.5', -2.5, '-2.5'],
  ])('%s is %d', (text, value, printed) => {
    expect(readNumber(text)).toMatchObject({ value, printed });
  });

  it.each(['1,234', '250,000', '12,34,5', '1.2.3', '5..6', 'l39', '', '4.0 - 5.6', '10 11 12', '5.'])(
    '%j is none, or could be two: it is not guessed',
    (text) => expect(readNumber(text)).toBeUndefined(),
  );

  it('keeps the sign before it that says how far it was measured', () => {
    expect(readNumber('< 0.5')).toMatchObject({ value: 0.5, comparator: '<' });
    expect(readNumber('≥90')).toMatchObject({ value: 90, comparator: '>=' });
  });

  it('that is printed with a point is read as it was, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 3 }), (digits, decimals) => {
        const printed = (digits / 10 ** decimals).toFixed(decimals);
        expect(readNumber(printed)).toMatchObject({ value: Number(printed), printed, decimals });
      }),
    );
  });
});

describe('a reference range', () => {
  it.each([
    ['4.0 - 11.0', 4, 11, 1],
    ['(136–145)', 136, 145, 0],
    ['< 150', undefined, 150, 0],
    ['> 40', 40, undefined, 0],
    ['up to 5', undefined, 5, 0],
    ['0.40 to 4.50', 0.4, 4.5, 2],
  ])('%s has its bounds', (text, low, high, decimals) => expect(readRange(text)).toEqual({ low, high, decimals }));

  it.each(['Negative', '5.6', '11 - 4'])('%s is none', (text) => expect(readRange(text)).toBeUndefined());

  it('has flags beside it, and a word that is none is no flag', () => {
    expect(['H', 'L', '(H)', '*', 'HIGH', 'hh'].map(readFlag)).toEqual([
      'high',
      'low',
      'high',
      'abnormal',
      'high',
      'critical_high',
    ]);
    expect(readFlag('mg/dL')).toBeUndefined();
  });
});

describe('a date', () => {
  it.each(['2026-03-05', '5 Mar 2026', 'March 5, 2026', '05-MAR-2026', 'Mar 5th 2026', '2026/03/05 08:15'])(
    '%s is one day',
    (text) => expect(readDate(text)).toEqual({ kind: 'date', value: '2026-03-05' }),
  );

  it('with day and month in either order is both days until somebody says which', () => {
    expect(readDate('03/05/2026')).toEqual({ kind: 'ambiguous', values: ['2026-03-05', '2026-05-03'] });
    expect(readDate('03/05/2026', 'day_first')).toEqual({ kind: 'date', value: '2026-05-03' });
    expect(readDate('25/03/2026')).toEqual({ kind: 'date', value: '2026-03-25' });
    expect(readDate('04/04/2026')).toEqual({ kind: 'date', value: '2026-04-04' });
  });

  it.each(['2026-02-30', '31/04/2026', '05/03/26', '13 Foo 2026', '1-800-555-0142'])('%s is none', (text) =>
    expect(readDate(text)).toBeUndefined(),
  );
});

describe('a unit', () => {
  it('has one meaning in every print that is known of it', () => {
    for (const [print, ucum] of UNIT_PRINTS) expect([print, readUnit(print)?.ucum]).toEqual([print, ucum]);
  });

  it('is known with letters that print alike', () => {
    expect(readUnit('ulU/mL')?.ucum).toBe('u[IU]/mL');
    expect(readUnit('mmo1/L')?.ucum).toBe('mmol/L');
    expect(readUnit('µmol/L')?.ucum).toBe('umol/L');
    expect(readUnit('furlong')).toBeUndefined();
  });
});

describe('words', () => {
  it('of a name begin with capitals; a sentence is none', () => {
    expect(readName('Maria van der Berg')).toBe('Maria van der Berg');
    expect(readName('JORDAN FAKENAME')).toBe('JORDAN FAKENAME');
    expect(readName('was admitted with fever')).toBeUndefined();
    expect(readName('Casey')).toBeUndefined();
  });

  it('of an identifier have a digit in them', () => {
    expect(readIdentifier('MRN376998')).toBe('MRN376998');
    expect(readIdentifier('NMH 4471 0982')).toBe('NMH 4471 0982');
    expect(readIdentifier('Unknown')).toBeUndefined();
  });

  it('of an amount have a currency', () => {
    expect(readMoney('$1,250.00')).toEqual({ amount: '1250.00', currency: 'USD' });
    expect(readMoney('25')).toBeUndefined();
  });

  it('of a diagnosis may have a code beside them; a small l at its head is an I, a 1 may be a number', () => {
    expect(readDiagnosis('1. Acute appendicitis K35.80')).toEqual({
      name: 'Acute appendicitis',
      icd10: { code: 'K35.80', at: 22, isMisread: false },
    });
    expect(readDiagnosis('Essential hypertension (l10)')).toEqual({
      name: 'Essential hypertension',
      icd10: { code: 'I10', at: 24, isMisread: true },
    });
    expect(readDiagnosis('Essential hypertension (110)')?.icd10).toBeUndefined();
  });

  it('of a count are digits or none', () => {
    expect(['#30', '30 tablets', 'none', '2.5 mL', 'as needed'].map(readCount)).toEqual([
      '30',
      '30',
      '0',
      undefined,
      undefined,
    ]);
  });
});
