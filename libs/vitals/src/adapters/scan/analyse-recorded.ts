import { Readable } from 'node:stream';
import { analyseFace, colourRatio, type FaceTraces, type PulseAnalysis } from '@smartscan/signal';
import { MAX_CROP_PIXELS, MAX_FRAMES, MIN_SECONDS } from '../../domain/limits.ts';
import { secondsOf } from '../../domain/recording.ts';
import { judgeRecording } from '../../domain/recording-checks.ts';
import { decibels, rounded } from '../../domain/rounding.ts';
import { problem } from '../../domain/scan-problems.ts';
import { digestsOf, openFaceModels } from './face-models.ts';
import type { FaceModels } from './face-tracker.ts';
import { FrameReader } from './frames.ts';
import { qualityOf, regionsOf, type ScanOutcome, type ScanQuality } from './outcome.ts';
import type { RecordedFrames, RecordedSoFar } from './recorded.ts';
import { judge, type ScanTools, type ScanWatch } from './scan.ts';
import { Stopwatch } from './stopwatch.ts';
import { traceFace, type Trace } from './trace.ts';

/** What a thread works on. */
interface Job {
  readonly tools: ScanTools;
  readonly watch: ScanWatch;
  readonly stopwatch: Stopwatch;
  /** The recording is over, and is judged like a video; otherwise it is looked at while it comes. */
  readonly whole: boolean;
}

/** What of an outcome depends on what was recorded. */
type Seen = Pick<ScanOutcome, 'quality' | 'models' | 'shown'> & {
  readonly traces: FaceTraces;
  readonly analysis: PulseAnalysis;
};

/** What is known of a recording whose pictures stayed with the device. */
const qualityOfTraces = (analysis: PulseAnalysis): ScanQuality => ({
  snr_db: decibels(analysis.snrDecibels),
  regions: regionsOf(analysis),
  frames: analysis.framesUsed,
  fps: rounded(analysis.framesPerSecond, 2),
  duration_seconds: rounded(analysis.durationSeconds, 3),
  codec: 'traces',
  bitrate_kbps: null,
  width: null,
  height: null,
  rotation: null,
  face_quality: null,
  decoder: 'none',
});

const seeTraces = async (traces: FaceTraces, { stopwatch, whole }: Job): Promise<Seen> => {
  if (whole) await stopwatch.time('checks', () => judgeRecording(traces));
  const analysis = await stopwatch.time('analysis', () => analyseFace(traces));
  return { traces, analysis, quality: qualityOfTraces(analysis), models: {} };
};

/** How crops are said to stand for colours: as cameras of phones give them. */
const MATRIX = 'bt601';

const headLine = ({ width, height, fullRange }: RecordedFrames['head']): Uint8Array =>
  Buffer.from(`YUV4MPEG2 W${width} H${height} C420${fullRange ? ' XCOLORRANGE=FULL' : ''}\n`);

const describe = ({ head, timesSeconds }: RecordedFrames) => {
  const durationSeconds = secondsOf({ timesSeconds });
  const framesPerSecond = (timesSeconds.length - 1) / durationSeconds;
  return { ...head, rotation: 0, matrix: MATRIX, durationSeconds, framesPerSecond, timesSeconds } as const;
};

const traceFrames = async (
  frames: RecordedFrames,
  models: FaceModels,
  { tools, watch, stopwatch }: Job,
): Promise<Trace> => {
  const stream = Readable.from([headLine(frames.head), ...frames.parts]);
  const nothing = (): Promise<void> => Promise.resolve();
  const pictures = new FrameReader(stream, tools.memory, MAX_CROP_PIXELS);
  try {
    return await traceFace(
      { pictures, whole: undefined, finished: nothing, stop: nothing },
      {
        video: describe(frames),
        models,
        framing: undefined,
        capacity: MAX_FRAMES,
        stopwatch,
        signal: watch.signal,
        onFrames: () => undefined,
      },
    );
  } finally {
    stream.destroy();
    tools.memory.wipe();
  }
};

/** Crops are pictures like any: what is seen and judged in them is what is in a video. */
const seeFrames = async (frames: RecordedFrames, job: Job): Promise<Seen> => {
  const { tools, stopwatch, whole } = job;
  const video = describe(frames);
  if (whole && video.durationSeconds < MIN_SECONDS) throw problem('too_short');
  const models = await openFaceModels(tools.inference, tools.versions);
  const trace = await traceFrames(frames, models, job);
  const face = whole ? await stopwatch.time('checks', () => judge(trace, video)) : trace.builder.summary();
  const traces = trace.builder.traces(video.timesSeconds.subarray(0, trace.builder.frames));
  const analysis = await stopwatch.time('analysis', () => analyseFace(traces));
  return {
    traces,
    analysis,
    quality: qualityOf({ ...video, codec: 'frames', bitrate: null }, analysis, face, 'none'),
    models: digestsOf(models),
    ...(whole ? {} : { shown: traces }),
  };
};

/**
 * From what a device recorded to its pulse.
 *
 * @throws Fault the scan's problem
 */
export const analyseRecorded = async (
  { recorded, whole }: RecordedSoFar,
  { tools, watch }: Pick<Job, 'tools' | 'watch'>,
): Promise<ScanOutcome> => {
  const stopwatch = new Stopwatch();
  const cpu = process.cpuUsage();
  watch.onProgress('analysing', 0);
  const job = { tools, watch, stopwatch, whole };
  const { traces, ...seen } =
    recorded.kind === 'traces' ? await seeTraces(recorded.traces, job) : await seeFrames(recorded, job);
  watch.signal.throwIfAborted();
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...seen,
    colourRatio: colourRatio(traces, seen.analysis)?.ratio ?? null,
    timings_ms: stopwatch.read(),
    frames: traces.timesSeconds.length,
    cpuMs: (user + system) / 1000,
  };
};
