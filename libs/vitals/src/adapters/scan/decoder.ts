import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtFile } from '@smartscan/inference/in-thread';
import { Fault } from '@smartscan/kernel';
import type { Command, DecodeRequest } from './decode-request.ts';
import type { Codec } from './demux.ts';
import { CUDA_PROBE, ffmpegCommand, readFfmpeg, type Ffmpeg } from './ffmpeg.ts';

/**
 * A program that takes a video on stdin and gives raw frames on stdout as YUV4MPEG2 (planar 4:2:0, 8 bits, in
 * presentation order, not rotated), and touches no file. Plain data, so that it can be handed to a worker.
 */
export type Decoder = Ffmpeg | WebCodecs;

/** The npm package @napi-rs/webcodecs in a process of its own, since it is native code that meets hostile bytes. */
export interface WebCodecs {
  readonly name: 'webcodecs';
  readonly version: string;
  readonly codecs: Readonly<Partial<Record<Codec, string>>>;
}

const webCodecsCommand = (request: DecodeRequest): Command => ({
  file: process.execPath,
  args: [builtFile(import.meta.url, './webcodecs-process.js'), JSON.stringify(request)],
});

export const commandOf = (decoder: Decoder, request: DecodeRequest): Command =>
  decoder.name === 'ffmpeg' ? ffmpegCommand(decoder, request) : webCodecsCommand(request);

/** Starting Node and loading a native library of 40 MB takes 0.3 s; thirty times that is a machine in trouble. */
const PROBE_TIMEOUT_MS = 10_000;

const run = promisify(execFile);

const probeWebCodecs = async (): Promise<WebCodecs | undefined> => {
  try {
    const { stdout } = await run(process.execPath, [builtFile(import.meta.url, './webcodecs-process.js'), 'probe'], {
      timeout: PROBE_TIMEOUT_MS,
    });
    return { name: 'webcodecs', ...(JSON.parse(stdout) as Omit<WebCodecs, 'name'>) };
  } catch {
    return undefined;
  }
};

const probeFfmpeg = async (): Promise<Ffmpeg | undefined> => {
  const ask = async (option: string): Promise<string> =>
    (await run('ffmpeg', ['-hide_banner', option], { timeout: PROBE_TIMEOUT_MS })).stdout;
  try {
    return readFfmpeg(await ask('-version'), await ask('-decoders'));
  } catch {
    return undefined;
  }
};

/** The same on the GPU, where there is one: asked by using it once, never guessed. */
export const onGpu = async (decoder: Decoder): Promise<Decoder> => {
  if (decoder.name !== 'ffmpeg') return decoder;
  try {
    await run('ffmpeg', [...CUDA_PROBE], { timeout: PROBE_TIMEOUT_MS });
    return { ...decoder, hardware: 'cuda' };
  } catch {
    return decoder;
  }
};

/**
 * The decoder of this machine: ffmpeg where there is one on the PATH, else the npm package. Ask once, when starting.
 *
 * @param wanted only this one, where a test or an operator insists
 * @throws Fault unavailable `vitals.no_decoder`
 */
export const findDecoder = async (wanted?: Decoder['name']): Promise<Decoder> => {
  const ffmpeg = wanted === 'webcodecs' ? undefined : await probeFfmpeg();
  const decoder = ffmpeg ?? (wanted === 'ffmpeg' ? undefined : await probeWebCodecs());
  if (decoder !== undefined) return decoder;
  throw new Fault('unavailable', 'vitals.no_decoder', 'No video decoder was found on this machine.', {
    remedy: 'Install ffmpeg 5.1 or newer, or the npm package @napi-rs/webcodecs.',
  });
};
