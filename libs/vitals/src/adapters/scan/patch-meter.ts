import type { ColourWeights } from './colour.ts';
import type { Picture } from './frames.ts';
import type { SkinPatch } from './patches.ts';

/** Mean colour of one patch, R'G'B' 0-255. */
export interface PatchColour {
  red: number;
  green: number;
  blue: number;
}

/** Luma, 0-255 after scaling, beyond which a sample has lost its pulse: it is clipped, or drowned in noise. */
const DARKEST = 12;
const BRIGHTEST = 243;

/** Crossings of a row with an outline; the outlines have at most twelve corners. */
const MAX_CROSSINGS = 16;

/** The samples inside an outline: stretches of chroma rows, three numbers each: row, first column, column after the last. */
class Spans {
  values = new Int32Array(3 * 64);
  length = 0;

  push(row: number, from: number, to: number): void {
    if (this.length + 3 > this.values.length) {
      const grown = new Int32Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = row;
    this.values[this.length++] = from;
    this.values[this.length++] = to;
  }
}

const crossings = new Float64Array(MAX_CROSSINGS);

/** Where the line at height y crosses an outline, in order; how many crossings there are. */
const crossRow = (points: Float32Array, outline: readonly number[], y: number): number => {
  let count = 0;
  let before = outline[outline.length - 1]!;
  for (const corner of outline) {
    const y0 = points[2 * before + 1]!;
    const y1 = points[2 * corner + 1]!;
    if (y0 <= y !== y1 <= y) {
      const x0 = points[2 * before]!;
      const x = x0 + ((y - y0) / (y1 - y0)) * (points[2 * corner]! - x0);
      let place = count++;
      for (; place > 0 && crossings[place - 1]! > x; place--) crossings[place] = crossings[place - 1]!;
      crossings[place] = x;
    }
    before = corner;
  }
  return count;
};

/**
 * Fills in the cells of 2 × 2 luma and one chroma sample whose middle lies inside an outline. None at all where the
 * outline leaves the picture, since a part of a patch is another patch.
 */
const fillOutline = (
  spans: Spans,
  { width, height }: Picture,
  points: Float32Array,
  outline: readonly number[],
): void => {
  let [top, bottom, left, right] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const corner of outline) {
    top = Math.min(top, points[2 * corner + 1]!);
    bottom = Math.max(bottom, points[2 * corner + 1]!);
    left = Math.min(left, points[2 * corner]!);
    right = Math.max(right, points[2 * corner]!);
  }
  spans.length = 0;
  if (!(top >= 0 && left >= 0 && bottom <= height - 1 && right <= width - 1)) return;
  const lastRow = Math.floor(bottom / 2 - 0.5);
  for (let row = Math.ceil(top / 2 - 0.5); row <= lastRow; row++) {
    const count = crossRow(points, outline, 2 * row + 1);
    for (let i = 0; i + 1 < count; i += 2) {
      const from = Math.ceil(crossings[i]! / 2 - 0.5);
      const to = Math.floor(crossings[i + 1]! / 2 - 0.5) + 1;
      if (to > from) spans.push(row, from, to);
    }
  }
};

/**
 * Averages skin patches of pictures. Y, U and V are summed and only their means turned into colours: the same number, as
 * long as nothing clips, for a fortieth of the work of converting the frame (measured).
 */
export class PatchMeter {
  readonly #patches: readonly SkinPatch[];
  readonly #colours: ColourWeights;
  readonly #spans: readonly Spans[];

  constructor(patches: readonly SkinPatch[], colours: ColourWeights) {
    this.#patches = patches;
    this.#colours = colours;
    this.#spans = patches.map(() => new Spans());
  }

  /**
   * Lays the patches where they are in the pictures that come next.
   *
   * @param points x and y of every landmark, pixels of the picture
   */
  place(picture: Picture, points: Float32Array): void {
    this.#patches.forEach(({ outline }, i) => fillOutline(this.#spans[i]!, picture, points, outline));
  }

  /** Mean number of luma samples of the patches that hold any; 0 where none does. */
  get samples(): number {
    const held = this.#spans.map(samplesIn).filter((samples) => samples > 0);
    return held.length === 0 ? 0 : held.reduce((sum, samples) => sum + samples, 0) / held.length;
  }

  /** The colour of each patch; NaN where a patch lies outside the picture or holds no sample. */
  measure(picture: Picture, out: readonly PatchColour[]): void {
    this.#spans.forEach((spans, i) => averageSpans(picture, spans, this.#colours, out[i]!));
  }

  /**
   * Share of each patch's samples too dark or too bright to carry a pulse, 0-1; undefined where it lies outside. Looks at one
   * luma row of two.
   */
  clipped({ width, bytes }: Picture): readonly (number | undefined)[] {
    const { black, luma } = this.#colours;
    const low = black + DARKEST / luma;
    const high = black + BRIGHTEST / luma;
    return this.#spans.map(({ values, length }) => {
      let [all, lost] = [0, 0];
      for (let at = 0; at < length; at += 3) {
        const start = 2 * values[at]! * width;
        for (let i = start + 2 * values[at + 1]!; i < start + 2 * values[at + 2]!; i++, all++) {
          if (bytes[i]! < low || bytes[i]! > high) lost++;
        }
      }
      return all === 0 ? undefined : lost / all;
    });
  }
}

/** A cell holds four. */
const samplesIn = ({ values, length }: Spans): number => {
  let cells = 0;
  for (let at = 0; at < length; at += 3) cells += values[at + 2]! - values[at + 1]!;
  return 4 * cells;
};

const averageSpans = (picture: Picture, { values, length }: Spans, colours: ColourWeights, out: PatchColour): void => {
  const { width, height, bytes } = picture;
  const chromaWidth = Math.ceil(width / 2);
  const uAt = width * height;
  const uToV = chromaWidth * Math.ceil(height / 2);
  let [cells, sumLuma, sumU, sumV] = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 3) {
    const row = values[at]!;
    const from = values[at + 1]!;
    const count = values[at + 2]! - from;
    const upper = 2 * row * width + 2 * from;
    for (let i = upper; i < upper + 2 * count; i++) sumLuma += bytes[i]! + bytes[i + width]!;
    const chroma = uAt + row * chromaWidth + from;
    for (let i = chroma; i < chroma + count; i++) {
      sumU += bytes[i]!;
      sumV += bytes[i + uToV]!;
    }
    cells += count;
  }
  const { black, luma, redV, greenU, greenV, blueU } = colours;
  const light = (sumLuma / (4 * cells) - black) * luma;
  const u = sumU / cells - 128;
  const v = sumV / cells - 128;
  out.red = light + redV * v;
  out.green = light + greenU * u + greenV * v;
  out.blue = light + blueU * u;
};
