import type { Picture } from './frames.ts';

/** A rectangle of a picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One row in so many, and one column, is looked at: neighbours say the same. */
export const STRIDE = 2;

/** How bright a box is by column and by row, over its mean, so that light that changes changes nothing. */
interface Profiles {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

const overMean = (sums: Float64Array): Float64Array => {
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length || 1;
  return sums.map((value) => value / mean);
};

export const profilesOf = (
  { width, bytes }: Picture,
  { left, top, right, bottom }: Box,
  stride: number = STRIDE,
): Profiles => {
  const columns = new Float64Array(Math.ceil((right - left) / stride));
  const rows = new Float64Array(Math.ceil((bottom - top) / stride));
  for (let row = 0; row < rows.length; row++) {
    const start = (top + stride * row) * width + left;
    let sum = 0;
    for (let i = 0; i < columns.length; i++) {
      const luma = bytes[start + stride * i]!;
      sum += luma;
      columns[i]! += luma;
    }
    rows[row] = sum;
  }
  return { columns: overMean(columns), rows: overMean(rows) };
};

/** How a profile changed against its slope: by -along / slopes samples it moved on (Lucas and Kanade 1981, in one dimension). */
export const changeAlong = (
  before: Float64Array,
  after: Float64Array,
): { readonly along: number; readonly slopes: number } => {
  let [along, slopes] = [0, 0];
  for (let i = 1; i + 1 < before.length; i++) {
    const slope = (before[i + 1]! - before[i - 1]! + after[i + 1]! - after[i - 1]!) / 4;
    along += slope * (after[i]! - before[i]!);
    slopes += slope * slope;
  }
  return { along, slopes };
};

const shiftOf = (before: Float64Array, after: Float64Array): number => {
  const { along, slopes } = changeAlong(before, after);
  return slopes === 0 ? 0 : -along / slopes;
};

/** First sample, and that after the last, that a profile has in common with one that moved on by so many. */
const commonTo = (length: number, shift: number): readonly [number, number] => {
  const first = Math.max(0, Math.ceil(shift));
  return [first, Math.max(first, Math.floor(Math.min(0, shift)) + length)];
};

/** What a profile has in common with one of before that has moved on by parts of a sample, over the mean of each. */
const overlap = (before: Float64Array, after: Float64Array, shift: number): readonly [Float64Array, Float64Array] => {
  const [first, end] = commonTo(before.length, shift);
  const moved = new Float64Array(end - first);
  for (let i = first; i < end; i++) {
    const from = Math.floor(i - shift);
    const part = i - shift - from;
    moved[i - first] = before[from]! + (part === 0 ? 0 : part * (before[from + 1]! - before[from]!));
  }
  return [overMean(moved), overMean(after.slice(first, end))];
};

/** Correlation of a profile with one of before that has moved on by whole samples, -1 … 1. */
const likeness = (before: Float64Array, after: Float64Array, shift: number): number => {
  const [first, end] = commonTo(before.length, shift);
  let [sum, otherSum, both, squares, otherSquares] = [0, 0, 0, 0, 0];
  for (let i = first; i < end; i++) {
    const [one, other] = [before[i - shift]!, after[i]!];
    sum += one;
    otherSum += other;
    both += one * other;
    squares += one * one;
    otherSquares += other * other;
  }
  const count = end - first;
  const spread = (squares - (sum * sum) / count) * (otherSquares - (otherSum * otherSum) / count);
  return (both - (sum * otherSum) / count) / Math.sqrt(spread);
};

/** Rounds of refinement by which a shift comes to rest: it was within 0.01 of a sample after three (measured). */
const ROUNDS = 4;

/** A shift, and the correlation of what it brings together, -1 … 1. */
export interface Match {
  readonly shift: number;
  readonly likeness: number;
}

/** By how many samples a profile has moved on, no further than `reach` from a guess: for looks that lie seconds apart. */
export const matchNear = (before: Float64Array, after: Float64Array, guess: number, reach: number): Match => {
  const near = Math.round(guess);
  let [shift, most] = [near, -Infinity];
  for (let tried = near - reach; tried <= near + reach; tried++) {
    const alike = likeness(before, after, tried);
    if (alike > most) [shift, most] = [tried, alike];
  }
  for (let round = 0; round < ROUNDS; round++) shift += shiftOf(...overlap(before, after, shift));
  return { shift, likeness: likeness(...overlap(before, after, shift), 0) };
};

/** The part of a box that lies in a picture, in whole pixels: one at least. */
export const within = (box: Box, { width, height }: Pick<Picture, 'width' | 'height'>): Box => {
  const inside = (value: number, size: number): number => Math.min(Math.max(Math.round(value), 0), size);
  const [left, right] = [inside(box.left, width), inside(box.right, width)];
  const [top, bottom] = [inside(box.top, height), inside(box.bottom, height)];
  return { left, top, right: Math.max(right, left + 1), bottom: Math.max(bottom, top + 1) };
};

/**
 * Follows what moves in a box of the pictures from one to the next, finer than landmarks, which are found twice a second: a
 * head that nods at 0.8 Hz is seen by them as resting (seen: its rate came out as a pulse).
 */
export class ShiftMeter {
  #box: Box | undefined;
  #before: Profiles | undefined;
  #x = 0;
  #y = 0;

  /** Where to look from now on; only the first box counts, since places in another can't be compared. */
  watch(box: Box, picture: Picture): void {
    this.#box ??= within(box, picture);
  }

  /** How far the content of the box has moved since the first picture, pixels. */
  add(picture: Picture): { readonly x: number; readonly y: number } {
    if (this.#box === undefined) return { x: NaN, y: NaN };
    const now = profilesOf(picture, this.#box);
    if (this.#before !== undefined) {
      this.#x += STRIDE * shiftOf(this.#before.columns, now.columns);
      this.#y += STRIDE * shiftOf(this.#before.rows, now.rows);
    }
    this.#before = now;
    return { x: this.#x, y: this.#y };
  }
}
