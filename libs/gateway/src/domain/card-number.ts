/**
 * Payment card numbers in free text (P07): 13 to 19 digits (ISO/IEC 7812-1) whose last digit is right by Luhn's formula
 * (ISO/IEC 7812-1 annex B). Digits of every script count; spaces and dashes may stand between them.
 */
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Between two digits of one number: at most three of spaces, dashes and invisible characters ("1234 - 5678"). Ours. */
const RUN = /\p{Nd}(?:[\s\p{Pd}\p{Cf}\u2212]{0,3}\p{Nd}){12,}/gu;
const DIGITS = /\p{Nd}+/gu;
const DIGIT = /^\p{Nd}$/u;

/**
 * Whether a text holds a card number that begins and ends where a group of digits does. Twenty digits without a break
 * hold none: an identifier of that length would nearly always contain some 13 that fit by chance.
 */
export function holdsCardNumber(text: string): boolean {
  for (const [run] of text.matchAll(RUN)) {
    const groups = [...run.matchAll(DIGITS)].map(([group]) => asciiDigits(group));
    if (holdsCardNumberInRow(groups)) return true;
  }
  return false;
}

function holdsCardNumberInRow(groups: readonly string[]): boolean {
  const luhn = luhnOf(groups.join(''));
  let start = 0;
  for (let first = 0; first < groups.length; first += 1) {
    let end = start;
    for (let at = first; at < groups.length && end - start < MAX_DIGITS; at += 1) {
      end += groups[at]?.length ?? 0;
      if (luhn(start, end)) return true;
    }
    start += groups[first]?.length ?? 0;
  }
  return false;
}

/**
 * Tells of any stretch of a row of digits whether it is a card number. By sums up to each place, once with the digits
 * at even places doubled and once with those at odd ones, so that a long row takes no longer than it is long. A row of
 * zeros, whose sum is zero, is no number of anything.
 */
function luhnOf(digits: string): (start: number, end: number) => boolean {
  const sums = [new Uint32Array(digits.length + 1), new Uint32Array(digits.length + 1)] as const;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(at) - 48;
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    for (const parity of [0, 1] as const) {
      sums[parity][at + 1] = (sums[parity][at] ?? 0) + (at % 2 === parity ? doubled : digit);
    }
  }
  return (start, end) => {
    if (end - start < MIN_DIGITS || end - start > MAX_DIGITS) return false;
    // The last digit is the check digit; the one before it is doubled, and every second one from there.
    const upTo = sums[end % 2 === 0 ? 0 : 1];
    const sum = (upTo[end] ?? 0) - (upTo[start] ?? 0);
    return sum > 0 && sum % 10 === 0;
  };
}

const asciiDigits = (group: string): string =>
  /^[0-9]+$/.test(group) ? group : Array.from(group, (digit) => String(digitValue(digit))).join('');

/**
 * The value of a decimal digit of any script. Unicode keeps such digits in unbroken rows of ten from zero upwards
 * (The Unicode Standard, 4.6), and where rows touch, the first begins with a zero too.
 */
function digitValue(digit: string): number {
  let distance = 0;
  for (let code = (digit.codePointAt(0) ?? 0) - 1; DIGIT.test(String.fromCodePoint(code)); code -= 1) distance += 1;
  return distance % 10;
}

/** Whether any string in a JSON value, a member's name included, holds a card number. */
export function holdsCardNumberWithin(json: unknown): boolean {
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string' && holdsCardNumber(value)) return true;
    if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) open.push(name, member);
    }
  }
  return false;
}
