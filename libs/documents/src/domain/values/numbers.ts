/** A number as a document prints it. */
export interface PrintedNumber {
  readonly value: number;
  /** Digits and point, as they stand: `85.0` is not `85`. */
  readonly printed: string;
  readonly comparator: '<' | '<=' | '>' | '>=' | undefined;
  /** Digits after the point. */
  readonly decimals: number;
}

export type Flag = 'high' | 'low' | 'critical_high' | 'critical_low' | 'abnormal';

const COMPARATORS: Readonly<Record<string, PrintedNumber['comparator']>> = {
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '≤': '<=',
  '≥': '>=',
};

const NUMBER = /^([<>]=?|[≤≥])?\s*([+-]?\d[\d.,' ]*\d|[+-]?\d)$/;
const GROUPED = /^[+-]?\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/;

/** Which of comma and point parts the decimals; undefined where the text doesn't say. */
const decimalMark = (digits: string): ',' | '.' | undefined | 'unclear' => {
  const marks = digits.replace(/[^.,]/g, '');
  if (marks === '') return undefined;
  const last = marks.at(-1) as ',' | '.';
  if (new Set(marks).size === 2) return last;
  if (marks.length > 1) return undefined;
  const [, after = ''] = digits.split(last);
  // 1,234 is a thousand and more in one country, and 1.234 in another; 0,123 and 12,3 can be read in one way alone.
  const grouped = after.length === 3 && /^[+-]?[1-9]\d{0,2}[,.]/.test(digits);
  if (!grouped) return last;
  return last === '.' ? '.' : 'unclear';
};

/**
 * Reads a number with a decimal point or comma, groups of thousands and a comparator before it.
 *
 * @returns undefined where it is none, or could be two: `1,234` is unclear, `12,34` and `1,234.5` are not
 */
export const readNumber = (text: string): PrintedNumber | undefined => {
  const match = NUMBER.exec(text.trim());
  if (match === null || (/['\s]/.test(match[2]!) && !GROUPED.test(match[2]!))) return undefined;
  const parts = partsOf(match[2]!.replace(/['\s]/g, ''));
  if (parts === undefined) return undefined;
  const { whole, part } = parts;
  const printed = part === undefined ? whole : `${whole}.${part}`;
  const comparator = COMPARATORS[match[1] ?? ''];
  return { value: Number(printed), printed, comparator, decimals: part?.length ?? 0 };
};

/** The digits before and behind the mark of the decimals; undefined where groups of thousands are none. */
const partsOf = (digits: string): { readonly whole: string; readonly part: string | undefined } | undefined => {
  const mark = decimalMark(digits);
  if (mark === 'unclear') return undefined;
  const [whole = '', part] = mark === undefined ? [digits] : splitAt(digits, digits.lastIndexOf(mark));
  const [first, ...groups] = whole.split(/[.,]/);
  return groups.some((group) => group.length !== 3) ? undefined : { whole: [first, ...groups].join(''), part };
};

const splitAt = (text: string, at: number): readonly [string, string] => [text.slice(0, at), text.slice(at + 1)];

/** Bounds of what is usual, as printed beside a result; a side that is not said is undefined. */
export interface ReferenceRange {
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** Digits after the point, the most of its bounds. */
  readonly decimals: number;
}

const BETWEEN = /^\(?\[?\s*([\d.,]+)\s*(?:-|–|—|to|\.\.)\s*([\d.,]+)\s*\)?\]?/i;
const ONE_SIDED = /^\(?\[?\s*([<>]=?|≤|≥|up to|less than|more than|greater than)\s*([\d.,]+)/i;
const UPWARDS = /^(?:>|≥|more|greater)/i;

/** Reads `4.0 - 11.0`, `< 150`, `> 40`, `up to 5`. */
export const readRange = (text: string): ReferenceRange | undefined => {
  const two = BETWEEN.exec(text.trim());
  if (two !== null) {
    const [low, high] = [readNumber(two[1]!), readNumber(two[2]!)];
    if (low === undefined || high === undefined || low.value > high.value) return undefined;
    return { low: low.value, high: high.value, decimals: Math.max(low.decimals, high.decimals) };
  }
  const one = ONE_SIDED.exec(text.trim());
  const bound = one === null ? undefined : readNumber(one[2]!);
  if (one === null || bound === undefined) return undefined;
  const { value, decimals } = bound;
  return UPWARDS.test(one[1]!) ? { low: value, high: undefined, decimals } : { low: undefined, high: value, decimals };
};

const FLAGS: Readonly<Record<string, Flag>> = {
  h: 'high',
  hi: 'high',
  high: 'high',
  '↑': 'high',
  l: 'low',
  lo: 'low',
  low: 'low',
  '↓': 'low',
  hh: 'critical_high',
  ll: 'critical_low',
  '*': 'abnormal',
  '**': 'abnormal',
  a: 'abnormal',
  abn: 'abnormal',
  abnormal: 'abnormal',
};

export const readFlag = (text: string): Flag | undefined => {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/[()[\]]/g, '');
  return FLAGS[word] ?? FLAGS[word.replace(/^\*+|\*+$/g, '')];
};
