import { DEVICE_TYPES, type DeviceType } from '@smartscan/kernel';
import type { ConvertUnits } from '../analytes/lookup.ts';
import type { Glyph, GlyphSymbol } from '../display/glyphs.ts';
import type { MeasuredField } from '../extract/fields.ts';
import { quadOf } from '../picture/geometry.ts';
import type { ReadCharacter } from '../text/transcribe.ts';
import { extractDevices, type ReadDevice } from './extract.ts';
import { quadOfGlyphs, type DisplayScene, type PrintedText, type SeenLine } from './scene.ts';

/** Lines and print as the readers might have seen them. */
export interface MadeLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly height?: number;
  /** What the recogniser says; the same where it isn't given, nothing where it is null. */
  readonly second?: string | null;
  /** Whether the finder of print has it in a box of its own. */
  readonly isBoxed?: boolean;
}

export const characters = (text: string): readonly ReadCharacter[] =>
  [...text].map((character) => ({ character, confidence: 0.95, at: 0, second: undefined }));

/** A line of digits, each 0.6 of its height wide; its left edge and its middle are given. */
export const lineOf = ({ text, x, y, height = 60, second = text, isBoxed = false }: MadeLine): SeenLine => {
  const glyphs: Glyph[] = [...text].map((symbol, i) => ({
    symbol: symbol as GlyphSymbol,
    confidence: 0.9,
    x: x + (i + 0.5) * 0.6 * height,
    y: symbol === '.' ? y + 0.4 * height : y,
    width: (symbol === '.' ? 0.15 : 0.5) * height,
    height: symbol === '.' ? 0.15 * height : height,
  }));
  const seconds = second === null ? [] : [characters(second)];
  return { text, glyphs, quad: quadOfGlyphs(glyphs, 0), seconds, isBoxed };
};

export const printed = (text: string, left: number, y: number, height = 16): PrintedText => ({
  text,
  quad: quadOf(left, y - height / 2, left + text.length * height * 0.6, y + height / 2),
  confidence: 0.95,
});

/** What the network might say of the whole picture. */
export const kindsOf = (kind: DeviceType | 'none', sure = 0.94): DisplayScene['kinds'] => {
  const rest = (1 - sure) / DEVICE_TYPES.length;
  return Object.fromEntries(
    [...DEVICE_TYPES, 'none' as const].map((name) => [name, name === kind ? sure : rest]),
  ) as unknown as DisplayScene['kinds'];
};

/** A display, and how sure the network is of its kind. */
export interface Made {
  readonly kind: DeviceType | 'none';
  readonly lines: readonly MadeLine[];
  readonly print?: readonly PrintedText[];
  readonly sure?: number;
  readonly kinds?: DisplayScene['kinds'];
  readonly width?: number;
  readonly mayBeOnItsHead?: boolean;
}

/** What is read of it; no value is converted unless it is said how. */
export const readMade = (
  { kind, lines, print = [], sure, kinds = kindsOf(kind, sure), width = 800, mayBeOnItsHead = false }: Made,
  convert: ConvertUnits = () => undefined,
): ReadDevice[] =>
  extractDevices({
    scene: { width, height: 600, lines: lines.map(lineOf), printed: print, kinds, mayBeOnItsHead },
    hints: {},
    convert,
    page: 1,
    toPage: (quad) => quad,
    surface: () => ({ edgeWidthPx: 1, glare: 0 }),
  });

export const fieldsOf = (devices: readonly ReadDevice[]): Record<string, MeasuredField> => ({ ...devices[0]?.fields });

export const valuesOf = (devices: readonly ReadDevice[]): Record<string, number | null> =>
  Object.fromEntries(Object.entries(fieldsOf(devices)).map(([name, { value }]) => [name, value]));

export const column = (texts: readonly string[], heights: readonly number[] = []): MadeLine[] =>
  texts.map((text, i) => ({ text, x: 300, y: 120 + 90 * i, height: heights[i] ?? 60 }));

export const PRESSURES = column(['128', '87', '70']);
