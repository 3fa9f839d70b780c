import type { PulseAnalysis } from '@smartscan/signal';
import type { Markers } from '../../domain/markers.ts';
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
  readonly bitrate_kbps: number;
  /** Size of the coded pictures, before `rotation` (degrees clockwise). */
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
  /** 0-1: size, light, sharpness of exposure, stillness and presence of the face; the worst of them counts. */
  readonly face_quality: number;
  /** Name and version of the decoder that was used. */
  readonly decoder: string;
}

/** What a scan gives: plain data, all of it protected health information but `frames`, `cpuMs` and `models`. */
export interface ScanOutcome {
  readonly markers: Markers;
  readonly quality: ScanQuality;
  /** Wall time of each stage. */
  readonly timings_ms: Readonly<Record<string, number>>;
  /** Digest of each model by name and version. */
  readonly models: Readonly<Record<string, string>>;
  readonly frames: number;
  /** CPU time of the worker's thread; the decoder's own is not in it. */
  readonly cpuMs: number;
}

/** Values of the face below the first number count nothing, from the second on in full. All ours. */
const RAMPS = {
  /** Pixels: a cheek of a face of 60 has 200 samples, of 160 some 1500. */
  width: [60, 160],
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

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const decibels = (value: number): number | null => (Number.isFinite(value) ? rounded(value, 2) : null);

export const qualityOf = (
  video: VideoDescription,
  analysis: PulseAnalysis,
  face: FaceSummary,
  decoder: string,
): ScanQuality => ({
  snr_db: decibels(analysis.snrDecibels),
  regions: analysis.patches.map(({ name, snrDecibels }) => ({ name, snr_db: decibels(snrDecibels) })),
  frames: analysis.framesUsed,
  fps: rounded(video.framesPerSecond, 2),
  duration_seconds: rounded(video.durationSeconds, 3),
  codec: video.codec,
  bitrate_kbps: Math.round(video.bitrate / 1000),
  width: video.width,
  height: video.height,
  rotation: video.rotation,
  face_quality: rounded(faceQuality(face), 3),
  decoder,
});
