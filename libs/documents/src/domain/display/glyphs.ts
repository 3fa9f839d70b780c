import type { DeviceType } from '@smartscan/kernel';

/**
 * Symbols that the network tells apart, in the order of its output's planes: digits, what stands between them, and the
 * letters of error screens (Err, E-3, Lo, Hi, LO, HI).
 */
export const SYMBOLS = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '.',
  '-',
  ':',
  '/',
  'E',
  'r',
  'L',
  'o',
  'H',
  'i',
] as const;

export type GlyphSymbol = (typeof SYMBOLS)[number];

/** One symbol where it stands: its centre and size in pixels of the picture as it is turned upright. */
export interface Glyph {
  readonly symbol: GlyphSymbol;
  /** 0-1, as the network says it: not calibrated. */
  readonly confidence: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The next likely symbol at the same place. */
  readonly second?: { readonly symbol: GlyphSymbol; readonly confidence: number };
}

/** By how many degrees a picture is turned clockwise. */
export type Turn = 0 | 90 | 180 | 270;

/** What one turn of the picture shows. */
export interface DisplaySight {
  readonly turn: Turn;
  /** The opposite way up, where it is nearly as likely: 0, 1, 6, 8, 9 are digits in both. */
  readonly onItsHead?: DisplaySight;
  /** In no order. */
  readonly glyphs: readonly Glyph[];
  /** Probabilities that add up to 1, `none` being no medical device. */
  readonly kinds: Readonly<Record<DeviceType | 'none', number>>;
}
