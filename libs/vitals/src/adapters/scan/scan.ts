import { analyseFace } from '@smartscan/signal';
import { MAX_FRAMES, MAX_PIXELS } from '../../domain/limits.ts';
import { markersOf } from '../../domain/markers.ts';
import { problem } from '../../domain/scan-problems.ts';
import { decode } from './decode.ts';
import type { DecodeRequest, Region } from './decode-request.ts';
import type { Decoder } from './decoder.ts';
import { describeVideo, type VideoDescription } from './demux.ts';
import type { FaceModels } from './face-tracker.ts';
import { withIndexFirst } from './faststart.ts';
import type { FrameMemory } from './frames.ts';
import { withoutKeyFrames } from './key-frames.ts';
import { qualityOf, type ScanOutcome, type ScanStage } from './outcome.ts';
import { Stopwatch } from './stopwatch.ts';
import { surveyFace } from './survey.ts';
import { pace, traceFace, type Trace } from './trace.ts';
import type { FaceSummary } from './trace-builder.ts';

/** What a worker keeps from scan to scan. */
export interface ScanTools {
  readonly decoder: Decoder;
  readonly models: FaceModels;
  readonly memory: FrameMemory;
}

export interface ScanWatch {
  /** Aborted with the Fault that the scan is to end with. */
  readonly signal: AbortSignal;
  readonly onProgress: (stage: ScanStage, share: number) => void;
}

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

/** Refuses what the frames show no pulse can be read from. */
const judge = ({ builder, tracker, stillness, luminance }: Trace, video: VideoDescription): FaceSummary => {
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

interface Job {
  readonly parts: readonly Uint8Array[];
  readonly video: VideoDescription;
  readonly tools: ScanTools;
  readonly watch: ScanWatch;
  readonly stopwatch: Stopwatch;
}

const traceVideo = async (
  { parts, video, tools, watch, stopwatch }: Job,
  request: DecodeRequest,
  region: Region | undefined,
): Promise<Trace> => {
  const { decoder, memory, models } = tools;
  const { signal } = watch;
  const { step } = pace(video, region);
  const part = region === undefined ? {} : { part: { region, wholeEvery: step } };
  const decoding = decode(parts, { ...request, ...part }, { decoder, signal, memory });
  try {
    const onFrames = (frames: number): void =>
      watch.onProgress('decoding', Math.min(1, frames / video.timesSeconds.length));
    const trace = await traceFace(decoding, {
      video,
      models,
      region,
      capacity: MAX_FRAMES,
      stopwatch,
      signal,
      onFrames,
    });
    if (!trace.escaped) await stopwatch.time('decode', decoding.finished);
    return trace;
  } finally {
    await decoding.stop();
  }
};

/** Decodes no more than the face where it keeps its place; the whole picture where it doesn't. */
const traceBest = async (job: Job): Promise<Trace> => {
  const { parts, video, tools, watch, stopwatch } = job;
  const { decoder, memory, models } = tools;
  const request = { container: video.container, codec: video.codec, maxFrames: MAX_FRAMES, maxPixels: MAX_PIXELS };
  const options = { decoder, memory, signal: watch.signal };
  const region = await stopwatch.time('survey', () => surveyFace(parts, video, models, { request, options }));
  const trace = await traceVideo(job, request, region);
  return trace.escaped ? traceVideo(job, request, undefined) : trace;
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
  watch.onProgress('decoding', 0);
  const { decoder, memory, models } = tools;
  if (decoder.codecs[video.codec] === undefined) throw problem('unsupported_codec');
  const parts = video.container === 'mp4' || video.container === 'mov' ? withIndexFirst(body) : [body];
  let trace: Trace;
  try {
    trace = await traceBest({ parts, video, tools, watch, stopwatch });
  } finally {
    memory.wipe();
  }
  watch.onProgress('analysing', 0);
  const face = await stopwatch.time('checks', () => judge(trace, video));
  const times = video.timesSeconds.subarray(0, trace.builder.frames);
  const analysis = await stopwatch.time('analysis', () =>
    analyseFace(withoutKeyFrames(trace.builder.traces(times), video.keyFrames)),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    markers: markersOf(analysis),
    quality: qualityOf(video, analysis, face, `${decoder.name} ${decoder.version}`),
    timings_ms: stopwatch.read(),
    models: { 'face-detection/1': models.detection.digest, 'face-landmarks/1': models.landmarks.digest },
    frames: trace.builder.frames,
    cpuMs: (user + system) / 1000,
  };
};
