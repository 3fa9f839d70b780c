import { SYMBOLS, type Glyph, type GlyphSymbol } from './glyphs.ts';
import { glyphsAtPeaks, withoutDoubles, type GlyphMaps } from './peaks.ts';

const WIDTH = 24;
const HEIGHT = 16;
const CELLS = WIDTH * HEIGHT;

const nothing = (): GlyphMaps => ({
  symbols: new Float32Array(SYMBOLS.length * CELLS).fill(-9),
  places: new Float32Array(4 * CELLS),
  width: WIDTH,
  height: HEIGHT,
});

const put = (maps: GlyphMaps, symbol: GlyphSymbol, [x, y]: readonly [number, number], logit: number): void => {
  maps.symbols[SYMBOLS.indexOf(symbol) * CELLS + y * WIDTH + x] = logit;
};

const VIEW = { left: 10, top: 20, width: 48, height: 32, scale: 2 };

const glyph = (symbol: GlyphSymbol, confidence: number, x: number, width = 20): Glyph => ({
  symbol,
  confidence,
  x,
  y: 50,
  width,
  height: 40,
});

describe('glyphs of a heat map', () => {
  it('stand where the view was, in pixels of the picture, with the size that the network gives them', () => {
    const maps = nothing();
    put(maps, '7', [6, 3], 4);
    maps.places.set([Math.log(2)], 0 * CELLS + 3 * WIDTH + 6);
    maps.places.set([Math.log(3)], 1 * CELLS + 3 * WIDTH + 6);
    maps.places.set([0.25], 2 * CELLS + 3 * WIDTH + 6);
    const [found] = glyphsAtPeaks(maps, VIEW);
    expect(found).toMatchObject({ symbol: '7', x: 10 + (6.75 * 4) / 2, y: 20 + (3.5 * 4) / 2 });
    expect(found!.width).toBeCloseTo(16, 4);
    expect(found!.height).toBeCloseTo(24, 4);
    expect(found!.confidence).toBeCloseTo(1 / (1 + Math.exp(-4)), 6);
  });

  it('are one for each hill, also where it is flat, and none where it is low', () => {
    const maps = nothing();
    for (const x of [4, 5, 6]) put(maps, '8', [x, 5], 2);
    put(maps, '8', [15, 5], 3);
    put(maps, '8', [20, 10], -2);
    expect(glyphsAtPeaks(maps, VIEW).map(({ symbol }) => symbol)).toEqual(['8', '8']);
  });

  it('name the symbol that was next likely at the same place', () => {
    const maps = nothing();
    put(maps, '8', [5, 5], 2);
    put(maps, '6', [5, 5], 1);
    const eight = glyphsAtPeaks(maps, VIEW).find(({ symbol }) => symbol === '8');
    expect(eight!.second).toEqual({ symbol: '6', confidence: 1 / (1 + Math.exp(-1)) });
  });
});

describe('glyphs that were found several times', () => {
  it('are one: the surest, the other symbol being the second', () => {
    const kept = withoutDoubles([glyph('6', 0.5, 100), glyph('8', 0.9, 102), glyph('8', 0.7, 99)]);
    expect(kept).toEqual([{ ...glyph('8', 0.9, 102), second: { symbol: '6', confidence: 0.5 } }]);
  });

  it('are one where thin ones of two views stand side by side, closer than digits do', () => {
    expect(withoutDoubles([glyph('1', 0.9, 100, 5), glyph('1', 0.6, 107, 5)])).toHaveLength(1);
    expect(withoutDoubles([glyph('1', 0.9, 100, 5), glyph('1', 0.6, 118, 5)])).toHaveLength(2);
  });

  it('stay where they are neighbours: digits side by side, a point in the corner of a digit', () => {
    const point: Glyph = { symbol: '.', confidence: 0.6, x: 112, y: 68, width: 5, height: 5 };
    expect(withoutDoubles([glyph('6', 0.9, 100), glyph('1', 0.5, 115, 6), point])).toHaveLength(3);
  });

  it('are one where a stroke is seen in the middle of a digit', () => {
    const stroke: Glyph = { symbol: '-', confidence: 0.4, x: 101, y: 51, width: 18, height: 5 };
    expect(withoutDoubles([glyph('8', 0.9, 100), stroke]).map(({ symbol }) => symbol)).toEqual(['8']);
  });
});
