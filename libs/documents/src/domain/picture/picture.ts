import { heightOf, homographyBetween, quadOf, widthOf, type Quad } from './geometry.ts';

/** Pixels row by row, red, green, blue, 0-255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** One value per pixel, row by row. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Where the values of a sampled picture go: planes of blue, green and red, as the networks were trained. */
export interface PlanesTarget {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Of blue, green, red: what 0-255 is multiplied by, and what is added then. */
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** More samples a pixel and side would only cost: a page is read at no less than a quarter of its size. */
const MAX_SAMPLES = 4;

/** Adds the pixel at (x, y), interpolated between its four neighbours, to `out`: red, green, blue. */
const addSample = ({ width, height, data }: Picture, x: number, y: number, out: Float64Array): void => {
  const px = Math.min(width - 1, Math.max(0, x - 0.5));
  const py = Math.min(height - 1, Math.max(0, y - 0.5));
  const left = Math.floor(px);
  const top = Math.floor(py);
  const fx = px - left;
  const fy = py - top;
  const a = 3 * (top * width + left);
  const b = left + 1 < width ? a + 3 : a;
  const down = top + 1 < height ? 3 * width : 0;
  for (let c = 0; c < 3; c++) {
    const upper = data[a + c]! * (1 - fx) + data[b + c]! * fx;
    const lower = data[a + down + c]! * (1 - fx) + data[b + down + c]! * fx;
    out[c]! += upper * (1 - fy) + lower * fy;
  }
};

/** Adds the pixel that (x, y) lies in. */
const addPixel = ({ width, height, data }: Picture, x: number, y: number, out: Float64Array): void => {
  const column = x < 0 ? 0 : x >= width ? width - 1 : Math.floor(x);
  const row = y < 0 ? 0 : y >= height ? height - 1 : Math.floor(y);
  const at = 3 * (row * width + column);
  out[0]! += data[at]!;
  out[1]! += data[at + 1]!;
  out[2]! += data[at + 2]!;
};

/** From so many samples a side on, their mean is as smooth without a look at the neighbours of each: a quarter of the time. */
const ENOUGH_SAMPLES = 3;

/**
 * Straightens what is inside the quad into planes of a tensor. Beyond the picture's edge its last pixel goes on. Where the
 * quad is larger than the target, a value is the mean of several samples.
 */
export const sampleQuad = (picture: Picture, quad: Quad, target: PlanesTarget): void => {
  const { data, width, height, scale, offset } = target;
  const map = homographyBetween(quadOf(0, 0, width, height), quad);
  if (map === undefined) return;
  const shrinks = Math.max(widthOf(quad) / width, heightOf(quad) / height);
  const samples = Math.min(MAX_SAMPLES, Math.max(1, Math.round(shrinks)));
  const [blue, green, red] = scale.map((factor) => factor / (samples * samples)) as [number, number, number];
  const add = samples < ENOUGH_SAMPLES ? addSample : addPixel;
  const plane = width * height;
  const sums = new Float64Array(3);
  for (let at = 0; at < plane; at++) {
    const column = at % width;
    const row = (at - column) / width;
    sums.fill(0);
    for (let k = 0; k < samples * samples; k++) {
      const x = column + ((k % samples) + 0.5) / samples;
      const y = row + (Math.floor(k / samples) + 0.5) / samples;
      // As `project` does, but without a point for each of a million samples.
      const w = map[6] * x + map[7] * y + 1;
      add(picture, (map[0] * x + map[1] * y + map[2]) / w, (map[3] * x + map[4] * y + map[5]) / w, sums);
    }
    data[at] = sums[2]! * blue + offset[0];
    data[plane + at] = sums[1]! * green + offset[1];
    data[2 * plane + at] = sums[0]! * red + offset[2];
  }
};

/** The picture at a smaller size, each pixel the mean of the block that it stands for. */
export const shrink = (picture: Picture, maxSide: number): Picture => {
  const factor = Math.max(1, Math.max(picture.width, picture.height) / maxSide);
  const width = Math.max(1, Math.round(picture.width / factor));
  const height = Math.max(1, Math.round(picture.height / factor));
  const data = new Uint8Array(3 * width * height);
  const edge = (i: number, count: number, size: number): number => Math.floor((i * size) / count);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [edge(y, height, picture.height), edge(y + 1, height, picture.height)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [edge(x, width, picture.width), edge(x + 1, width, picture.width)];
      meanOfBlock(picture, { left, right, top, bottom }, data.subarray(3 * (y * width + x)));
    }
  }
  return { width, height, data };
};

interface Block {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const meanOfBlock = ({ width, data }: Picture, { left, right, top, bottom }: Block, out: Uint8Array): void => {
  const sums = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = 3 * (y * width + left); at < 3 * (y * width + right); at += 3) {
      sums[0]! += data[at]!;
      sums[1]! += data[at + 1]!;
      sums[2]! += data[at + 2]!;
    }
  }
  const count = (right - left) * (bottom - top);
  for (let c = 0; c < 3; c++) out[c] = Math.round(sums[c]! / count);
};
