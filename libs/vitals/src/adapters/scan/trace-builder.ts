import type { FaceTraces, ShoulderTrace } from '@smartscan/signal';
import { BACKDROP, BACKDROP_NUMBERS, placeBackdrop } from './backdrop.ts';
import type { ColourWeights } from './colour.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import type { WholePicture } from './footage.ts';
import type { Picture } from './frames.ts';
import { SKIN_PATCHES } from './patches.ts';
import { PlaceTraces } from './place-traces.ts';
import { roomPlaces, type LayOut, type Layout } from './room.ts';
import { ShiftMeter } from './shift-meter.ts';
import { ShoulderMeter } from './shoulder-meter.ts';
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

/** A step of the way from one look to the next. */
interface Step {
  /** Of the way, 0-1. */
  readonly share: number;
  readonly layout: Layout;
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
  readonly #skin: PlaceTraces;
  readonly #beside: PlaceTraces;
  #room: PlaceTraces;
  readonly #motion: Float64Array;
  readonly #shift = new ShiftMeter();
  readonly #shoulders = new ShoulderMeter();
  readonly #position: { readonly x: Float64Array; readonly y: Float64Array };
  /** By patch: sum of the clipped shares, and the looks at which it lay outside the picture. */
  readonly #clipped = SKIN_PATCHES.map(() => 0);
  readonly #hidden = SKIN_PATCHES.map(() => 0);
  readonly #sums: Sums = { seen: 0, looks: 0, width: 0, samples: 0, motion: 0 };
  readonly #colours: ColourWeights;
  readonly #capacity: number;
  readonly #layOut: LayOut;
  #layout: Layout | undefined;
  #points = new Float32Array(0);
  #frames = 0;

  /**
   * @param capacity frames that may come at most
   * @param layOut asked once, when a face is first seen
   */
  constructor(colours: ColourWeights, capacity: number, layOut: LayOut) {
    this.#colours = colours;
    this.#capacity = capacity;
    this.#layOut = layOut;
    this.#skin = new PlaceTraces(SKIN_PATCHES, colours, capacity);
    this.#beside = new PlaceTraces(BACKDROP, colours, capacity);
    this.#room = new PlaceTraces([], colours, capacity);
    this.#motion = new Float64Array(capacity);
    const path = (): Float64Array => new Float64Array(capacity).fill(NaN);
    this.#position = { x: path(), y: path() };
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
    const layout = (this.#layout ??= this.#watch(pictures[0]!, now));
    const moved = movement(from, now) / pictures.length;
    pictures.forEach((picture, i) => {
      this.#wander(from, now, { share: (i + 1) / pictures.length, layout });
      this.#addFrame(picture, moved, layout);
    });
    this.#look(pictures[pictures.length - 1]!, now);
  }

  /** Adds whole pictures of frames that were added before, with the face as it was seen last. */
  addWhole(pictures: readonly WholePicture[], face: FaceLandmarks | undefined): void {
    for (const one of pictures) {
      if (face !== undefined) this.#shoulders.watch(face, one.picture);
      this.#shoulders.add(one);
    }
  }

  /** Sets the points to those a share of the way from one look to the next. */
  #wander(from: FaceLandmarks, to: FaceLandmarks, { share, layout: { origin } }: Step): void {
    const length = to.points.length + BACKDROP_NUMBERS;
    const points = this.#points.length === length ? this.#points : new Float32Array(length);
    for (let i = 0; i < to.points.length; i++) {
      const lost = i % 2 === 0 ? origin.x : origin.y;
      points[i] = from.points[i]! + share * (to.points[i]! - from.points[i]!) - lost;
    }
    this.#points = points;
  }

  #addFrame(picture: Picture, moved: number, { part }: Layout): void {
    const n = this.#frames++;
    placeBackdrop(this.#points, part);
    for (const places of [this.#skin, this.#beside]) places.meter.place(picture, this.#points);
    for (const places of [this.#skin, this.#beside, this.#room]) places.keep(picture, n);
    this.#motion[n] = moved;
    const { x, y } = this.#shift.add(picture);
    this.#position.x[n] = x;
    this.#position.y[n] = y;
    this.#sums.seen++;
    this.#sums.motion += moved;
  }

  /** Where everything lies, from where the face is first seen: the movement of the patches is followed from there. */
  #watch(picture: Picture, face: FaceLandmarks): Layout {
    const layout = this.#layOut(face, picture);
    const { left, top, right, bottom } = boundsOfPatches(face);
    const { x, y } = layout.origin;
    this.#shift.watch({ left: left - x, top: top - y, right: right - x, bottom: bottom - y }, picture);
    const { places, points } = roomPlaces(layout);
    this.#room = new PlaceTraces(places, this.#colours, this.#capacity);
    this.#room.meter.place(picture, points);
    return layout;
  }

  #look(picture: Picture, face: FaceLandmarks): void {
    this.#skin.meter.clipped(picture).forEach((share, i) => {
      if (share === undefined) this.#hidden[i]!++;
      else this.#clipped[i]! += share;
    });
    this.#sums.looks++;
    this.#sums.width += face.width;
    this.#sums.samples += this.#skin.meter.samples;
  }

  /** The traces of the patches that carry a signal. `timesSeconds` has a time for each frame. */
  traces(timesSeconds: Float64Array): FaceTraces {
    const frames = timesSeconds.length;
    const patches = this.#skin.firstOf(frames).filter((_, i) => {
      const shown = this.#sums.looks - this.#hidden[i]!;
      return shown > 0 && this.#clipped[i]! <= MAX_CLIPPED * shown;
    });
    const backdrop = [this.#beside, this.#room].flatMap((places) => places.firstOf(frames));
    const width = this.#width();
    const path = (pixels: Float64Array): Float64Array => pixels.subarray(0, frames).map((value) => value / width);
    const position = { x: path(this.#position.x), y: path(this.#position.y) };
    const shoulders = this.#shoulderTrace(timesSeconds, position);
    const motion = this.#motion.subarray(0, frames);
    return { timesSeconds, patches, motion, position, backdrop, ...(shoulders && { shoulders }) };
  }

  #shoulderTrace(timesSeconds: Float64Array, position: Required<FaceTraces>['position']): ShoulderTrace | undefined {
    const seen = this.#shoulders.path();
    if (seen === undefined) return undefined;
    const { down, frames, shift } = seen;
    const head = position[down.axis];
    const aside = position[down.axis === 'y' ? 'x' : 'y'];
    // Where the face was lost its movement is not known, and that of the shoulders says nothing without it.
    const known = Array.from(frames.keys()).filter((i) => Number.isFinite(head[frames[i]!]));
    const width = this.#width();
    return {
      timesSeconds: Float64Array.from(known, (i) => timesSeconds[frames[i]!]!),
      shift: Float64Array.from(known, (i) => shift[i]! / width),
      head: {
        down: Float64Array.from(known, (i) => down.sign * head[frames[i]!]!),
        aside: Float64Array.from(known, (i) => aside[frames[i]!]!),
      },
    };
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
    for (const { red, green, blue } of this.#skin.traces) {
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
