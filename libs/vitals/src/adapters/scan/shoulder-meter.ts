import type { FaceLandmarks } from './face-landmarks.ts';
import type { WholePicture } from './footage.ts';
import type { Picture } from './frames.ts';
import { changeAlong, matchNear, profilesOf, STRIDE, within, type Box } from './shift-meter.ts';

const CHIN = 152;

/** Shoulders are looked for from here on below the chin, in face widths: a neck goes with the head. By eye. */
const BELOW_CHIN = 0.25;

/** And so far to either side of the chin: two and a half faces are a pair of shoulders. By eye. */
const TO_SIDE = 1.25;

/** Less of the picture than this below, in face widths, holds a collar at best. Ours. */
const LEAST_DEPTH = 0.3;

/** Farther than this from one look to the next, in face widths, a body doesn't come that breathes at rest. Ours. */
const REACH = 0.1;

/** Below this likeness to what was seen first (correlation), something else is in sight: a hand, a turned body. Ours. */
const LEAST_LIKENESS = 0.8;

/**
 * Noise of one sample of luma, steps of 8 bits, and how finely it must let a shift be told, in face widths: a fifth of the rise
 * of a shallow breath. Ours.
 */
const SAMPLE_NOISE = 2;
const FINEST_SHIFT = 0.002;

/** Pixels between the samples looked at, in face widths: at 168 pixels those of `STRIDE`. In large pictures the rest says the same. */
const SPACING = 0.012;

/** Which way down is in the coded picture. */
export interface Down {
  readonly axis: 'x' | 'y';
  readonly sign: 1 | -1;
}

/** By quarters of a turn of the face, clockwise: a coded picture may lie on its side. */
const DOWN: readonly Down[] = [
  { axis: 'y', sign: 1 },
  { axis: 'x', sign: -1 },
  { axis: 'y', sign: -1 },
  { axis: 'x', sign: 1 },
];

export const downOf = ({ square }: Pick<FaceLandmarks, 'square'>): Down =>
  DOWN[((Math.round(square.angle / (Math.PI / 2)) % 4) + 4) % 4]!;

/** The box below a chin down to the edge of the picture; undefined where too little is left of it. */
const boxBelow = (face: FaceLandmarks, { width, height }: Picture, { axis, sign }: Down): Box | undefined => {
  const [x, y] = [face.points[2 * CHIN]!, face.points[2 * CHIN + 1]!];
  const from = (axis === 'y' ? y : x) + sign * BELOW_CHIN * face.width;
  const edge = axis === 'y' ? height : width;
  const [first, last] = sign === 1 ? [from, edge] : [0, from];
  const side = TO_SIDE * face.width;
  if (last - first < LEAST_DEPTH * face.width) return undefined;
  return within(
    axis === 'y'
      ? { left: x - side, right: x + side, top: first, bottom: last }
      : { left: first, right: last, top: y - side, bottom: y + side },
    { width, height },
  );
};

/** Where shoulders were, look by look. */
export interface ShoulderPath {
  readonly down: Down;
  readonly frames: readonly number[];
  /** Pixels downwards. */
  readonly shift: readonly number[];
}

interface Watched {
  readonly down: Down;
  readonly box: Box;
  readonly stride: number;
  readonly first: Float64Array;
  /** Samples that shoulders may move by from look to look. */
  readonly reach: number;
}

/**
 * Follows the shoulders up and down in whole pictures, which come twice a second: often enough for 30 breaths a minute. Each is
 * compared with the first, for errors of steps add up to a drift in the rhythm of a slow breath. One profile of all the width:
 * of narrow strips each took a sway to the side for a rise, along the slope of its shoulder (measured: by half of the sway).
 */
export class ShoulderMeter {
  /** Null where a face was seen and no shoulders. */
  #watched: Watched | null | undefined;
  #at = 0;
  readonly #frames: number[] = [];
  readonly #shift: number[] = [];

  /** Where a face is first seen, in this picture: the shoulders are followed from there. */
  watch(face: FaceLandmarks, picture: Picture): void {
    if (this.#watched === undefined) this.#watched = watchedIn(face, picture);
  }

  add({ frame, picture }: WholePicture): void {
    if (!this.#watched) return;
    const { first, down, stride, reach } = this.#watched;
    const { shift, likeness } = matchNear(first, profileOf(picture, this.#watched), this.#at, reach);
    if (!(likeness >= LEAST_LIKENESS)) return;
    this.#at = shift;
    this.#frames.push(frame);
    this.#shift.push(down.sign * stride * shift);
  }

  /** Undefined where no shoulders are in sight. */
  path(): ShoulderPath | undefined {
    return this.#watched ? { down: this.#watched.down, frames: this.#frames, shift: this.#shift } : undefined;
  }
}

type Spot = Pick<Watched, 'down' | 'box' | 'stride'>;

const profileOf = (picture: Picture, { box, down, stride }: Spot): Float64Array =>
  profilesOf(picture, box, stride)[down.axis === 'y' ? 'rows' : 'columns'];

const brightnessOf = ({ width, bytes }: Picture, { box, stride }: Spot): number => {
  let [sum, count] = [0, 0];
  for (let y = box.top; y < box.bottom; y += stride) {
    for (let x = box.left; x < box.right; x += stride, count++) sum += bytes[y * width + x]!;
  }
  return sum / count;
};

/** Pixels by which noise blurs the shift of what is in a box; infinite where no more than noise is there. */
const blurOf = (picture: Picture, spot: Spot, first: Float64Array): number => {
  const { box, down, stride } = spot;
  const across = (down.axis === 'y' ? box.right - box.left : box.bottom - box.top) / stride;
  const noise = SAMPLE_NOISE / brightnessOf(picture, spot) / Math.sqrt(across);
  // The slope between two neighbours but one has half the variance of a sample.
  const slopes = changeAlong(first, first).slopes - (first.length * noise ** 2) / 2;
  return slopes > 0 ? (stride * Math.SQRT2 * noise) / Math.sqrt(slopes) : Infinity;
};

const watchedIn = (face: FaceLandmarks, picture: Picture): Watched | null => {
  const down = downOf(face);
  const box = boxBelow(face, picture, down);
  if (box === undefined) return null;
  const stride = Math.max(STRIDE, Math.round(SPACING * face.width));
  const spot = { down, box, stride };
  const first = profileOf(picture, spot);
  if (blurOf(picture, spot, first) > FINEST_SHIFT * face.width) return null;
  return { ...spot, first, reach: Math.ceil((REACH * face.width) / stride) };
};
