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

/**
 * Averages skin patches of pictures. Y, U and V are summed and only their means turned into colours: the same number, as
 * long as nothing clips, for a fortieth of the work of converting the frame (measured).
 */
export class PatchMeter {
  readonly #patches: readonly SkinPatch[];
  readonly #colours: ColourWeights;
  readonly #crossings = new Float64Array(MAX_CROSSINGS);
  #samples = 0;
  #luma = 0;
  #u = 0;
  #v = 0;

  constructor(patches: readonly SkinPatch[], colours: ColourWeights) {
    this.#patches = patches;
    this.#colours = colours;
  }

  /**
   * @param points x and y of every landmark, pixels of the picture
   * @param out a colour per patch; NaN where a patch lies outside the picture or holds no sample
   */
  measure(picture: Picture, points: Float32Array, out: readonly PatchColour[]): void {
    const { black, luma, redV, greenU, greenV, blueU } = this.#colours;
    this.#patches.forEach(({ outline }, i) => {
      this.#sum(picture, points, outline);
      const colour = out[i]!;
      const count = this.#samples;
      const light = (this.#luma / (4 * count) - black) * luma;
      const u = this.#u / count - 128;
      const v = this.#v / count - 128;
      colour.red = light + redV * v;
      colour.green = light + greenU * u + greenV * v;
      colour.blue = light + blueU * u;
    });
  }

  /** Share of each patch's samples that are too dark or too bright to carry a pulse, 0-1. */
  clipped(picture: Picture, points: Float32Array): readonly number[] {
    const { black, luma } = this.#colours;
    const low = black + DARKEST / luma;
    const high = black + BRIGHTEST / luma;
    return this.#patches.map(({ outline }) => {
      let [all, lost] = [0, 0];
      this.#eachSpan(picture, points, outline, (row, from, to) => {
        const at = 2 * row * picture.width;
        for (let i = at + 2 * from; i < at + 2 * to; i++) if (picture.bytes[i]! < low || picture.bytes[i]! > high) lost++;
        all += 2 * (to - from);
      });
      return all === 0 ? 1 : lost / all;
    });
  }

  /** Sums the cells of 2 × 2 luma and one chroma sample whose middle lies inside an outline. */
  #sum(picture: Picture, points: Float32Array, outline: readonly number[]): void {
    const { width, height, bytes } = picture;
    const chromaWidth = Math.ceil(width / 2);
    const uAt = width * height;
    const vAt = uAt + chromaWidth * Math.ceil(height / 2);
    let [samples, sumLuma, sumU, sumV] = [0, 0, 0, 0];
    this.#eachSpan(picture, points, outline, (row, from, to) => {
      let upper = 2 * row * width + 2 * from;
      let lower = upper + width;
      const chroma = row * chromaWidth;
      for (let column = from; column < to; column++, upper += 2, lower += 2) {
        sumLuma += bytes[upper]! + bytes[upper + 1]! + bytes[lower]! + bytes[lower + 1]!;
        sumU += bytes[uAt + chroma + column]!;
        sumV += bytes[vAt + chroma + column]!;
      }
      samples += to - from;
    });
    this.#samples = samples;
    this.#luma = sumLuma;
    this.#u = sumU;
    this.#v = sumV;
  }

  /**
   * The stretches of chroma rows inside an outline: columns [from, to). None at all where the outline leaves the picture,
   * since a part of a patch is another patch.
   */
  #eachSpan(
    { width, height }: Picture,
    points: Float32Array,
    outline: readonly number[],
    visit: (row: number, from: number, to: number) => void,
  ): void {
    let [top, bottom, left, right] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const corner of outline) {
      top = Math.min(top, points[2 * corner + 1]!);
      bottom = Math.max(bottom, points[2 * corner + 1]!);
      left = Math.min(left, points[2 * corner]!);
      right = Math.max(right, points[2 * corner]!);
    }
    if (!(top >= 0 && left >= 0 && bottom <= height - 1 && right <= width - 1)) return;
    const lastRow = Math.floor(bottom / 2 - 0.5);
    for (let row = Math.ceil(top / 2 - 0.5); row <= lastRow; row++) {
      const count = this.#crossingsOf(points, outline, 2 * row + 1);
      for (let i = 0; i + 1 < count; i += 2) {
        const from = Math.ceil(this.#crossings[i]! / 2 - 0.5);
        const to = Math.floor(this.#crossings[i + 1]! / 2 - 0.5) + 1;
        if (to > from) visit(row, from, to);
      }
    }
  }

  /** Where the line at height y crosses an outline, in order; how many crossings there are. */
  #crossingsOf(points: Float32Array, outline: readonly number[], y: number): number {
    const crossings = this.#crossings;
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
  }
}
