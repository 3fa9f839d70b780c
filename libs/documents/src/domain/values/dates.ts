/** A day as a document prints it. */
export type PrintedDate =
  | { readonly kind: 'date'; readonly value: string }
  /** Day and month could be either: both readings. */
  | { readonly kind: 'ambiguous'; readonly values: readonly string[] };

/** Which of day and month comes first where digits alone don't say. */
export type DateOrder = 'day_first' | 'month_first';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const iso = (year: number, month: number, day: number): string | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1880 && year < 2100 ? date.toISOString().slice(0, 10) : undefined;
};

const dated = (value: string | undefined): PrintedDate | undefined =>
  value === undefined ? undefined : { kind: 'date', value };

const YEAR_FIRST = /(?:^|\D)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/;
const YEAR_LAST = /(?:^|\D)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?((?:19|20)\d\d)(?!\d)/;
const NAMED = /(?:^|[^A-Za-z0-9])(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([A-Za-z]{3,9})[\s.,-]*((?:18|19|20)\d\d)(?!\d)/;
const NAMED_FIRST = /(?:^|[^A-Za-z])([A-Za-z]{3,9})[\s.]*(\d{1,2})(?:st|nd|rd|th)?[\s,]*((?:18|19|20)\d\d)(?!\d)/;

const monthOf = (name: string): number => MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;

const digitsOnly = (match: RegExpExecArray, order: DateOrder | undefined): PrintedDate | undefined => {
  const [first, second, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const dayFirst = iso(year, second, first);
  const monthFirst = iso(year, first, second);
  if (dayFirst === undefined || monthFirst === undefined || dayFirst === monthFirst)
    return dated(dayFirst ?? monthFirst);
  if (order !== undefined) return dated(order === 'day_first' ? dayFirst : monthFirst);
  return { kind: 'ambiguous', values: [monthFirst, dayFirst] };
};

/**
 * Reads the first date in a text: 2026-03-05, 5 Mar 2026, March 5, 2026, 03/25/2026. Years of two digits are no date here:
 * a birth in '26 may be this year's or a century ago.
 */
export const readDate = (text: string, order?: DateOrder): PrintedDate | undefined => {
  const first = YEAR_FIRST.exec(text);
  if (first !== null) return dated(iso(Number(first[1]), Number(first[2]), Number(first[3])));
  const named = NAMED.exec(text);
  if (named !== null && monthOf(named[2]!) > 0)
    return dated(iso(Number(named[3]), monthOf(named[2]!), Number(named[1])));
  const other = NAMED_FIRST.exec(text);
  if (other !== null && monthOf(other[1]!) > 0)
    return dated(iso(Number(other[3]), monthOf(other[1]!), Number(other[2])));
  const last = YEAR_LAST.exec(text);
  return last === null ? undefined : digitsOnly(last, order);
};
