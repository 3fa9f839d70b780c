import type { FaceTraces, PatchTrace } from '@smartscan/signal';
import { BACKDROP, BACKDROP_NUMBERS, placeBackdrop } from './backdrop.ts';
import type { ColourWeights } from './colour.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import type { Picture } from './frames.ts';
import { PatchMeter, type PatchColour } from './patch-meter.ts';
import { SKIN_PATCHES, type SkinPatch } from './patches.ts';
import { ShiftMeter } from './shift-meter.ts';
import { boundsOfPatches } from './survey.ts';

/** A patch with a larger share of clipped samples than this, on average, is left out. Ours. */
const MAX_CLIPPED = 0.1;

/** What is known of the face over all frames, for the quality of the recording. */
export interface FaceSummary {
  /** Share of the frames in which the face was followed, 0-1. */
  readonly seenShare: number;
  /** Mean number of luma samples that a patch is averaged from. */
  readonly patchSamples: number;
  /** Mean brightness of the patches, 0-255. */
  readonly luminance: number;
  /** Mean share of the patches that lie inside the picture, 0-1. */
  readonly shownShare: number;
  /** Mean share of clipped samples in those, 0-1. */
  readonly clippedShare: number;
  /** Mean movement from frame to frame in face widths. */
  readonly motion: number;
}

interface Sums {
  seen: number;
  looks: number;
  width: number;
  samples: number;
  motion: number;
}

/** Grows the colour traces of the patches frame by frame. */
export class TraceBuilder {
  readonly #meter: PatchMeter;
  readonly #colours: readonly PatchColour[] = SKIN_PATCHES.map(() => ({ red: NaN, green: NaN, blue: NaN }));
  readonly #traces: readonly PatchTrace[];
  readonly #besideMeter: PatchMeter;
  readonly #besideColours: readonly PatchColour[] = BACKDROP.map(() => ({ red: NaN, green: NaN, blue: NaN }));
  readonly #beside: readonly PatchTrace[];
  readonly #motion: Float64Array;
  readonly #shift = new ShiftMeter();
  readonly #position: { readonly x: Float64Array; readonly y: Float64Array };
  /** By patch: sum of the clipped shares, and the looks at which it lay outside the picture. */
  readonly #clipped = SKIN_PATCHES.map(() => 0);
  readonly #hidden = SKIN_PATCHES.map(() => 0);
  readonly #sums: Sums = { seen: 0, looks: 0, width: 0, samples: 0, motion: 0 };
  readonly #origin: { readonly x: number; readonly y: number };
  #points = new Float32Array(0);
  #frames = 0;

  /**
   * @param capacity frames that may come at most
   * @param origin where the pictures lie in the picture that the landmarks are of
   */
  constructor(colours: ColourWeights, capacity: number, origin: { readonly x: number; readonly y: number }) {
    this.#origin = origin;
    this.#meter = new PatchMeter(SKIN_PATCHES, colours);
    this.#besideMeter = new PatchMeter(BACKDROP, colours);
    const trace = (): Float64Array => new Float64Array(capacity).fill(NaN);
    const traced = ({ name }: SkinPatch): PatchTrace => ({ name, red: trace(), green: trace(), blue: trace() });
    this.#traces = SKIN_PATCHES.map(traced);
    this.#beside = BACKDROP.map(traced);
    this.#motion = new Float64Array(capacity);
    this.#position = { x: trace(), y: trace() };
  }

  get frames(): number {
    return this.#frames;
  }

  /**
   * Adds the pictures between two looks at the face. The landmarks wander in a straight line from those of the last look
   * to those of this one, which are of the last picture.
   */
  add(pictures: readonly Picture[], before: FaceLandmarks | undefined, now: FaceLandmarks | undefined): void {
    if (now === undefined || (before === undefined && this.#frames > 0)) {
      this.#frames += pictures.length;
      return;
    }
    const from = before ?? now;
    this.#watch(pictures[0]!, now);
    const moved = movement(from, now) / pictures.length;
    pictures.forEach((picture, i) => {
      this.#wander(from, now, (i + 1) / pictures.length);
      this.#addFrame(picture, moved);
    });
    this.#look(pictures[pictures.length - 1]!, now);
  }

  /** Sets the points to those a share of the way from one look to the next. */
  #wander(from: FaceLandmarks, to: FaceLandmarks, share: number): void {
    const length = to.points.length + BACKDROP_NUMBERS;
    const points = this.#points.length === length ? this.#points : new Float32Array(length);
    for (let i = 0; i < to.points.length; i++) {
      const origin = i % 2 === 0 ? this.#origin.x : this.#origin.y;
      points[i] = from.points[i]! + share * (to.points[i]! - from.points[i]!) - origin;
    }
    this.#points = points;
  }

  #addFrame(picture: Picture, moved: number): void {
    const n = this.#frames++;
    placeBackdrop(this.#points, picture);
    this.#meter.place(picture, this.#points);
    this.#meter.measure(picture, this.#colours);
    keep(this.#colours, this.#traces, n);
    this.#besideMeter.place(picture, this.#points);
    this.#besideMeter.measure(picture, this.#besideColours);
    keep(this.#besideColours, this.#beside, n);
    this.#motion[n] = moved;
    const { x, y } = this.#shift.add(picture);
    this.#position.x[n] = x;
    this.#position.y[n] = y;
    this.#sums.seen++;
    this.#sums.motion += moved;
  }

  /** Follows the movement of the patches, from where they are first seen. */
  #watch(picture: Picture, face: FaceLandmarks): void {
    const { left, top, right, bottom } = boundsOfPatches(face);
    const { x, y } = this.#origin;
    this.#shift.watch({ left: left - x, top: top - y, right: right - x, bottom: bottom - y }, picture);
  }

  #look(picture: Picture, face: FaceLandmarks): void {
    this.#meter.clipped(picture).forEach((share, i) => {
      if (share === undefined) this.#hidden[i]!++;
      else this.#clipped[i]! += share;
    });
    this.#sums.looks++;
    this.#sums.width += face.width;
    this.#sums.samples += this.#meter.samples;
  }

  /** The traces of the patches that carry a signal. `timesSeconds` has a time for each frame. */
  traces(timesSeconds: Float64Array): FaceTraces {
    const frames = timesSeconds.length;
    const patches = this.#traces
      .filter((_, i) => {
        const shown = this.#sums.looks - this.#hidden[i]!;
        return shown > 0 && this.#clipped[i]! <= MAX_CLIPPED * shown;
      })
      .map((trace) => firstOf(trace, frames));
    const backdrop = this.#beside.map((trace) => firstOf(trace, frames));
    const width = this.#width();
    const path = (pixels: Float64Array): Float64Array => pixels.subarray(0, frames).map((value) => value / width);
    const position = { x: path(this.#position.x), y: path(this.#position.y) };
    return { timesSeconds, patches, motion: this.#motion.subarray(0, frames), position, backdrop };
  }

  /** Mean width of the face, pixels. */
  #width(): number {
    const { width, looks } = this.#sums;
    return share(width, looks);
  }

  summary(): FaceSummary {
    const { seen, looks, samples: metered, motion } = this.#sums;
    const shown = looks * SKIN_PATCHES.length - sumOf(this.#hidden);
    let [light, samples] = [0, 0];
    for (const { red, green, blue } of this.#traces) {
      for (let n = 0; n < this.#frames; n++) {
        if (Number.isNaN(green[n]!)) continue;
        light += (red[n]! + green[n]! + blue[n]!) / 3;
        samples++;
      }
    }
    return {
      seenShare: share(seen, this.#frames),
      patchSamples: share(metered, looks),
      luminance: share(light, samples),
      shownShare: share(shown, looks * SKIN_PATCHES.length),
      clippedShare: share(sumOf(this.#clipped), shown),
      motion: share(motion, seen),
    };
  }
}

/** Sets the n-th sample of each trace. */
const keep = (colours: readonly PatchColour[], traces: readonly PatchTrace[], n: number): void =>
  colours.forEach(({ red, green, blue }, i) => {
    const trace = traces[i]!;
    trace.red[n] = red;
    trace.green[n] = green;
    trace.blue[n] = blue;
  });

const firstOf = ({ name, red, green, blue }: PatchTrace, frames: number): PatchTrace => ({
  name,
  red: red.subarray(0, frames),
  green: green.subarray(0, frames),
  blue: blue.subarray(0, frames),
});

const share = (sum: number, count: number): number => (count === 0 ? 0 : sum / count);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** How far the middle of the face moved between two looks, in face widths. */
const movement = (from: FaceLandmarks, to: FaceLandmarks): number => {
  let [x, y] = [0, 0];
  for (let i = 0; i < to.points.length; i += 2) {
    x += to.points[i]! - from.points[i]!;
    y += to.points[i + 1]! - from.points[i + 1]!;
  }
  return Math.hypot(x, y) / (to.points.length / 2) / to.width;
};
