import type { Picture } from '../picture/picture.ts';
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

/** What the network takes: planes of red, green and blue, of sides that are multiples of its deepest stride. */
export interface ViewPlanes {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

const DEEPEST_STRIDE = 32;
/** More samples a pixel and side cost time and show no more: measured at 3, 4 and 6. */
const MAX_SAMPLES = 4;
/** Added to the deviation, so that grain on an even wall isn't taken for something. As the network was trained. */
const LEAST_DEVIATION = 4;

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

/** Where a pixel of the picture lies from a place in the turned one: offset + across · x + down · y, in values of its data. */
interface Steps {
  readonly x: readonly [number, number, number];
  readonly y: readonly [number, number, number];
}

const stepsOf = ({ width, height }: Picture, turn: Turn): Steps => {
  switch (turn) {
    case 0:
      return { x: [0, 1, 0], y: [0, 0, 1] };
    case 90:
      return { x: [0, 0, 1], y: [height, -1, 0] };
    case 180:
      return { x: [width, -1, 0], y: [height, 0, -1] };
    case 270:
      return { x: [width, 0, -1], y: [0, 1, 0] };
  }
};

const clamped = (value: number, size: number): number => (value < 0 ? 0 : value >= size ? size - 1 : Math.floor(value));

/** What a view's pixels are made of: how many samples a side, and where they lie. */
const sampler = (picture: Picture, view: View, turn: Turn): ((x: number, y: number, out: Float64Array) => void) => {
  const { x: toX, y: toY } = stepsOf(picture, turn);
  const { data, width, height } = picture;
  const samples = Math.min(MAX_SAMPLES, Math.max(1, Math.round(1 / view.scale)));
  const isEnlarged = view.scale > 1;
  const add = (tx: number, ty: number, weight: number, out: Float64Array): void => {
    const px = clamped(toX[0] + toX[1] * tx + toX[2] * ty, width);
    const py = clamped(toY[0] + toY[1] * tx + toY[2] * ty, height);
    const at = 3 * (py * width + px);
    out[0]! += weight * data[at]!;
    out[1]! += weight * data[at + 1]!;
    out[2]! += weight * data[at + 2]!;
  };
  if (isEnlarged) {
    return (x, y, out) => {
      const tx = view.left + (x + 0.5) / view.scale;
      const ty = view.top + (y + 0.5) / view.scale;
      const fx = tx - 0.5 - Math.floor(tx - 0.5);
      const fy = ty - 0.5 - Math.floor(ty - 0.5);
      add(tx - 0.5, ty - 0.5, (1 - fx) * (1 - fy), out);
      add(tx + 0.5, ty - 0.5, fx * (1 - fy), out);
      add(tx - 0.5, ty + 0.5, (1 - fx) * fy, out);
      add(tx + 0.5, ty + 0.5, fx * fy, out);
    };
  }
  const weight = 1 / (samples * samples);
  return (x, y, out) => {
    for (let k = 0; k < samples * samples; k++) {
      const tx = view.left + (x + ((k % samples) + 0.5) / samples) / view.scale;
      const ty = view.top + (y + (Math.floor(k / samples) + 0.5) / samples) / view.scale;
      add(tx, ty, weight, out);
    }
  };
};

/** Grey of mean 0 and deviation 1; the colours keep what sets them apart. What is beyond the view stays 0. */
const standardize = ({ data, width, height }: ViewPlanes, across: number, down: number): void => {
  const plane = width * height;
  let sum = 0;
  let squares = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < down; y++) {
      const row = channel * plane + y * width;
      for (let x = 0; x < across; x++) {
        const value = data[row + x]!;
        sum += value;
        squares += value * value;
      }
    }
  }
  const count = 3 * across * down;
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean)) + LEAST_DEVIATION;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < down; y++) {
      const row = channel * plane + y * width;
      for (let x = 0; x < across; x++) data[row + x] = (data[row + x]! - mean) / deviation;
    }
  }
};

/** Fills planes with a view, as the network takes it. `planes` are of `planesSize` and all zero. */
export const fillPlanes = (picture: Picture, turn: Turn, view: View, planes: ViewPlanes): void => {
  const sample = sampler(picture, view, turn);
  const across = Math.min(planes.width, Math.max(1, Math.round(view.width * view.scale)));
  const down = Math.min(planes.height, Math.max(1, Math.round(view.height * view.scale)));
  const plane = planes.width * planes.height;
  const sums = new Float64Array(3);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      sums.fill(0);
      sample(x, y, sums);
      const at = y * planes.width + x;
      planes.data[at] = sums[0]!;
      planes.data[plane + at] = sums[1]!;
      planes.data[2 * plane + at] = sums[2]!;
    }
  }
  standardize(planes, across, down);
};
