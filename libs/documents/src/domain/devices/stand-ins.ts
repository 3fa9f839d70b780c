import type { Glyph, GlyphSymbol } from '../display/glyphs.ts';
import { quadOf } from '../picture/geometry.ts';
import type { ReadCharacter } from '../text/transcribe.ts';
import { quadOfGlyphs, type PrintedText, type SeenLine } from './scene.ts';

/** Lines and print as the two readers might have seen them. */
export interface MadeLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly height?: number;
  /** What the recogniser says; the same where it isn't given, nothing where it is null. */
  readonly second?: string | null;
}

export const characters = (text: string): readonly ReadCharacter[] =>
  [...text].map((character) => ({ character, confidence: 0.95, at: 0, second: undefined }));

/** A line of digits, each 0.6 of its height wide; its left edge and its middle are given. */
export const lineOf = ({ text, x, y, height = 60, second = text }: MadeLine): SeenLine => {
  const glyphs: Glyph[] = [...text].map((symbol, i) => ({
    symbol: symbol as GlyphSymbol,
    confidence: 0.9,
    x: x + (i + 0.5) * 0.6 * height,
    y: symbol === '.' ? y + 0.4 * height : y,
    width: (symbol === '.' ? 0.15 : 0.5) * height,
    height: symbol === '.' ? 0.15 * height : height,
  }));
  return { text, glyphs, quad: quadOfGlyphs(glyphs, 0), seconds: second === null ? [] : [characters(second)] };
};

export const printed = (text: string, left: number, y: number, height = 16): PrintedText => ({
  text,
  quad: quadOf(left, y - height / 2, left + text.length * height * 0.6, y + height / 2),
  confidence: 0.95,
});
