/**
 * Scores videos that are crops of skin, without a face to find: `npm run -s score:crops -- DIR [--window SECONDS]`.
 *
 * DIR holds *.avi at 15 frames a second and a CSV that ends in GT.csv: a name such as video1, and its mean heart rate; the
 * crops of one person begin with the name. Each crop is cut into 4 × 3 patches and analysed as a face is. Needs ffmpeg.
 *
 * Prints a JSON line per window: {"recording", "startSeconds", "value", "truth", "reasons", "snrDecibels", "methods"}
 * and a last line: {"summary": {"windows", "emitted", "meanAbsoluteError", "constant", "constantError", "methods"}}, with
 * the error of each method without its gates beside that of the constant.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import { analyseFace, type FaceTraces, type PulseAnalysis } from '@smartscan/signal';
import { meanOf, readCsv, walk, type Folder } from './pulse/folders.ts';

const FRAMES_PER_SECOND = 15;
const COLUMNS = 4;
const ROWS = 3;
const DEFAULT_WINDOW_SECONDS = 30;

/** Largest decoded crop: 72 bytes a frame, an hour at 60 frames a second. */
const LARGEST_BYTES = 16 * 1024 * 1024;

interface Window {
  readonly recording: string;
  readonly startSeconds: number;
  readonly truth: number | null;
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

const windowsOf = (file: string, seconds: number): Omit<Window, 'recording' | 'truth'>[] => {
  const means = patchMeans(file);
  const frames = means.length / (3 * COLUMNS * ROWS);
  const length = Math.min(frames, Math.round(seconds * FRAMES_PER_SECOND));
  return Array.from({ length: Math.floor(frames / length) }, (_, k) => ({
    startSeconds: (k * length) / FRAMES_PER_SECOND,
    analysis: analyseFace(tracesOf(means, k * length, length)),
  }));
};

const truthsOf = (folder: Folder): ReadonlyMap<string, number> => {
  const file = folder.files.find((name) => name.endsWith('GT.csv'));
  const rows = file === undefined ? [] : readCsv(join(folder.path, file)).rows;
  return new Map(rows.map((row) => [row[0]!, Number(row[1])]));
};

const lineOf = ({ recording, startSeconds, truth, analysis }: Window): object => ({
  recording,
  startSeconds,
  value: analysis.heartRate.value,
  truth,
  reasons: analysis.heartRate.reasons,
  snrDecibels: Number(analysis.snrDecibels.toFixed(1)),
  methods: Object.fromEntries(analysis.methods.map(({ method, ratePerMinute }) => [method, Math.round(ratePerMinute)])),
});

const summaryOf = (windows: readonly Window[]): object => {
  const known = windows.flatMap(({ truth, analysis }) => (truth === null ? [] : [{ truth, analysis }]));
  const constant = meanOf(known.map(({ truth }) => truth));
  const error = (rateOf: (analysis: PulseAnalysis) => number | null | undefined): number | null => {
    const errors = known.flatMap(({ truth, analysis }) => {
      const rate = rateOf(analysis);
      return typeof rate === 'number' ? [Math.abs(rate - truth)] : [];
    });
    return errors.length === 0 ? null : Number(meanOf(errors).toFixed(2));
  };
  const methods = (['PBV', 'POS', 'CHROM', 'GREEN'] as const).map((name) => [
    name,
    error(({ methods }) => methods.find(({ method }) => method === name)?.ratePerMinute),
  ]);
  return {
    windows: windows.length,
    emitted: windows.filter(({ analysis }) => analysis.heartRate.value !== null).length,
    meanAbsoluteError: error(({ heartRate }) => heartRate.value),
    constant: Number(constant.toFixed(2)),
    constantError: error(() => constant),
    methods: Object.fromEntries(methods) as object,
  };
};

const main = (args: readonly string[]): number => {
  const root = args[0];
  const at = args.indexOf('--window');
  const seconds = at < 0 ? DEFAULT_WINDOW_SECONDS : Number(args[at + 1]);
  if (root === undefined || root.startsWith('--') || !(seconds > 0)) {
    stderr.write('usage: score:crops DIR [--window SECONDS]\n');
    return 2;
  }
  const windows: Window[] = [];
  for (const folder of walk(root)) {
    const truths = truthsOf(folder);
    for (const file of folder.files.filter((name) => name.endsWith('.avi'))) {
      const truth = truths.get(file.split('_', 1)[0]!) ?? null;
      const found = windowsOf(join(folder.path, file), seconds);
      windows.push(...found.map((window) => ({ recording: join(folder.name, file), truth, ...window })));
    }
  }
  for (const window of windows) stdout.write(`${JSON.stringify(lineOf(window))}\n`);
  stdout.write(`${JSON.stringify({ summary: summaryOf(windows) })}\n`);
  return windows.length === 0 ? 1 : 0;
};

// Not exit(): it would cut off what a pipe has not taken yet.
process.exitCode = main(argv.slice(2));
