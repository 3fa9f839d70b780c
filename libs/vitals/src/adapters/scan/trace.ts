import { colourWeights, type ColourWeights } from './colour.ts';
import type { Decoding } from './decode.ts';
import type { Framing } from './decode-request.ts';
import type { VideoDescription } from './demux.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { FaceTracker, type FaceModels } from './face-tracker.ts';
import { regionFootage, wholeFootage, type Take } from './footage.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import type { LayOut } from './room.ts';
import { StillnessWatch } from './stillness.ts';
import type { Stopwatch } from './stopwatch.ts';
import { boundsOfPatches, holds } from './survey.ts';
import { TraceBuilder } from './trace-builder.ts';

/**
 * Seconds between two looks at the landmarks; in between they wander in a straight line. Twice a second follows a head
 * that sways at half a hertz; a face that hardly moves is looked at half as often.
 */
const LOOK_SECONDS = 0.5;

/**
 * A face that moved less than this between two looks, in face widths, is calm: a patch stays on the same skin, and fewer
 * looks bring less of the landmarks' jitter in (0.5 dB more signal at 0.03 than at 0.01, measured).
 */
const CALM_MOVEMENT = 0.02;

/** Seconds between two counts of the faces. */
const COUNT_SECONDS = 3;

/** Memory for the pictures between two looks. Larger pictures are looked at more often. */
const MAX_TAKE_BYTES = 64_000_000;

/** All that is read off the pictures of a video. */
export interface Trace {
  readonly builder: TraceBuilder;
  readonly tracker: FaceTracker;
  readonly stillness: StillnessWatch;
  /** Mean luma of the pictures looked at, 0-255. */
  readonly luminance: number;
  /** The face left the region that was decoded: the trace has holes. */
  readonly escaped: boolean;
}

/** What must be known of pictures to trace a face in them. */
export type TracedPictures = Pick<VideoDescription, 'framesPerSecond' | 'width' | 'height' | 'rotation' | 'matrix'>;

export interface TraceJob {
  readonly video: TracedPictures;
  readonly models: FaceModels;
  /** Where only a part of each picture was decoded. */
  readonly framing: Framing | undefined;
  readonly capacity: number;
  readonly stopwatch: Stopwatch;
  readonly signal: AbortSignal;
  /** Called with the number of frames read so far. */
  readonly onFrames: (frames: number) => void;
}

/** Pictures between two looks, and how many looks' pictures may be held at once. */
export const pace = (
  { framesPerSecond, width, height }: Pick<VideoDescription, 'framesPerSecond' | 'width' | 'height'>,
  framing: Framing | undefined,
): { readonly step: number; readonly maxSteps: number } => {
  const held = Math.max(
    2,
    Math.floor(MAX_TAKE_BYTES / bytesOfPicture(framing?.region.width ?? width, framing?.region.height ?? height)),
  );
  const step = Math.min(Math.max(1, Math.round(LOOK_SECONDS * framesPerSecond)), held);
  return { step, maxSteps: 2 * step <= held ? 2 : 1 };
};

const meanLuma = ({ width, height, bytes }: Picture, { black, luma }: ColourWeights): number => {
  const stride = Math.max(1, Math.floor((width * height) / 4096));
  let [sum, count] = [0, 0];
  for (let i = 0; i < width * height; i += stride, count++) sum += bytes[i]!;
  return (sum / count - black) * luma;
};

const movedBetween = (a: FaceLandmarks | undefined, b: FaceLandmarks | undefined): number => {
  if (a === undefined || b === undefined) return Infinity;
  const { centre: from } = a.square;
  const { centre: to } = b.square;
  return Math.hypot(to.x - from.x, to.y - from.y) / b.width;
};

/** Follows the face from take to take and averages its patches. */
class Tracing {
  readonly tracker: FaceTracker;
  readonly builder: TraceBuilder;
  readonly stillness = new StillnessWatch();
  escaped = false;
  readonly #job: TraceJob;
  readonly #colours: ColourWeights;
  readonly #countEvery: number;
  #face: FaceLandmarks | undefined;
  #calm = false;
  #light = 0;
  #looks = 0;
  #countedAt = -Infinity;

  constructor(job: TraceJob, colours: ColourWeights, layOut: LayOut) {
    this.#job = job;
    this.#colours = colours;
    this.#countEvery = COUNT_SECONDS * job.video.framesPerSecond;
    this.tracker = new FaceTracker(job.models, colours, job.video.rotation);
    this.builder = new TraceBuilder(colours, job.capacity, layOut);
  }

  /** May the next look wait a step longer? */
  get calm(): boolean {
    return this.#calm;
  }

  get luminance(): number {
    return this.#looks === 0 ? 0 : this.#light / this.#looks;
  }

  async add({ pictures, whole, look }: Take): Promise<void> {
    const { stopwatch, framing } = this.#job;
    const before = this.#face;
    if (look !== undefined) this.#face = await stopwatch.time('face', () => this.#look(look));
    const now = this.#face;
    this.escaped =
      framing !== undefined &&
      look !== undefined &&
      now !== undefined &&
      !holds(framing.region, boundsOfPatches(now), look);
    if (this.escaped) return;
    await stopwatch.time('patches', () => {
      this.builder.add(pictures, before, now);
      for (const picture of pictures) this.stillness.add(picture);
      this.builder.addWhole(whole, now);
    });
    this.#calm = movedBetween(before, now) < CALM_MOVEMENT;
  }

  async #look(picture: Picture): Promise<FaceLandmarks | undefined> {
    this.#light += meanLuma(picture, this.#colours);
    this.#looks++;
    if (this.builder.frames - this.#countedAt >= this.#countEvery) {
      this.#countedAt = this.builder.frames;
      await this.tracker.countFaces(picture);
    }
    return this.tracker.locate(picture);
  }
}

/**
 * Reads a decoder's pictures to their end, or to where the face leaves the region.
 *
 * @throws the signal's reason where it is aborted
 */
export const traceFace = async (decoding: Decoding, job: TraceJob): Promise<Trace> => {
  const { video, framing, stopwatch, signal } = job;
  const { step, maxSteps } = pace(video, framing);
  const footage =
    framing === undefined ? wholeFootage(decoding, video.rotation, step) : regionFootage(decoding, framing, step);
  let take = await stopwatch.time('decode', () => footage.next(1));
  const fullRange = decoding.pictures.head?.fullRange ?? false;
  const tracing = new Tracing(job, colourWeights({ fullRange, matrix: video.matrix }), footage.layOut);
  while (take.pictures.length > 0 && !tracing.escaped) {
    await tracing.add(take);
    signal.throwIfAborted();
    job.onFrames(tracing.builder.frames);
    take = await stopwatch.time('decode', () => footage.next(tracing.calm ? maxSteps : 1));
  }
  return tracing;
};
