/** What a line of a display says. */
export type Numeral =
  | { readonly kind: 'number'; readonly value: number; readonly printed: string; readonly decimals: number }
  /** Stones and pounds. */
  | { readonly kind: 'pair'; readonly first: number; readonly second: number; readonly printed: string }
  /** `Lo` and `Hi`: beyond what the device measures. */
  | { readonly kind: 'low' | 'high'; readonly printed: string }
  | { readonly kind: 'error'; readonly printed: string }
  /** A clock, a date, dashes: nothing that was measured. */
  | { readonly kind: 'other'; readonly printed: string };

/** A number has no more digits than this on any display of a kind that is read here. */
const NUMBER = /^(\d{1,4})(?:\.(\d{1,2}))?$/;
const PAIR = /^(\d{1,2})[: ](\d{1,2}(?:\.\d)?)$/;
/** Err, Er 3, E-12, EE, E4: `E` and what may stand behind it. A seven-segment r can't be told from a small one. */
const ERROR = /^-?E(?:r{0,2}|E{1,2}|H)[ -]?\d{0,3}-?$/;
const LOW = /^L[oO0]$/;
const HIGH = /^H[i1]$/;

const POUNDS_IN_A_STONE = 14;

/** 007 is no number that a device shows; 0.5 and 0 are. */
const leads = (whole: string): boolean => whole.length > 1 && whole.startsWith('0');

const numberIn = (printed: string): Numeral | undefined => {
  const [, whole, part = ''] = NUMBER.exec(printed) ?? [];
  if (whole === undefined || leads(whole)) return undefined;
  return { kind: 'number', value: Number(printed), printed, decimals: part.length };
};

const pairIn = (printed: string): Numeral | undefined => {
  const [, first, second] = PAIR.exec(printed) ?? [];
  if (first === undefined || Number(second) >= POUNDS_IN_A_STONE) return undefined;
  return { kind: 'pair', first: Number(first), second: Number(second), printed };
};

/** Reads a line of a display's symbols. A number that isn't whole is none: its last digit may not have been seen. */
export const readNumeral = (text: string): Numeral => {
  const printed = text.trim();
  const number = numberIn(printed) ?? pairIn(printed);
  if (number !== undefined) return number;
  if (LOW.test(printed)) return { kind: 'low', printed };
  if (HIGH.test(printed)) return { kind: 'high', printed };
  return { kind: ERROR.test(printed) ? 'error' : 'other', printed };
};

/** Stones and pounds as stones. */
export const stonesOf = (first: number, second: number): number => first + second / POUNDS_IN_A_STONE;
