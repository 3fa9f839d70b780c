import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type VideoCodec as TrackCodec } from 'mediabunny';
import { hasFfmpeg } from './photo.ts';

export type Codec = 'h264' | 'hevc' | 'vp8' | 'vp9' | 'av1';

export interface Encoding {
  readonly codec: Codec;
  /** Size of the coded frames; both even. */
  readonly width: number;
  readonly height: number;
  /** Nominal, for the encoder's rate control. */
  readonly framesPerSecond: number;
  /** Bits a second. */
  readonly bitrate: number;
  readonly keyframeEvery: number;
  readonly bFrames: number;
  /** As ffmpeg names it. The fallback encoder knows yuv420p only. */
  readonly pixelFormat: string;
  readonly encoder: 'ffmpeg' | 'webcodecs' | 'any';
}

/** A coded video before it is put into a container. */
export interface CodedVideo {
  readonly codec: TrackCodec;
  readonly decoderConfig: VideoDecoderConfig;
  /** In decoding order; `frame` is the place in presentation order. */
  readonly packets: readonly { readonly frame: number; readonly data: Uint8Array; readonly type: 'key' | 'delta' }[];
}

/** Draws frame n into the bytes that it returns; called with 0, 1, 2 … in turn. The bytes may be reused. */
export type DrawFrame = (frame: number) => Uint8Array;

export const TRACK_CODEC: Readonly<Record<Codec, TrackCodec>> = {
  h264: 'avc',
  hevc: 'hevc',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
};

/**
 * Encoders and the fastest settings at which a pulse of half a percent survives 2.5 Mbit/s (measured: 900 frames of
 * 640 × 480 in 1.7 s with x264 superfast, 4.1 s with medium, for the same error of the heart rate).
 */
const FFMPEG_ENCODER: Readonly<Record<Codec, readonly string[]>> = {
  h264: ['-c:v', 'libx264', '-preset', 'superfast'],
  hevc: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'],
  vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'],
  vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '0'],
  av1: ['-c:v', 'libsvtav1', '-preset', '12'],
};

const encodeWithFfmpeg = async (frames: number, draw: DrawFrame, encoding: Encoding): Promise<CodedVideo> => {
  const { codec, width, height, framesPerSecond, bitrate, keyframeEvery, bFrames, pixelFormat } = encoding;
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`],
      ...['-r', String(framesPerSecond), '-i', 'pipe:0', ...FFMPEG_ENCODER[codec], '-pix_fmt', pixelFormat],
      ...['-b:v', String(bitrate), '-g', String(keyframeEvery), '-threads', '1'],
      ...(codec === 'h264' ? ['-bf', String(bFrames)] : []),
      ...['-f', 'matroska', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const chunks: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A refused write shows as the child's exit code.
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close');
  for (let frame = 0; frame < frames && child.exitCode === null; frame++) {
    // A copy, since the pipe reads it after the next frame is drawn.
    if (!child.stdin.write(Uint8Array.from(draw(frame)))) await Promise.race([once(child.stdin, 'drain'), closed]);
  }
  child.stdin.end();
  const [code] = (await closed) as [number | null];
  if (code !== 0) throw new Error(`ffmpeg could not encode ${codec}: ${Buffer.concat(complaints).toString('utf8')}`);
  return readBack(Buffer.concat(chunks), encoding);
};

const readBack = async (matroska: Uint8Array, { codec, framesPerSecond }: Encoding): Promise<CodedVideo> => {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(matroska) });
  const track = await input.getPrimaryVideoTrack();
  const decoderConfig = await track?.getDecoderConfig();
  if (!track || !decoderConfig) throw new Error('the encoder gave no video');
  const packets: { frame: number; data: Uint8Array; type: 'key' | 'delta' }[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    packets.push({ frame: Math.round(packet.timestamp * framesPerSecond), data: packet.data, type: packet.type });
  }
  return { codec: TRACK_CODEC[codec], decoderConfig, packets };
};

const WEBCODECS_CODEC: Readonly<Record<Codec, string>> = {
  h264: 'avc1.42e01e',
  hevc: 'hvc1.1.6.L93.B0',
  vp8: 'vp8',
  vp9: 'vp09.00.30.08',
  av1: 'av01.0.04M.08',
};

/** Frames that may wait for the encoder: bounds memory. */
const WAITING_FRAMES = 16;

const encodeWithWebCodecs = async (frames: number, draw: DrawFrame, encoding: Encoding): Promise<CodedVideo> => {
  const { VideoEncoder, VideoFrame } = await import('@napi-rs/webcodecs');
  const { codec, width, height, framesPerSecond, bitrate, keyframeEvery } = encoding;
  const packets: { frame: number; data: Uint8Array; type: 'key' | 'delta' }[] = [];
  let decoderConfig: VideoDecoderConfig | undefined;
  let failure: Error | undefined;
  const microseconds = 1_000_000 / framesPerSecond;
  const encoder = new VideoEncoder({
    output: (chunk, metadata) => {
      if (metadata?.decoderConfig) decoderConfig = metadata.decoderConfig as VideoDecoderConfig;
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      packets.push({ frame: Math.round(chunk.timestamp / microseconds), data, type: chunk.type as 'key' | 'delta' });
    },
    error: (error) => (failure = error),
  });
  encoder.configure({
    codec: WEBCODECS_CODEC[codec],
    width,
    height,
    bitrate,
    framerate: framesPerSecond,
    latencyMode: 'quality',
    bitrateMode: 'constant',
    hardwareAcceleration: 'prefer-software',
  });
  for (let frame = 0; frame < frames && failure === undefined; frame++) {
    const picture = new VideoFrame(draw(frame), {
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      timestamp: Math.round(frame * microseconds),
    });
    encoder.encode(picture, { keyFrame: frame % keyframeEvery === 0 });
    picture.close();
    while (encoder.encodeQueueSize > WAITING_FRAMES) await new Promise((resolve) => setImmediate(resolve));
  }
  await encoder.flush();
  encoder.close();
  if (failure) throw failure;
  if (!decoderConfig) throw new Error('the encoder gave no video');
  return { codec: TRACK_CODEC[codec], decoderConfig, packets };
};

/** Encodes frames with ffmpeg where there is one, else with the npm package @napi-rs/webcodecs. */
export const encode = (frames: number, draw: DrawFrame, encoding: Encoding): Promise<CodedVideo> => {
  const withFfmpeg = encoding.encoder === 'ffmpeg' || (encoding.encoder === 'any' && hasFfmpeg());
  return withFfmpeg ? encodeWithFfmpeg(frames, draw, encoding) : encodeWithWebCodecs(frames, draw, encoding);
};
