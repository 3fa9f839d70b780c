import { analyseFace } from '@smartscan/signal';
import { MAX_FRAMES, MAX_PIXELS } from '../../domain/limits.ts';
import { markersOf } from '../../domain/markers.ts';
import { problem } from '../../domain/scan-problems.ts';
import { colourWeights } from './colour.ts';
import { decode, type Decoding } from './decode.ts';
import type { Decoder } from './decoder.ts';
import { describeVideo, type VideoDescription } from './demux.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { FaceTracker, type FaceModels } from './face-tracker.ts';
import { withIndexFirst } from './faststart.ts';
import type { FrameMemory, Picture } from './frames.ts';
import { qualityOf, type ScanOutcome } from './outcome.ts';
import { StillnessWatch } from './stillness.ts';
import { TraceBuilder, type FaceSummary } from './trace-builder.ts';

/** What a worker keeps from scan to scan. */
export interface ScanTools {
  readonly decoder: Decoder;
  readonly models: FaceModels;
  readonly memory: FrameMemory;
}

export type ScanStage = 'received' | 'decoding' | 'analysing';

export interface ScanWatch {
  /** Aborted with the Fault that the scan is to end with. */
  readonly signal: AbortSignal;
  readonly onProgress: (stage: ScanStage, share: number) => void;
}

/**
 * Seconds between two looks at the landmarks; in between they wander in a straight line. At 2 looks a second a head that
 * sways keeps its patches, for a tenth of the CPU of the decoder (measured: 4 a second gave the same rates).
 */
const LOOK_SECONDS = 0.5;

/** Looks between two counts of the faces: every two seconds. */
const COUNT_EVERY_LOOKS = 4;

/** A face must be seen in half of the frames, or the video isn't one of a face. Ours. */
const MIN_SEEN_SHARE = 0.5;

/** More than one face of similar size in a third of the looks: not somebody passing by. Ours. */
const MAX_RIVAL_SHARE = 1 / 3;

/** Mean brightness of the skin, or of the picture where no skin is found, 0-255. A pulse of 0.5 % is a sixth of a step here. Ours. */
const MIN_LUMINANCE = 32;

/** Share of the frames in runs of equal pictures that no camera gives. Ours. */
const MAX_STILL_SHARE = 0.2;

/** Frames that a decoder may give fewer or more than the container announces: a broken last frame, a hidden first one. */
const frameTolerance = (announced: number): number => Math.max(2, Math.round(0.01 * announced));

interface Traced {
  readonly builder: TraceBuilder;
  readonly tracker: FaceTracker;
  readonly stillness: StillnessWatch;
  /** Mean luma of the first picture of each batch, 0-255. */
  readonly luminance: number;
}

/** Wall time by stage. */
class Stopwatch {
  readonly timings: Record<string, number> = {};
  readonly #began = performance.now();

  async time<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.timings[stage] = (this.timings[stage] ?? 0) + performance.now() - began;
    }
  }

  rounded(): Readonly<Record<string, number>> {
    const all = { ...this.timings, total: performance.now() - this.#began };
    return Object.fromEntries(Object.entries(all).map(([stage, ms]) => [stage, Number(ms.toFixed(1))]));
  }
}

const meanLuma = ({ width, height, bytes }: Picture): number => {
  const step = Math.max(1, Math.floor((width * height) / 4096));
  let [sum, count] = [0, 0];
  for (let i = 0; i < width * height; i += step, count++) sum += bytes[i]!;
  return sum / count;
};

const trace = async (
  decoding: Decoding,
  video: VideoDescription,
  tools: ScanTools,
  { watch, stopwatch }: { readonly watch: ScanWatch; readonly stopwatch: Stopwatch },
): Promise<Traced> => {
  const perLook = Math.max(1, Math.round(LOOK_SECONDS * video.framesPerSecond));
  let pictures = await stopwatch.time('decode', () => decoding.pictures.next(1));
  const colours = colourWeights({ fullRange: decoding.pictures.head?.fullRange ?? false, matrix: video.matrix });
  const tracker = new FaceTracker(tools.models, colours, video.rotation);
  const builder = new TraceBuilder(colours, MAX_FRAMES);
  const stillness = new StillnessWatch();
  let [light, looks] = [0, 0];
  let before: FaceLandmarks | undefined;
  while (pictures.length > 0) {
    const batch = pictures;
    const last = batch[batch.length - 1]!;
    const now = await stopwatch.time('face', async () => {
      if (looks % COUNT_EVERY_LOOKS === 0) await tracker.countFaces(last);
      return tracker.locate(last);
    });
    await stopwatch.time('patches', () => {
      builder.add(batch, before, now);
      for (const picture of batch) stillness.add(picture);
    });
    light += (meanLuma(last) - colours.black) * colours.luma;
    looks++;
    before = now;
    watch.onProgress('decoding', Math.min(1, builder.frames / video.timesSeconds.length));
    watch.signal.throwIfAborted();
    pictures = await stopwatch.time('decode', () => decoding.pictures.next(perLook));
  }
  return { builder, tracker, stillness, luminance: looks === 0 ? 0 : light / looks };
};

/** Refuses what the frames show no pulse can be read from. */
const judge = ({ builder, tracker, stillness, luminance }: Traced, video: VideoDescription): FaceSummary => {
  const announced = video.timesSeconds.length;
  if (Math.abs(builder.frames - announced) > frameTolerance(announced)) throw problem('corrupt');
  const face = builder.summary();
  if (face.seenShare < MIN_SEEN_SHARE) throw problem(luminance < MIN_LUMINANCE ? 'too_dark' : 'no_face');
  if (tracker.rivalShare >= MAX_RIVAL_SHARE) throw problem('several_faces');
  if (face.luminance < MIN_LUMINANCE) throw problem('too_dark');
  const { framesPerSecond } = video;
  if (stillness.stillShare(framesPerSecond) > MAX_STILL_SHARE || stillness.loops(framesPerSecond)) {
    throw problem('frozen_picture');
  }
  return face;
};

/**
 * From the bytes of a video to its vitals, in memory only.
 *
 * @throws Fault the scan's problem; the watch's reason where it was aborted
 */
export const scan = async (body: Uint8Array, tools: ScanTools, watch: ScanWatch): Promise<ScanOutcome> => {
  const stopwatch = new Stopwatch();
  const cpu = process.cpuUsage();
  const video = await stopwatch.time('demux', () => describeVideo(body));
  const { decoder, memory, models } = tools;
  if (decoder.codecs[video.codec] === undefined) throw problem('unsupported_codec');
  const parts = video.container === 'mp4' || video.container === 'mov' ? withIndexFirst(body) : [body];
  const request = { container: video.container, codec: video.codec, maxFrames: MAX_FRAMES, maxPixels: MAX_PIXELS };
  const decoding = decode(parts, request, { decoder, signal: watch.signal, memory });
  let traced: Traced;
  try {
    traced = await trace(decoding, video, tools, { watch, stopwatch });
    await stopwatch.time('decode', decoding.finished);
  } finally {
    decoding.stop();
    memory.wipe();
  }
  watch.onProgress('analysing', 0);
  const face = await stopwatch.time('checks', () => judge(traced, video));
  const analysis = await stopwatch.time('analysis', () =>
    analyseFace(traced.builder.traces(video.timesSeconds.subarray(0, traced.builder.frames))),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    markers: markersOf(analysis),
    quality: qualityOf(video, analysis, face, `${decoder.name} ${decoder.version}`),
    timings_ms: stopwatch.rounded(),
    models: { 'face-detection/1': models.detection.digest, 'face-landmarks/1': models.landmarks.digest },
    frames: traced.builder.frames,
    cpuMs: (user + system) / 1000,
  };
};
