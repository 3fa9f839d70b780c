import { pictureOver, type Plane } from './picture.ts';
import { MARGIN, type Stage } from './scene.ts';

/** What differs from frame to frame. */
export interface Moment {
  /** Blood volume times amplitude. */
  readonly pulse: number;
  /** The same change of colour, on everything. */
  readonly tint: number;
  /** Light over its mean, by row: 0 at the upper edge of the picture, 1 at the lower. */
  readonly light: (row: number) => number;
  /** Pixels by which the camera is off, |offset| < MARGIN, by row. */
  readonly offsetX: (row: number) => number;
  readonly offsetY: (row: number) => number;
  /** By how many pixels a row falls from one column to the next: the camera is rolled. */
  readonly slope: number;
}

/** Noise that every frame takes a different stretch of. A power of two, so that an index wraps by masking. */
export const NOISE_LENGTH = 1 << 17;

interface Layer {
  readonly world: Plane;
  readonly pulse: Plane;
  readonly tint: Plane;
  readonly out: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Black of this plane: what light scales about. */
  readonly origin: number;
  readonly margin: number;
}

interface Shift {
  readonly from: number;
  readonly fraction: number;
}

const shiftOf = (offset: number, margin: number): Shift => {
  const from = Math.floor(margin + offset);
  return { from, fraction: margin + offset - from };
};

/** Columns that are drawn with one and the same offset where the camera is rolled. */
const RUN = 8;

/** A stretch of a row, drawn in one go. */
interface Run {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  /** Where in the noise it begins. */
  readonly noiseAt: number;
}

/** Renders a stretch of a row: the world shifted by parts of a pixel, times light, plus pulse, plus noise. */
const renderRun = (layer: Layer, moment: Moment, { row, from, to, noiseAt }: Run, noise: Float32Array): number => {
  const { world, out, width, height, origin, margin } = layer;
  const place = (row + 0.5) / height;
  const scale = margin / MARGIN;
  const x = shiftOf(moment.offsetX(place) * scale, margin);
  const y = shiftOf(moment.offsetY(place) * scale + moment.slope * ((from + to - width) / 2), margin);
  const light = moment.light(place);
  const values = world.values;
  const pulse = layer.pulse.values;
  const tint = layer.tint.values;
  // The four weights of a bilinear sample, with the light folded in.
  const w00 = (1 - x.fraction) * (1 - y.fraction) * light;
  const w01 = x.fraction * (1 - y.fraction) * light;
  const w10 = (1 - x.fraction) * y.fraction * light;
  const w11 = x.fraction * y.fraction * light;
  const constant = origin * (1 - light);
  const volume = moment.pulse * light;
  const colour = moment.tint * light;
  const mask = NOISE_LENGTH - 1;
  let drawn = noiseAt;
  let above = (y.from + row) * world.width + x.from + from;
  let below = above + world.width;
  for (let at = row * width + from; at < row * width + to; at++, above++, below++) {
    const seen = values[above]! * w00 + values[above + 1]! * w01 + values[below]! * w10 + values[below + 1]! * w11;
    out[at] = constant + seen + pulse[above]! * volume + tint[above]! * colour + noise[drawn++ & mask]!;
  }
  return drawn;
};

const renderLayer = (layer: Layer, moment: Moment, noise: Float32Array, noiseAt: number): number => {
  const step = moment.slope === 0 ? layer.width : RUN;
  let drawn = noiseAt;
  for (let row = 0; row < layer.height; row++) {
    for (let from = 0; from < layer.width; from += step) {
      drawn = renderRun(layer, moment, { row, from, to: Math.min(layer.width, from + step), noiseAt: drawn }, noise);
    }
  }
  return drawn;
};

/**
 * Renders frames of stages of one size into one reused frame of bytes (planar 4:2:0, limited range).
 * Noise is what lets a pulse below one step of the 8 bits survive rounding, as a real sensor's does.
 */
export const renderer = (width: number, height: number, noise: Float32Array) => {
  const frame = new Uint8Array(width * height + (width / 2) * (height / 2) * 2);
  const picture = pictureOver(frame, width, height);
  const outputs = [picture.y, picture.u, picture.v].map(
    (bytes) => new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length),
  );
  return {
    frame,
    picture,
    /** `noiseAt` is where in the noise this frame begins. */
    render: (stage: Stage, moment: Moment, noiseAt: number): void => {
      let drawn = noiseAt;
      stage.planes.forEach((world, i) => {
        const size =
          i === 0
            ? { width, height, origin: 16, margin: MARGIN }
            : { width: width / 2, height: height / 2, origin: 128, margin: MARGIN / 2 };
        const layer = { world, pulse: stage.pulse[i]!, tint: stage.tint[i]!, out: outputs[i]!, ...size };
        drawn = renderLayer(layer, moment, noise, drawn);
      });
    },
  };
};
