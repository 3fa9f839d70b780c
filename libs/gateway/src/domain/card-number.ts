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
    if (groups.some((_, first) => startsCardNumber(groups, first))) return true;
  }
  return false;
}

function startsCardNumber(groups: readonly string[], first: number): boolean {
  let digits = '';
  for (let at = first; at < groups.length; at += 1) {
    digits += groups[at] ?? '';
    if (digits.length > MAX_DIGITS) return false;
    if (digits.length >= MIN_DIGITS && passesLuhn(digits)) return true;
  }
  return false;
}

/** Luhn's formula over ASCII digits. A row of zeros, which would pass it, is no number of anything. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  let highest = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
    highest = Math.max(highest, digit);
  }
  return highest > 0 && sum % 10 === 0;
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
