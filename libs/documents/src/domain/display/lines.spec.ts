import fc from 'fast-check';
import type { Glyph, GlyphSymbol } from './glyphs.ts';
import { linesOf } from './lines.ts';

/** How the cells of a display's digits are set, in heights; angles in radians. */
interface Setting {
  readonly height: number;
  readonly aspect: number;
  readonly space: number;
  readonly slant: number;
  readonly tilt: number;
  readonly x: number;
  readonly y: number;
}

const STROKE = 0.12;

const setting = fc.record({
  height: fc.double({ min: 9, max: 300, noNaN: true }),
  aspect: fc.double({ min: 0.45, max: 0.66, noNaN: true }),
  space: fc.double({ min: 0.12, max: 0.45, noNaN: true }),
  slant: fc.double({ min: 0, max: 0.2, noNaN: true }),
  tilt: fc.double({ min: -0.26, max: 0.26, noNaN: true }),
  x: fc.double({ min: -2000, max: 2000, noNaN: true }),
  y: fc.double({ min: -2000, max: 2000, noNaN: true }),
});

/** Where the ink of a symbol is in its cell, in heights: left, top, right, bottom. A point is set by itself. */
const inkOf = (symbol: string, aspect: number): readonly [number, number, number, number] => {
  if (symbol === '1') return [aspect - STROKE, 0, aspect, 1];
  if (symbol === '-') return [0, 0.5 - STROKE / 2, aspect, 0.5 + STROKE / 2];
  if (symbol === 'o') return [0, 0.5, aspect, 1];
  if (symbol === 'r') return [0, 0.5, aspect * 0.8, 1];
  if (symbol === 'i') return [aspect - STROKE, 0.5, aspect, 1];
  return [0, 0, aspect, 1];
};

/** The glyphs of a text as a display shows it, `down` heights below the first line of the setting. */
const shown = (text: string, how: Setting, down = 0, across = 0): Glyph[] => {
  const { height, aspect, space, slant, tilt, x, y } = how;
  const glyphs: Glyph[] = [];
  let pen = across;
  for (const symbol of text) {
    const isPoint = symbol === '.';
    const isColon = symbol === ':';
    const [left, top, right, bottom] = isPoint
      ? [-0.5 * aspect * space - STROKE / 2, 1 - STROKE, -0.5 * aspect * space + STROKE / 2, 1]
      : isColon
        ? [0, 0.3, STROKE, 0.8]
        : inkOf(symbol, aspect);
    const cx = pen + (left + right) / 2 + slant * (1 - (top + bottom) / 2);
    const cy = down + (top + bottom) / 2;
    glyphs.push({
      symbol: symbol as GlyphSymbol,
      confidence: 0.9,
      x: x + height * (cx * Math.cos(tilt) - cy * Math.sin(tilt)),
      y: y + height * (cx * Math.sin(tilt) + cy * Math.cos(tilt)),
      width: height * (right - left),
      height: height * (bottom - top),
    });
    if (!isPoint) pen += (isColon ? STROKE : aspect) + aspect * space;
  }
  return glyphs;
};

const number = fc.oneof(
  fc.integer({ min: 10, max: 999 }).map(String),
  fc.integer({ min: 10, max: 9999 }).map((tenths) => (tenths / 10).toFixed(1)),
  fc.integer({ min: 100, max: 999 }).map((hundredths) => (hundredths / 100).toFixed(2)),
);

const textsOf = (glyphs: readonly Glyph[]): string[] => linesOf(glyphs).map(({ text }) => text);

describe('lines of a display', () => {
  it('are the numbers that it shows, however it is set, slanted and tilted', () => {
    fc.assert(fc.property(number, setting, (text, how) => expect(textsOf(shown(text, how))).toEqual([text])));
  });

  it.each(['Err', 'E-3', 'Lo', 'Hi', '12:30', '9:05', '-12.5', '---'])('keep %s together', (text) => {
    fc.assert(fc.property(setting, (how) => expect(textsOf(shown(text, how))).toEqual([text])));
  });

  it.each([
    ['L0', 'Lo'],
    ['H1', 'Hi'],
  ])('read %s as the word %s, for segments have no other letters', (text, word) => {
    fc.assert(fc.property(setting, (how) => expect(textsOf(shown(text, how))).toEqual([word])));
  });

  it('stay apart where numbers are stacked, as on a blood-pressure monitor', () => {
    const gap = fc.double({ min: 1.15, max: 2.5, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(number, number, number), setting, gap, ([a, b, c], how, step) => {
        const glyphs = [...shown(a, how), ...shown(b, how, step), ...shown(c, how, 2 * step)];
        expect(textsOf(glyphs).sort()).toEqual([a, b, c].sort());
      }),
    );
  });

  it('stay apart where numbers stand side by side with more than a digit between', () => {
    fc.assert(
      fc.property(number, number, setting, (a, b, how) => {
        const glyphs = [...shown(a, how), ...shown(b, how, 0, a.length * how.aspect * (1 + how.space) + 1.3)];
        expect(textsOf(glyphs).sort()).toEqual([a, b].sort());
      }),
    );
  });

  it('do not depend on the order in which glyphs were found', () => {
    fc.assert(
      fc.property(fc.tuple(number, number), setting, fc.infiniteStream(fc.nat(1e6)), ([a, b], how, chance) => {
        const glyphs = [...shown(a, how), ...shown(b, how, 1.4)];
        const keys = new Map(glyphs.map((glyph) => [glyph, chance.next().value as number]));
        const shuffled = [...glyphs].sort((p, q) => keys.get(p)! - keys.get(q)!);
        expect(textsOf(shuffled).sort()).toEqual(textsOf(glyphs).sort());
      }),
    );
  });

  it('invent no glyph and use none twice, whatever was found', () => {
    const glyph = fc.record({
      symbol: fc.constantFrom<GlyphSymbol>('0', '1', '8', '.', '-', ':', 'r', 'L'),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      x: fc.double({ min: 0, max: 400, noNaN: true }),
      y: fc.double({ min: 0, max: 400, noNaN: true }),
      width: fc.double({ min: 1, max: 90, noNaN: true }),
      height: fc.double({ min: 1, max: 90, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(glyph, { maxLength: 30 }), (glyphs) => {
        const used = linesOf(glyphs).flatMap((line) => line.glyphs);
        expect(new Set(used).size).toBe(used.length);
        expect(used.every((one) => glyphs.includes(one))).toBe(true);
        const lost = glyphs.filter((one) => !used.includes(one));
        expect(lost.every(({ symbol }) => ['.', ':', '/'].includes(symbol))).toBe(true);
      }),
    );
  });

  it('have a quad that lies as they do, around their digits', () => {
    fc.assert(
      fc.property(fc.constantFrom('888', '120', '36.5'), setting, (text, how) => {
        const [line] = linesOf(shown(text, how));
        const [topLeft, topRight] = line!.quad;
        expect(Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x)).toBeCloseTo(how.tilt, 5);
        expect(line!.height).toBeCloseTo(how.height, 5);
      }),
    );
  });
});
