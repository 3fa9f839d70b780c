import { spawn } from 'node:child_process';
import type { z } from 'zod';
import {
  gaussian,
  mulberry32,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type Chance,
  type FaceTraces,
  type PatchTrace,
  type PulseTruth,
} from '@smartscan/signal';
import type { FaceVideo } from '../face-video/face-video.ts';
import type { traceChunk } from '@smartscan/contracts/vitals/recorded';

export type TraceChunk = z.input<typeof traceChunk>;

export interface RecordingOptions {
  /** 12 by default: enough for a heart rate. */
  readonly seconds?: number;
  /** Per minute: 66 by default. */
  readonly heartRate?: number;
  /** Height of the pulse over the light; 0 is a face without one. */
  readonly pulse?: number;
  /** Whether movement and the light beside the face are told too: they are by default. */
  readonly witnessed?: boolean;
  /** Everything that looks like chance follows from it: 1 by default. */
  readonly seed?: number;
}

export interface Recording {
  readonly traces: FaceTraces;
  readonly truth: PulseTruth;
}

/** A wall that nothing but the camera's noise and a slow drift of the light moves. */
const wall = (name: string, timesSeconds: Float64Array, chance: Chance): PatchTrace => {
  const of = (shade: number): Float64Array =>
    timesSeconds.map((time) => shade * (1 + 0.01 * Math.sin(0.2 * Math.PI * time) + 0.001 * gaussian(chance)));
  return { name, red: of(90), green: of(100), blue: of(110) };
};

/** A recording as a device sends it that follows a resting face: colours of its patches, and what stands beside it. */
export const makeRecording = (options: RecordingOptions = {}): Recording => {
  const { seconds = 12, heartRate = 66, pulse, witnessed = true, seed = 1 } = options;
  const chance = mulberry32(seed);
  const train = synthesizeBeats({ heartRate, sdnn: 30, respiratoryRate: 14, durationSeconds: seconds, chance });
  const timesSeconds = synthesizeFrameTimes(seconds, 30, 0.2, chance);
  const face = synthesizeFace(train, { timesSeconds, chance, ...(pulse === undefined ? {} : { pulse }) });
  if (!witnessed) return { traces: face, truth: train.truth };
  const path = (): Float64Array => timesSeconds.map(() => 0.0005 * gaussian(chance));
  const traces = {
    ...face,
    motion: path().map(Math.abs),
    position: { x: path(), y: path() },
    backdrop: [wall('beside.right', timesSeconds, chance), wall('beside.left', timesSeconds, chance)],
  };
  return { traces, truth: train.truth };
};

const sent = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));

const patchOf = ({ name, red, green, blue }: PatchTrace, from: number, to: number): TraceChunk['patches'][number] => {
  const cut = (values: Float64Array): (number | null)[] => sent(values.subarray(from, to));
  return { name, red: cut(red), green: cut(green), blue: cut(blue) };
};

/** The frames from one number to before another, as they go over the wire. */
export const chunkOf = ({ timesSeconds, ...of }: FaceTraces, from: number, to: number): TraceChunk => ({
  times_seconds: Array.from(timesSeconds.subarray(from, to)),
  patches: of.patches.map((patch) => patchOf(patch, from, to)),
  ...(of.backdrop ? { backdrop: of.backdrop.map((patch) => patchOf(patch, from, to)) } : {}),
  ...(of.motion ? { motion: Array.from(of.motion.subarray(from, to)) } : {}),
  ...(of.position
    ? { position: { x: sent(of.position.x.subarray(from, to)), y: sent(of.position.y.subarray(from, to)) } }
    : {}),
});

/** A whole recording in chunks of so many frames. */
export const chunksOf = (traces: FaceTraces, frames: number): TraceChunk[] => {
  const count = traces.timesSeconds.length;
  return Array.from({ length: Math.ceil(count / frames) }, (_, i) =>
    chunkOf(traces, i * frames, Math.min(count, (i + 1) * frames)),
  );
};

const NEWLINE = 0x0a;

const run = (args: readonly string[], input: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(out)));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });

/** The middle of a video as crops of 128 × 128, in chunks of so many of them, as a device sends them. */
export const cropsOf = async ({ bytes, timesSeconds }: FaceVideo, frames: number): Promise<Uint8Array[]> => {
  const crop = ['-vf', 'crop=ih:ih,scale=128:128:flags=area', '-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p'];
  const stream = await run(['-i', '-', ...crop, '-f', 'yuv4mpegpipe', '-'], bytes);
  const begin = stream.indexOf(NEWLINE) + 1;
  const [head, size] = [stream.subarray(0, begin), (128 * 128 * 3) / 2];
  const line = Buffer.from('FRAME\n').length;
  const pictures = Array.from(timesSeconds, (time, i) => {
    const at = begin + i * (line + size) + line;
    return Buffer.concat([Buffer.from(`FRAME XTIME=${time.toFixed(9)}\n`), stream.subarray(at, at + size)]);
  });
  return Array.from({ length: Math.ceil(pictures.length / frames) }, (_, i) =>
    Buffer.concat([head, ...pictures.slice(i * frames, (i + 1) * frames)]),
  );
};
