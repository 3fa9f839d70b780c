import type { Picture } from './frames.ts';

/** A rectangle of a picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One row in so many, and one column, is looked at: neighbours say the same. */
const STRIDE = 2;

/** How bright a box is by column and by row, over its mean, so that light that changes changes nothing. */
interface Profiles {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

const overMean = (sums: Float64Array): Float64Array => {
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length || 1;
  return sums.map((value) => value / mean);
};

const profilesOf = ({ width, bytes }: Picture, { left, top, right, bottom }: Box): Profiles => {
  const columns = new Float64Array(Math.ceil((right - left) / STRIDE));
  const rows = new Float64Array(Math.ceil((bottom - top) / STRIDE));
  for (let row = 0; row < rows.length; row++) {
    const start = (top + STRIDE * row) * width + left;
    let sum = 0;
    for (let i = 0; i < columns.length; i++) {
      const luma = bytes[start + STRIDE * i]!;
      sum += luma;
      columns[i]! += luma;
    }
    rows[row] = sum;
  }
  return { columns: overMean(columns), rows: overMean(rows) };
};

/** By how many samples a profile moved on, from what it changed by against its slope (Lucas and Kanade 1981, in one dimension). */
const shiftOf = (before: Float64Array, after: Float64Array): number => {
  let [along, slopes] = [0, 0];
  for (let i = 1; i + 1 < before.length; i++) {
    const slope = (before[i + 1]! - before[i - 1]! + after[i + 1]! - after[i - 1]!) / 4;
    along += slope * (after[i]! - before[i]!);
    slopes += slope * slope;
  }
  return slopes === 0 ? 0 : -along / slopes;
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
  watch(box: Box, { width, height }: Picture): void {
    if (this.#box !== undefined) return;
    const inside = (value: number, size: number): number => Math.min(Math.max(Math.round(value), 0), size);
    const [left, right] = [inside(box.left, width), inside(box.right, width)];
    const [top, bottom] = [inside(box.top, height), inside(box.bottom, height)];
    this.#box = { left, top, right: Math.max(right, left + 1), bottom: Math.max(bottom, top + 1) };
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
