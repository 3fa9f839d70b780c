/**
 * face-crops: a folder with *.avi at 15 frames a second and a CSV that ends in GT.csv: a name such as video1, and its mean
 * heart rate; the crops of one person begin with the name. Each crop is cut into 4 × 3 patches and analysed as a face is.
 * Needs ffmpeg.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { analyseFace, type FaceTraces, type PulseAnalysis } from '@smartscan/signal';
import { readCsv, type Folder } from './folders.ts';

const FRAMES_PER_SECOND = 15;
const COLUMNS = 4;
const ROWS = 3;

/** Largest decoded crop: 72 bytes a frame, an hour at 60 frames a second. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/** A stretch of a crop. */
export interface CropWindow {
  readonly recording: string;
  readonly startSeconds: number;
  /** Mean heart rate of the person, per minute. */
  readonly truth: number | null;
  readonly traces: FaceTraces;
  readonly analysis: PulseAnalysis;
}

/** The means of the patches of every frame: scaling by area to a pixel a patch, in 16 bits so that no pulse is rounded off. */
const patchMeans = (file: string): Uint16Array => {
  const filter = `format=rgb48le,scale=${COLUMNS}:${ROWS}:flags=area+accurate_rnd`;
  const options = ['-v', 'error', '-nostdin', '-i', file, '-vf', filter, '-fps_mode', 'passthrough'];
  const { status, stdout: bytes } = spawnSync(
    'ffmpeg',
    [...options, '-f', 'rawvideo', '-pix_fmt', 'rgb48le', 'pipe:1'],
    {
      maxBuffer: LARGEST_BYTES,
    },
  );
  if (status !== 0) throw new Error(`${file} can't be decoded`);
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

const tracesOf = (means: Uint16Array, from: number, count: number): FaceTraces => {
  const patches = COLUMNS * ROWS;
  const trace = (patch: number, colour: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => means[3 * ((from + i) * patches + patch) + colour]! / 257);
  return {
    timesSeconds: Float64Array.from({ length: count }, (_, i) => i / FRAMES_PER_SECOND),
    patches: Array.from({ length: patches }, (_, patch) => ({
      name: `row_${Math.floor(patch / COLUMNS)}.${patch % COLUMNS}`,
      red: trace(patch, 0),
      green: trace(patch, 1),
      blue: trace(patch, 2),
    })),
  };
};

const windowsOf = (file: string, seconds: number): Omit<CropWindow, 'recording' | 'truth'>[] => {
  const means = patchMeans(file);
  const frames = means.length / (3 * COLUMNS * ROWS);
  const length = Math.min(frames, Math.round(seconds * FRAMES_PER_SECOND));
  return Array.from({ length: Math.floor(frames / length) }, (_, k) => {
    const traces = tracesOf(means, k * length, length);
    return { startSeconds: (k * length) / FRAMES_PER_SECOND, traces, analysis: analyseFace(traces) };
  });
};

const truthsOf = (folder: Folder): ReadonlyMap<string, number> => {
  const file = folder.files.find((name) => name.endsWith('GT.csv'));
  const rows = file === undefined ? [] : readCsv(join(folder.path, file)).rows;
  return new Map(rows.map((row) => [row[0]!, Number(row[1])]));
};

/** The crops of one folder, cut into windows. */
export const readFaceCrops = (folder: Folder, windowSeconds: number): CropWindow[] => {
  const truths = truthsOf(folder);
  return folder.files
    .filter((name) => name.endsWith('.avi'))
    .flatMap((file) => {
      const truth = truths.get(file.split('_', 1)[0]!) ?? null;
      const found = windowsOf(join(folder.path, file), windowSeconds);
      return found.map((window) => ({ recording: join(folder.name, file), truth, ...window }));
    });
};
