import type { Picture } from '../picture/picture.ts';
import { standardizePart, type ColourPlanes } from '../picture/standardize.ts';
import type { Turn } from './glyphs.ts';

/** An upright part of a picture that is turned, in pixels of the turned picture, and the size that it is looked at in. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of the view to one of the picture. */
  readonly scale: number;
}

/** Sides of what the network takes are multiples of its deepest stride. */
const DEEPEST_STRIDE = 32;
/** More samples a pixel and side would only cost: a picture has no more than 2400 pixels a side, seven to one of a view. Ours. */
const MAX_SAMPLES = 4;

const up = (pixels: number): number => Math.max(1, Math.ceil(pixels / DEEPEST_STRIDE)) * DEEPEST_STRIDE;

export const turnedSize = ({ width, height }: Picture, turn: Turn): { width: number; height: number } =>
  turn % 180 === 0 ? { width, height } : { width: height, height: width };

/** The whole picture, its longer side at a size. */
export const wholeView = (picture: Picture, turn: Turn, longer: number): View => {
  const { width, height } = turnedSize(picture, turn);
  return { left: 0, top: 0, width, height, scale: longer / Math.max(width, height) };
};

/** Sides of the tensor that a view needs. */
export const planesSize = ({ width, height, scale }: View): { width: number; height: number } => ({
  width: up(Math.round(width * scale)),
  height: up(Math.round(height * scale)),
});

/** Of each place along one side of a view, where in the picture's data it takes its value from, and how much of each. */
interface Taps {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly weights: Float32Array;
}

/** A side of the turned picture: how long it is, how far its pixels are apart in the data, and whether it runs backwards. */
interface Side {
  readonly size: number;
  readonly stride: number;
  readonly isReversed: boolean;
}

const sidesOf = ({ width, height }: Picture, turn: Turn): { across: Side; down: Side } => {
  const x = { size: width, stride: 3 };
  const y = { size: height, stride: 3 * width };
  switch (turn) {
    case 0:
      return { across: { ...x, isReversed: false }, down: { ...y, isReversed: false } };
    case 90:
      return { across: { ...y, isReversed: true }, down: { ...x, isReversed: false } };
    case 180:
      return { across: { ...x, isReversed: true }, down: { ...y, isReversed: true } };
    case 270:
      return { across: { ...y, isReversed: false }, down: { ...x, isReversed: true } };
  }
};

/** A view that shrinks takes means of samples, one that enlarges goes from pixel to pixel. */
const tapsOf = ({ size, stride, isReversed }: Side, from: number, scale: number, length: number): Taps => {
  const isEnlarged = scale > 1;
  const count = isEnlarged ? 2 : Math.min(MAX_SAMPLES, Math.max(1, Math.round(1 / scale)));
  const offsets = new Int32Array(length * count);
  const weights = new Float32Array(length * count).fill(1 / count);
  const put = (at: number, place: number): void => {
    const pixel = Math.min(size - 1, Math.max(0, Math.floor(place)));
    offsets[at] = stride * (isReversed ? size - 1 - pixel : pixel);
  };
  for (let i = 0; i < length; i++) {
    if (isEnlarged) {
      const place = from + (i + 0.5) / scale - 0.5;
      const part = place - Math.floor(place);
      put(2 * i, place);
      put(2 * i + 1, place + 1);
      weights.set([1 - part, part], 2 * i);
    } else {
      for (let k = 0; k < count; k++) put(i * count + k, from + (i + (k + 0.5) / count) / scale);
    }
  }
  return { count, offsets, weights };
};

interface Grid {
  readonly across: Taps;
  readonly down: Taps;
}

/** One row of a view. */
const fillRow = (data: Uint8Array, { across, down }: Grid, row: number, planes: ColourPlanes): void => {
  const plane = planes.width * planes.height;
  const length = across.offsets.length / across.count;
  for (let x = 0; x < length; x++) {
    let [red, green, blue] = [0, 0, 0];
    for (let j = row * down.count; j < (row + 1) * down.count; j++) {
      for (let i = x * across.count; i < (x + 1) * across.count; i++) {
        const weight = down.weights[j]! * across.weights[i]!;
        const at = down.offsets[j]! + across.offsets[i]!;
        red += weight * data[at]!;
        green += weight * data[at + 1]!;
        blue += weight * data[at + 2]!;
      }
    }
    const at = row * planes.width + x;
    planes.data[at] = red;
    planes.data[plane + at] = green;
    planes.data[2 * plane + at] = blue;
  }
};

/** Fills planes with a view, as the network takes it. `planes` are of `planesSize` and all zero. */
export const fillPlanes = (picture: Picture, turn: Turn, view: View, planes: ColourPlanes): void => {
  const width = Math.min(planes.width, Math.max(1, Math.round(view.width * view.scale)));
  const height = Math.min(planes.height, Math.max(1, Math.round(view.height * view.scale)));
  const sides = sidesOf(picture, turn);
  const grid = {
    across: tapsOf(sides.across, view.left, view.scale, width),
    down: tapsOf(sides.down, view.top, view.scale, height),
  };
  for (let row = 0; row < height; row++) fillRow(picture.data, grid, row, planes);
  standardizePart(planes, width, height);
};
