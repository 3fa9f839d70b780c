import { SYMBOLS, type Glyph } from './glyphs.ts';
import type { View } from './view.ts';

/** What the network says of a view, plane by plane, row-major. */
export interface GlyphMaps {
  /** Logits, a plane for each of SYMBOLS. */
  readonly symbols: Float32Array;
  /** Logarithms of width and height, offsets across and down. */
  readonly places: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels of the view to a cell of the maps. */
const STRIDE = 4;
/** Sizes are learned as logarithms of parts of this. */
const NORMAL_SIZE = 16;
/** Cells whose symbol is less likely than this are nothing. Ours: at 0.3 a third more claims are wrong, at 0.5 a tenth less is found. */
const LEAST_CONFIDENCE = 0.4;
const LEAST_LOGIT = Math.log(LEAST_CONFIDENCE / (1 - LEAST_CONFIDENCE));
/** A size beyond this many times the normal one is none. */
const MAX_LOG_SIZE = 4;

const probability = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Cells around one, row by row: those before it and those behind it. */
const AROUND = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((across) => ({ across, down })));
const BEFORE = AROUND.slice(0, 4);
const BEHIND = AROUND.slice(5);

const isPeak = (maps: GlyphMaps, plane: number, x: number, y: number): boolean => {
  const { symbols, width, height } = maps;
  const here = symbols[plane + y * width + x]!;
  const there = ({ across, down }: (typeof AROUND)[number]): number => {
    const [nx, ny] = [x + across, y + down];
    return nx < 0 || ny < 0 || nx >= width || ny >= height ? -Infinity : symbols[plane + ny * width + nx]!;
  };
  // Of two that are equal the first is the peak.
  return BEFORE.every((cell) => there(cell) < here) && BEHIND.every((cell) => there(cell) <= here);
};

const runnerUp = (maps: GlyphMaps, symbol: number, at: number): Glyph['second'] => {
  const cells = maps.width * maps.height;
  let best = -1;
  for (let k = 0; k < SYMBOLS.length; k++) {
    if (k !== symbol && (best < 0 || maps.symbols[k * cells + at]! > maps.symbols[best * cells + at]!)) best = k;
  }
  return { symbol: SYMBOLS[best]!, confidence: probability(maps.symbols[best * cells + at]!) };
};

const glyphAt = (maps: GlyphMaps, symbol: number, at: number, view: View): Glyph => {
  const cells = maps.width * maps.height;
  const x = at % maps.width;
  const y = (at - x) / maps.width;
  const size = (plane: number): number =>
    (NORMAL_SIZE * Math.exp(Math.min(MAX_LOG_SIZE, maps.places[plane * cells + at]!))) / view.scale;
  const second = runnerUp(maps, symbol, at);
  return {
    symbol: SYMBOLS[symbol]!,
    confidence: probability(maps.symbols[symbol * cells + at]!),
    x: view.left + ((x + 0.5 + maps.places[2 * cells + at]!) * STRIDE) / view.scale,
    y: view.top + ((y + 0.5 + maps.places[3 * cells + at]!) * STRIDE) / view.scale,
    width: size(0),
    height: size(1),
    ...(second === undefined ? {} : { second }),
  };
};

/** Glyphs of a view, in pixels of the turned picture; the same place may have several symbols. */
export const glyphsAtPeaks = (maps: GlyphMaps, view: View): Glyph[] => {
  const cells = maps.width * maps.height;
  const glyphs: Glyph[] = [];
  for (let symbol = 0; symbol < SYMBOLS.length; symbol++) {
    for (let at = 0; at < cells; at++) {
      if (maps.symbols[symbol * cells + at]! < LEAST_LOGIT) continue;
      const x = at % maps.width;
      if (isPeak(maps, symbol * cells, x, (at - x) / maps.width)) glyphs.push(glyphAt(maps, symbol, at, view));
    }
  }
  return glyphs;
};

/** Points are small and stand in the corner of a digit's box: they and digits don't shut each other out. */
const isMark = ({ symbol }: Glyph): boolean => symbol === '.' || symbol === ':';

/** Shares of a box. Ours: neighbours of a slanted line overlap by a third, what is seen twice by more. */
const MOST_OVERLAP = 0.5;
const CENTRAL = 0.3;
/** Digits stand further apart than this, in their heights; ones are narrower, and views differ. */
const NARROW = 0.22;

const overlap = (a: Glyph, b: Glyph): number => {
  const side = (p: number, q: number, lp: number, lq: number): number =>
    Math.max(0, Math.min(p + lp / 2, q + lq / 2) - Math.max(p - lp / 2, q - lq / 2));
  const shared = side(a.x, b.x, a.width, b.width) * side(a.y, b.y, a.height, b.height);
  return shared / Math.max(1e-9, Math.min(a.width * a.height, b.width * b.height));
};

/** Two points of one number are further apart than this, in their sizes: views differ by a pixel, and points are small. */
const APART = 1.3;

const areOneMark = (a: Glyph, b: Glyph): boolean => {
  const reach = APART * Math.max(a.width, a.height, b.width, b.height);
  return Math.abs(a.x - b.x) < reach && Math.abs(a.y - b.y) < reach;
};

const isSamePlace = (a: Glyph, b: Glyph): boolean => {
  if (isMark(a) && isMark(b)) return areOneMark(a, b);
  const height = Math.max(a.height, b.height);
  const central =
    Math.abs(a.x - b.x) < Math.max(CENTRAL * Math.max(a.width, b.width), NARROW * height) &&
    Math.abs(a.y - b.y) < CENTRAL * height;
  return isMark(a) === isMark(b) ? central || overlap(a, b) > MOST_OVERLAP : central;
};

/** Of glyphs at one place the surest; where another symbol was nearly as sure there, it is the second. */
export const withoutDoubles = (glyphs: readonly Glyph[]): Glyph[] => {
  const kept: Glyph[] = [];
  for (const glyph of [...glyphs].sort((a, b) => b.confidence - a.confidence)) {
    const at = kept.findIndex((other) => isSamePlace(glyph, other));
    const winner = kept[at];
    if (winner === undefined) kept.push(glyph);
    else if (glyph.symbol !== winner.symbol && glyph.confidence > (winner.second?.confidence ?? 0)) {
      kept[at] = { ...winner, second: { symbol: glyph.symbol, confidence: glyph.confidence } };
    }
  }
  return kept;
};
