import { bandPassPair, type Band } from './band.ts';
import { GRID_RATE_HZ } from './clock.ts';
import { runningMean } from './trend.ts';

export const COLOURS = ['red', 'green', 'blue'] as const;

/** The colour of one patch on the grid, R'G'B' 0-255, without gaps. */
export interface Colour {
  readonly red: Float64Array;
  readonly green: Float64Array;
  readonly blue: Float64Array;
}

/** Window of POS and CHROM: 1.6 s, one beat at 37 bpm (Wang et al. 2017, IEEE TBME 64:1479). */
const WINDOW_SECONDS = 1.6;

/**
 * CHROM and GREEN divide by the mean over this long: several beats, so that it does not swing with them and bend their
 * rise (1.6 s cost a third more error of SDNN), and about a breath, so that light that drifts is followed.
 */
const MEAN_SECONDS = 5;

/** Where CHROM tunes its two signals against each other: 40-240 bpm (de Haan and Jeanne 2013, IEEE TBME 60:2878). */
const TUNING_BAND: Band = { low: 40 / 60, high: 4 };

/** Below one level of 255 a mean is noise and can't be divided by. */
const DARKEST_MEAN = 1;

const windowFor = (count: number): number => Math.min(count, Math.round(WINDOW_SECONDS * GRID_RATE_HZ));

const meanOf = (values: Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

/** Prefix sums of the product of two deviations: out[k] is the sum of the first k. */
const prefixOfProducts = (a: Float64Array, meanA: number, b: Float64Array, meanB: number): Float64Array => {
  const out = new Float64Array(a.length + 1);
  for (let i = 0; i < a.length; i++) out[i + 1] = out[i]! + (a[i]! - meanA) * (b[i]! - meanB);
  return out;
};

const prefixOf = (a: Float64Array, mean: number): Float64Array => {
  const out = new Float64Array(a.length + 1);
  for (let i = 0; i < a.length; i++) out[i + 1] = out[i]! + (a[i]! - mean);
  return out;
};

/** First and second moments of the three colours over any window, in constant time each. */
interface Moments {
  readonly means: readonly [number, number, number];
  readonly sums: readonly [Float64Array, Float64Array, Float64Array];
  readonly squares: readonly [Float64Array, Float64Array, Float64Array];
  /** green·blue, green·red, blue·red */
  readonly products: readonly [Float64Array, Float64Array, Float64Array];
}

const momentsOf = ({ red, green, blue }: Colour): Moments => {
  const r = meanOf(red);
  const g = meanOf(green);
  const b = meanOf(blue);
  return {
    means: [r, g, b],
    sums: [prefixOf(red, r), prefixOf(green, g), prefixOf(blue, b)],
    squares: [
      prefixOfProducts(red, r, red, r),
      prefixOfProducts(green, g, green, g),
      prefixOfProducts(blue, b, blue, b),
    ],
    products: [
      prefixOfProducts(green, g, blue, b),
      prefixOfProducts(green, g, red, r),
      prefixOfProducts(blue, b, red, r),
    ],
  };
};

/** The ratio by which one window of POS is tuned; 0 where nothing swings or the window is too dark. */
const posRatio = (m: Moments, start: number, size: number): number => {
  const sum = (prefix: Float64Array): number => prefix[start + size]! - prefix[start]!;
  const dr = sum(m.sums[0]) / size;
  const dg = sum(m.sums[1]) / size;
  const db = sum(m.sums[2]) / size;
  const r = m.means[0] + dr;
  const g = m.means[1] + dg;
  const b = m.means[2] + db;
  if (r < DARKEST_MEAN || g < DARKEST_MEAN || b < DARKEST_MEAN) return 0;
  const rr = (sum(m.squares[0]) / size - dr * dr) / (r * r);
  const gg = (sum(m.squares[1]) / size - dg * dg) / (g * g);
  const bb = (sum(m.squares[2]) / size - db * db) / (b * b);
  const gb = (sum(m.products[0]) / size - dg * db) / (g * b);
  const gr = (sum(m.products[1]) / size - dg * dr) / (g * r);
  const br = (sum(m.products[2]) / size - db * dr) / (b * r);
  const first = gg + bb - 2 * gb;
  const second = gg + bb + 4 * rr + 2 * gb - 4 * gr - 4 * br;
  return second > 0 ? Math.sqrt(Math.max(0, first) / second) : 0;
};

/** How POS is tuned in each window: the ratio of its two projections, by the window's first sample. */
export const posTuning = (colour: Colour): Float64Array => {
  const count = colour.red.length;
  const size = windowFor(count);
  const moments = momentsOf(colour);
  return Float64Array.from({ length: count - size + 1 }, (_, start) => posRatio(moments, start, size));
};

/**
 * POS, plane orthogonal to skin (Wang et al. 2017): each window is divided by its means, projected on G-B and G+B-2R
 * and tuned; overlapping windows are averaged. A window's output is a weighted sum of the three colours, so the sum over
 * windows is one weighted sum with running weights: O(n) instead of O(n · window), and exact. `tuning` may be that of a
 * quieter colour of the same face. Blood volume grows upwards.
 */
export const pos = (colour: Colour, tuning = posTuning(colour)): Float64Array => {
  const count = colour.red.length;
  const size = windowFor(count);
  const levels = [colour.red, colour.green, colour.blue].map(meanOf) as [number, number, number];
  const prefixes = [colour.red, colour.green, colour.blue].map((values, c) => prefixOf(values, levels[c]!));
  const steps = [0, 1, 2, 3].map(() => new Float64Array(count + 1));
  const [red, green, blue, windows] = steps as [Float64Array, Float64Array, Float64Array, Float64Array];
  const add = (step: Float64Array, start: number, weight: number): void => {
    step[start] = step[start]! + weight;
    step[start + size] = step[start + size]! - weight;
  };
  for (let start = 0; start < tuning.length; start++) {
    const mean = (c: 0 | 1 | 2): number => levels[c] + (prefixes[c]![start + size]! - prefixes[c]![start]!) / size;
    const [r, g, b] = [mean(0), mean(1), mean(2)];
    if (r < DARKEST_MEAN || g < DARKEST_MEAN || b < DARKEST_MEAN) continue;
    const alpha = tuning[start]!;
    add(red, start, (-2 * alpha) / r);
    add(green, start, (1 + alpha) / g);
    add(blue, start, (alpha - 1) / b);
    add(windows, start, 1);
  }
  const out = new Float64Array(count);
  for (let i = 0, r = 0, g = 0, b = 0, n = 0; i < count; i++) {
    r += red[i]!;
    g += green[i]!;
    b += blue[i]!;
    n += windows[i]!;
    // Minus: more blood is less light.
    out[i] = n < 0.5 ? 0 : -(r * colour.red[i]! + g * colour.green[i]! + b * colour.blue[i]!) / n;
  }
  return out;
};

/** The trace over its own running mean, minus one: the relative change of light. */
export const relativeChange = (values: Float64Array): Float64Array => {
  const out = runningMean(values, Math.round(MEAN_SECONDS * GRID_RATE_HZ));
  for (let i = 0; i < out.length; i++) out[i] = out[i]! < DARKEST_MEAN ? 0 : values[i]! / out[i]! - 1;
  return out;
};

const { sqrt } = Math;

/** Running ratio of the standard deviations of two zero-mean signals over the window. */
const runningRatio = (x: Float64Array, y: Float64Array): Float64Array => {
  const reach = Math.floor(windowFor(x.length) / 2);
  const xx = prefixOfProducts(x, 0, x, 0);
  const yy = prefixOfProducts(y, 0, y, 0);
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) {
    const from = i < reach ? 0 : i - reach;
    const to = i + reach < out.length ? i + reach + 1 : out.length;
    const above = xx[to]! - xx[from]!;
    const below = yy[to]! - yy[from]!;
    out[i] = above > 0 && below > 0 ? sqrt(above / below) : 0;
  }
  return out;
};

/** The changes of red, green and blue that CHROM and GREEN start from. */
export const changesOf = (colour: Colour): Colour => ({
  red: relativeChange(colour.red),
  green: relativeChange(colour.green),
  blue: relativeChange(colour.blue),
});

/** The two signals of CHROM: X = 3R-2G and Y = 1.5R+G-1.5B of the relative changes. */
const chromPair = (changes: Colour): readonly [Float64Array, Float64Array] => {
  const count = changes.red.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = 3 * changes.red[i]! - 2 * changes.green[i]!;
    y[i] = 1.5 * changes.red[i]! + changes.green[i]! - 1.5 * changes.blue[i]!;
  }
  return [x, y];
};

/** How CHROM is tuned at each sample: the ratio of its two signals in the band of a pulse, over the window around it. */
export const chromTuning = (changes: Colour): Float64Array =>
  runningRatio(...bandPassPair(...chromPair(changes), TUNING_BAND));

/**
 * CHROM (de Haan and Jeanne 2013): X - αY with α tuned over a sliding window, where the paper overlaps fixed ones, and all
 * that follows keeps to the band, where the paper filters first. Blood volume grows upwards.
 */
export const chrom = (changes: Colour, tuning = chromTuning(changes)): Float64Array => {
  const [x, y] = chromPair(changes);
  for (let i = 0; i < x.length; i++) x[i] = x[i]! - tuning[i]! * y[i]!;
  return x;
};

/** GREEN (Verkruysse et al. 2008, Opt Express 16:21434), turned so that blood volume grows upwards. */
export const green = (changes: Colour): Float64Array => changes.green.map((value) => -value);
