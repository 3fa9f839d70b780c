import { Fault } from '@smartscan/kernel';
import type { ModelVersions } from '@smartscan/inference';
import type { Inference } from '@smartscan/platform/ports';
import { analyseFace, colourRatio } from '@smartscan/signal';
import { MAX_FRAMES, MAX_PIXELS, MAX_STILL_SHARE, MIN_LUMINANCE, MIN_SEEN_SHARE } from '../../domain/limits.ts';
import { problem, problemCode } from '../../domain/scan-problems.ts';
import { decode } from './decode.ts';
import type { DecodeRequest, Framing } from './decode-request.ts';
import type { Decoder } from './decoder.ts';
import type { Glance, VideoDescription } from './demux.ts';
import { digestsOf, openFaceModels } from './face-models.ts';
import type { FaceModels } from './face-tracker.ts';
import { withIndexFirst } from './faststart.ts';
import { inSoftware } from './ffmpeg.ts';
import type { FrameMemory } from './frames.ts';
import { withoutKeyFrames } from './key-frames.ts';
import { qualityOf, type ScanOutcome, type ScanStage } from './outcome.ts';
import { Stopwatch } from './stopwatch.ts';
import { surveyFace } from './survey.ts';
import { pace, traceFace, type Trace } from './trace.ts';
import type { FaceSummary } from './trace-builder.ts';

/** What a scan is done with. */
export interface ScanTools {
  readonly decoder: Decoder;
  readonly inference: Inference;
  /** Of the models. */
  readonly versions: ModelVersions;
  readonly memory: FrameMemory;
}

export interface ScanWatch {
  /** Aborted with the Fault that the scan is to end with. */
  readonly signal: AbortSignal;
  readonly onProgress: (stage: ScanStage, share: number) => void;
}

/** More than one face of similar size in a third of the looks: not somebody passing by. Ours. */
const MAX_RIVAL_SHARE = 1 / 3;

/** Frames that a decoder may give fewer or more than the container announces: a broken last frame, a hidden first one. */
const frameTolerance = (announced: number): number => Math.max(2, Math.round(0.01 * announced));

/** Refuses what the frames show no pulse can be read from. */
export const judge = (
  { builder, tracker, stillness, luminance }: Trace,
  video: Pick<VideoDescription, 'timesSeconds' | 'framesPerSecond'>,
): FaceSummary => {
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
  readonly models: FaceModels;
  readonly tools: ScanTools;
  readonly watch: ScanWatch;
  readonly stopwatch: Stopwatch;
}

const traceVideo = async (
  { parts, video, models, tools, watch, stopwatch }: Job,
  request: DecodeRequest,
  framing: Framing | undefined,
): Promise<Trace> => {
  const { decoder, memory } = tools;
  const { signal } = watch;
  const { step } = pace(video, framing);
  const part = framing === undefined ? {} : { part: { ...framing, wholeEvery: step } };
  const decoding = decode(parts, { ...request, ...part }, { decoder, signal, memory });
  try {
    const onFrames = (frames: number): void =>
      watch.onProgress('decoding', Math.min(1, frames / video.timesSeconds.length));
    const trace = await traceFace(decoding, {
      video,
      models,
      framing,
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
  const { parts, video, models, tools, watch, stopwatch } = job;
  const { decoder, memory } = tools;
  const request = { container: video.container, codec: video.codec, maxFrames: MAX_FRAMES, maxPixels: MAX_PIXELS };
  const options = { decoder, memory, signal: watch.signal };
  const framing = await stopwatch.time('survey', () => surveyFace(parts, video, models, { request, options }));
  const trace = await traceVideo(job, request, framing);
  return trace.escaped ? traceVideo(job, request, undefined) : trace;
};

/** A GPU that fails in the middle of a video must not look like a broken video: then it is decoded again on the CPU. */
const traceSurely = async (job: Job): Promise<Trace> => {
  try {
    return await traceBest(job);
  } catch (error) {
    const { decoder } = job.tools;
    const failed = error instanceof Fault && error.code === problemCode('corrupt');
    if (!failed || decoder.name !== 'ffmpeg' || decoder.hardware === undefined) throw error;
    return traceBest({ ...job, tools: { ...job.tools, decoder: inSoftware(decoder) } });
  }
};

/**
 * From the bytes of a video to its vitals, in memory only.
 *
 * @throws Fault the scan's problem; the watch's reason where it was aborted
 */
export const scan = async ({ video, body }: Glance, tools: ScanTools, watch: ScanWatch): Promise<ScanOutcome> => {
  const stopwatch = new Stopwatch();
  const cpu = process.cpuUsage();
  watch.onProgress('decoding', 0);
  const { decoder, inference, versions, memory } = tools;
  if (decoder.codecs[video.codec] === undefined) throw problem('unsupported_codec');
  const parts = video.container === 'mp4' || video.container === 'mov' ? withIndexFirst(body) : [body];
  const models = await openFaceModels(inference, versions);
  let trace: Trace;
  try {
    trace = await traceSurely({ parts, video, models, tools, watch, stopwatch });
  } finally {
    memory.wipe();
  }
  watch.onProgress('analysing', 0);
  const face = await stopwatch.time('checks', () => judge(trace, video));
  const times = video.timesSeconds.subarray(0, trace.builder.frames);
  const traces = withoutKeyFrames(trace.builder.traces(times), video.keyFrames);
  const analysis = await stopwatch.time('analysis', () => analyseFace(traces));
  const { user, system } = process.cpuUsage(cpu);
  return {
    analysis,
    colourRatio: colourRatio(traces, analysis)?.ratio ?? null,
    quality: qualityOf(video, analysis, face, `${decoder.name} ${decoder.version}`),
    timings_ms: stopwatch.read(),
    models: digestsOf(models),
    frames: trace.builder.frames,
    cpuMs: (user + system) / 1000,
  };
};
