import fc from 'fast-check';
import { holdsCardNumber, holdsCardNumberWithin } from './card-number.ts';

/** Test numbers that the networks publish: 13 to 19 digits. */
const PUBLISHED = ['4222222222222', '378282246310005', '5555555555554444', '4111111111111111', '6304000000000000'];

/** ISO/IEC 7812-1, annex B, as it is written there. */
const passesLuhn = (number: string): boolean => {
  const sum = [...number].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + Math.floor(value / 10) + (value % 10);
  }, 0);
  return sum % 10 === 0;
};
const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''));
const numbers = fc.integer({ min: 12, max: 18 }).chain((length) =>
  digits(length)
    .filter((body) => /[1-9]/.test(body))
    .map((body) => body + '0123456789'.split('').find((check) => passesLuhn(body + check))),
);
/** Puts a separator at some places between the digits. */
const separated = (number: string, separators: readonly string[]): string =>
  [...number].map((digit, at) => digit + (at < number.length - 1 ? (separators[at] ?? '') : '')).join('');
const separators = fc.array(fc.constantFrom('', ' ', '-', '–', '\u00a0', ' - ', '\u200b'), {
  minLength: 18,
  maxLength: 18,
});

describe('card numbers (P07)', () => {
  it.each(PUBLISHED)('P07: finds the published test number %s', (number) => {
    expect(holdsCardNumber(`{"note":"${number}"}`)).toBe(true);
    expect(holdsCardNumber(`{"note":${number}}`)).toBe(true);
  });

  it('P07: finds any Luhn-valid number of 13 to 19 digits, however spaces and dashes stand in it', () => {
    fc.assert(
      fc.property(numbers, separators, fc.constantFrom('', 'card: ', 'order 7, '), (number, gaps, before) => {
        expect(holdsCardNumber(`${before}${separated(number, gaps)}.`)).toBe(true);
      }),
    );
  });

  it('P07: finds a number beside other groups of digits', () => {
    expect(holdsCardNumber('12 4111 1111 1111 1111 12 27 123')).toBe(true);
    expect(holdsCardNumber('2026-11-23 4111-1111-1111-1111')).toBe(true);
  });

  it.each([
    ['full-width', 0xff10],
    ['Arabic-Indic', 0x0660],
    ['Devanagari', 0x0966],
    ['mathematical bold', 0x1d7ce],
    ['mathematical monospace', 0x1d7f6],
  ])('P07: finds a number in %s digits', (_, zero) => {
    const written = [...'4111111111111111'].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');
    expect(holdsCardNumber(written)).toBe(true);
  });

  it('P07: finds a number in a string that only the parser shows, and in a member’s name', () => {
    expect(holdsCardNumberWithin({ a: [{ b: '4111 1111 1111 1111' }] })).toBe(true);
    expect(holdsCardNumberWithin({ '4111111111111111': null })).toBe(true);
    expect(holdsCardNumberWithin({ a: ['4111', '1111', '1111', '1111'] })).toBe(false);
  });

  it('takes no number with a wrong check digit, of another length, or of zeros only for one', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const wrong = number.slice(0, -1) + String((Number(number.at(-1)) + 1) % 10);
        expect(holdsCardNumber(wrong)).toBe(false);
      }),
    );
    for (const text of ['411111111111', '00000000-0000-0000-0000-000000000000', '41111111111111111111'])
      expect(holdsCardNumber(text)).toBe(false);
  });

  it('passes ids, instants and numbers of our own API', () => {
    const body = {
      expires_at: '2027-01-31T12:00:00.000Z',
      id: 'scn_01JDCW8R5X7Y9Z0A1B2C3D4E5F',
      ttl_seconds: 220_752_000,
    };
    expect(holdsCardNumber(JSON.stringify(body))).toBe(false);
  });

  it('reads 64 KiB of the worst text there is in a quarter of a second', () => {
    for (const text of ['1 '.repeat(32_768), '1'.repeat(65_536), '12345678901 - '.repeat(4_681)]) {
      const from = performance.now();
      holdsCardNumber(text);
      expect(performance.now() - from).toBeLessThan(250);
    }
  });
});
