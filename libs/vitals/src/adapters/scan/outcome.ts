import type { FaceTraces, PulseAnalysis } from '@smartscan/signal';
import { decibels, rounded } from '../../domain/rounding.ts';
import type { VideoDescription } from './demux.ts';
import type { FaceSummary } from './trace-builder.ts';

export type ScanStage = 'received' | 'decoding' | 'analysing';

/** How good the recording was, as the API answers it. */
export interface ScanQuality {
  /** Signal-to-noise ratio of the fused pulse; null where there is no pulse at all. */
  readonly snr_db: number | null;
  readonly regions: readonly { readonly name: string; readonly snr_db: number | null }[];
  /** Frames that went into the analysis. */
  readonly frames: number;
  readonly fps: number;
  readonly duration_seconds: number;
  readonly codec: string;
  /** As all that follow, null where no picture was sent. */
  readonly bitrate_kbps: number | null;
  /** Size of the coded pictures, before `rotation` (degrees clockwise). */
  readonly width: number | null;
  readonly height: number | null;
  readonly rotation: number | null;
  /** 0-1: pixels against what a patch needs, light, sharpness of exposure, stillness and presence of the face; the worst of them counts. */
  readonly face_quality: number | null;
  /** Name and version of the decoder that was used. */
  readonly decoder: string;
}

/** What a scan gives: plain data, all of it protected health information but `frames`, `cpuMs` and `models`. */
export interface ScanOutcome {
  /** What the markers are made from, together with what only the caller and the database know of the person. */
  readonly analysis: PulseAnalysis;
  /** Depth of the pulse in red over that in blue; null where there is none. */
  readonly colourRatio: number | null;
  readonly quality: ScanQuality;
  /** Wall time of each stage. */
  readonly timings_ms: Readonly<Record<string, number>>;
  /** Digest of each model by name and version. */
  readonly models: Readonly<Record<string, string>>;
  readonly frames: number;
  /** What guidance is made from, of a glimpse at crops alone. */
  readonly shown?: FaceTraces;
  /** CPU time of the worker's thread; the decoder's own is not in it. */
  readonly cpuMs: number;
}

/** Values of the face below the first number count nothing, from the second on in full. All ours. */
const RAMPS = {
  /**
   * Against what the mean of a patch needs. A pulse of 0.5 % moves skin by a third of a step to each side and a camera's sample
   * is some two steps off, so that at 36 samples the noise of one frame's mean is the pulse. From 113 on the pulse was read:
   * the sample video made smaller gave 9.3, 8.8, 8.1, 10.9 and 6.2 dB at 1249, 701, 311, 175 and 113 samples; with every pixel's
   * noise left in it 7.5 dB at 113, and at 63 it was refused (1.9 dB).
   */
  patchSamples: [36, 110],
  /** Mean brightness of the skin, 0-255. */
  luminance: [30, 70],
  /** Patches inside the picture. */
  shownShare: [0.2, 0.8],
  /** Clipped samples. */
  clippedShare: [0.4, 0.05],
  /** Face widths from frame to frame: the analysis drops what moves faster than 0.5 widths a second. */
  motion: [0.017, 0.003],
  seenShare: [0.5, 0.95],
} as const satisfies Record<keyof FaceSummary, readonly [number, number]>;

const ramp = (value: number, [from, to]: readonly [number, number]): number =>
  Math.min(Math.max((value - from) / (to - from), 0), 1);

export const faceQuality = (face: FaceSummary): number =>
  Math.min(...(Object.keys(RAMPS) as (keyof FaceSummary)[]).map((name) => ramp(face[name], RAMPS[name])));

/** What is known of pictures that were coded as a video, or not at all. */
export type DescribedPictures = Pick<
  VideoDescription,
  'framesPerSecond' | 'durationSeconds' | 'width' | 'height' | 'rotation'
> & { readonly codec: string; readonly bitrate: number | null };

export const regionsOf = ({ patches }: PulseAnalysis): ScanQuality['regions'] =>
  patches.map(({ name, snrDecibels }) => ({ name, snr_db: decibels(snrDecibels) }));

export const qualityOf = (
  video: DescribedPictures,
  analysis: PulseAnalysis,
  face: FaceSummary,
  decoder: string,
): ScanQuality => ({
  snr_db: decibels(analysis.snrDecibels),
  regions: regionsOf(analysis),
  frames: analysis.framesUsed,
  fps: rounded(video.framesPerSecond, 2),
  duration_seconds: rounded(video.durationSeconds, 3),
  codec: video.codec,
  bitrate_kbps: video.bitrate === null ? null : Math.round(video.bitrate / 1000),
  width: video.width,
  height: video.height,
  rotation: video.rotation,
  face_quality: rounded(faceQuality(face), 3),
  decoder,
});
