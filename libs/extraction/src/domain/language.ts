/** Which of day and month comes first where digits alone don't say. */
export type DateOrder = 'day_first' | 'month_first';

/**
 * Regions that write the month first: the United States and those that follow them (Unicode CLDR, short date patterns
 * `M/d/yy`).
 */
const MONTH_FIRST: ReadonlySet<string> = new Set(['US', 'PH', 'PR', 'GU', 'AS', 'MP', 'VI', 'UM', 'FM', 'MH', 'PW']);

/**
 * What a language tag (BCP 47) says of dates. English without a region says nothing: it is written both ways.
 *
 * @returns undefined where it says nothing
 */
export const dateOrderOf = (tag: string | undefined): DateOrder | undefined => {
  if (tag === undefined) return undefined;
  const [language = '', ...parts] = tag.split('-');
  const region = parts.find((part) => /^[A-Za-z]{2}$/.test(part))?.toUpperCase();
  if (region !== undefined) return MONTH_FIRST.has(region) ? 'month_first' : 'day_first';
  return language.toLowerCase() === 'en' ? undefined : 'day_first';
};
