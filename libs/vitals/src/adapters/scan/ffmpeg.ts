import { WHOLE_PICTURES_FD, type Command, type DecodeRequest, type Part, type Region } from './decode-request.ts';
import type { Codec, Container } from './demux.ts';

/** An ffmpeg on the PATH. */
export interface Ffmpeg {
  readonly name: 'ffmpeg';
  readonly version: string;
  /** ffmpeg's name of the decoder for each codec that it has one for. */
  readonly codecs: Readonly<Partial<Record<Codec, string>>>;
  /** The option that takes every frame as it comes: `-fps_mode` since 5.1, `-vsync` before. */
  readonly frameMode: '-fps_mode' | '-vsync';
  /** Decodes on the GPU where that knows the codec; what it doesn't, ffmpeg itself decodes on the CPU. */
  readonly hardware?: 'cuda' | undefined;
}

/** The same on the CPU alone. */
export const inSoftware = (ffmpeg: Ffmpeg): Ffmpeg => ({ ...ffmpeg, hardware: undefined });

/** Ends well only where there is a GPU, a driver for it and an ffmpeg that knows how to use both. */
export const CUDA_PROBE = [
  ...['-v', 'quiet', '-nostdin', '-init_hw_device', 'cuda=gpu'],
  ...['-f', 'lavfi', '-i', 'nullsrc', '-frames:v', '1', '-f', 'null', '-'],
] as const;

/** Software decoders in the order in which we want them. */
const DECODERS: Readonly<Record<Codec, readonly string[]>> = {
  h264: ['h264'],
  hevc: ['hevc'],
  vp8: ['vp8', 'libvpx'],
  vp9: ['vp9', 'libvpx-vp9'],
  av1: ['libdav1d', 'libaom-av1'],
};

/** Reads what `ffmpeg -version` and `ffmpeg -decoders` print. */
export const readFfmpeg = (versionText: string, decodersText: string): Ffmpeg => {
  const version = /^ffmpeg version (\S+)/.exec(versionText)?.[1] ?? 'unknown';
  const listed = new Set(Array.from(decodersText.matchAll(/^ V\S+ (\S+)/gm), (match) => match[1]));
  const codecs: Partial<Record<Codec, string>> = {};
  for (const codec of Object.keys(DECODERS) as Codec[]) {
    const decoder = DECODERS[codec].find((name) => listed.has(name));
    if (decoder !== undefined) codecs[codec] = decoder;
  }
  const [major, minor] = version.split('.').map(Number) as [number, number | undefined];
  const old = major < 5 || (major === 5 && (minor ?? 0) < 1);
  return { name: 'ffmpeg', version, codecs, frameMode: old ? '-vsync' : '-fps_mode' };
};

/** The demuxer is named, so that bytes can't choose one that opens files or addresses. */
const DEMUXER: Readonly<Record<Container, string>> = { mp4: 'mov', mov: 'mov', webm: 'matroska', mkv: 'matroska' };

/** Takes 4:2:0 of either range as it is; anything else (10 bits, 4:4:4) is converted. */
const FORMAT = 'format=yuv420p|yuvj420p';

const cropOf = ({ width, height, x, y }: Region): string => `crop=${width}:${height}:${x}:${y}:exact=1`;

/** The region and the strips beside it, cut out and joined as [part]; [some] is left of the whole picture. */
const partOf = ({ region, room }: Part): string => {
  const cut = [room.before, region, room.after].filter((one) => one !== undefined);
  const names = cut.map((_, i) => `[cut${i}]`);
  const crops = cut.map((one, i) => `[in${i}]${cropOf(one)}${cut.length === 1 ? '[part]' : names[i]!}`);
  const join = `${names.join('')}${room.lies === 'across' ? 'hstack' : 'vstack'}=${cut.length}[part]`;
  const split = `[0:v:0]${FORMAT},split=${cut.length + 1}${cut.map((_, i) => `[in${i}]`).join('')}[some]`;
  return [split, ...crops, ...(cut.length === 1 ? [] : [join])].join(';');
};

const outputs = (frameMode: string, { part, maxFrames }: DecodeRequest): readonly string[] => {
  const sink = (fd: number): readonly string[] => [
    ...[frameMode, 'passthrough', '-frames:v', String(maxFrames), '-f', 'yuv4mpegpipe', `pipe:${fd}`],
  ];
  if (part === undefined) return ['-map', '0:v:0', '-vf', FORMAT, ...sink(1)];
  const graph = `${partOf(part)};[some]select='not(mod(n,${part.wholeEvery}))'[whole]`;
  return [
    ...['-filter_complex', graph, '-map', '[part]', ...sink(1)],
    ...['-map', '[whole]', ...sink(WHOLE_PICTURES_FD)],
  ];
};

/**
 * Share of the packets that may be undecodable; beyond it ffmpeg ends with an error. One damaged key frame spoils no more
 * than this of a video with one a second. Ours.
 */
const MAX_ERROR_RATE = 0.04;

/**
 * One thread each for decoding and filtering: more threads take 5-10 % more CPU for the same frames (measured on 30 s of
 * 640 × 480), and other scans want the other cores. Rotation is left to us: turning whole frames costs more than turning
 * the few points that we look at.
 */
export const ffmpegCommand = ({ codecs, frameMode, hardware }: Ffmpeg, request: DecodeRequest): Command => ({
  file: 'ffmpeg',
  args: [
    ...['-v', 'quiet', '-nostdin', '-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-max_error_rate', String(MAX_ERROR_RATE)],
    ...['-protocol_whitelist', 'pipe', '-threads', '1', '-max_pixels', String(request.maxPixels)],
    ...(request.keyFramesOnly === true ? ['-skip_frame', 'nokey'] : []),
    // Pictures come down to memory by themselves: patches are averaged on the CPU.
    ...(hardware === undefined ? [] : ['-hwaccel', hardware]),
    ...['-c:v', codecs[request.codec] ?? request.codec, '-f', DEMUXER[request.container]],
    ...['-noautorotate', '-i', 'pipe:0'],
    ...outputs(frameMode, request),
  ],
});
