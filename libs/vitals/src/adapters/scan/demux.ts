import {
  BufferSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  QTFF,
  UnsupportedInputFormatError,
  WEBM,
  type InputFormat,
  type InputVideoTrack,
  type VideoCodec as TrackCodec,
} from 'mediabunny';
import { Fault } from '@smartscan/kernel';
import { problem } from '../../domain/scan-problems.ts';
import { MAX_FRAMES, MAX_PIXELS, MAX_SECONDS, MIN_SECONDS } from '../../domain/limits.ts';
import { matrixOf, type ColourSpace } from './colour.ts';
import { hasSaneTables } from './sample-tables.ts';

export type Codec = 'h264' | 'hevc' | 'vp8' | 'vp9' | 'av1';
export type Container = 'mp4' | 'mov' | 'webm' | 'mkv';
/** Degrees clockwise by which the coded picture is turned for display. */
export type Rotation = 0 | 90 | 180 | 270;

/** What a container says of its video. */
export interface VideoDescription {
  readonly container: Container;
  readonly codec: Codec;
  /** Size of the coded pictures, before rotation. */
  readonly width: number;
  readonly height: number;
  readonly rotation: Rotation;
  readonly matrix: ColourSpace['matrix'];
  /** Presentation times of the frames in seconds, ascending: the n-th frame that comes out of a decoder is the n-th here. */
  readonly timesSeconds: Float64Array;
  /** Places of the key frames among them. */
  readonly keyFrames: readonly number[];
  /** From the first frame to the end of the last, as far as that is known. */
  readonly durationSeconds: number;
  /** On average. */
  readonly framesPerSecond: number;
  /** Bits a second of the video track. */
  readonly bitrate: number;
}

/** A video whose container was read, as it goes from thread to thread. */
export interface Glance {
  readonly video: VideoDescription;
  readonly body: Uint8Array<ArrayBuffer>;
}

const CODECS: Readonly<Partial<Record<TrackCodec, Codec>>> = {
  avc: 'h264',
  hevc: 'hevc',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
};

const CONTAINERS: ReadonlyMap<InputFormat, Container> = new Map<InputFormat, Container>([
  [MP4, 'mp4'],
  [QTFF, 'mov'],
  [WEBM, 'webm'],
  [MATROSKA, 'mkv'],
]);

interface Timeline {
  readonly times: Float64Array;
  readonly keyFrames: readonly number[];
  readonly bytes: number;
}

/**
 * VP8 codes some frames that are only referred to and never shown; bit 4 of the first byte says which are (RFC 6386,
 * 9.1). VP9 and AV1 pack them together with a shown one, H.264 and HEVC have none.
 */
const isShownInVp8 = (data: Uint8Array): boolean => ((data[0] ?? 0) & 0x10) !== 0;

/**
 * Frames before time 0 were cut off by an edit list, which is what a phone writes when a video is trimmed; decoders drop
 * them. A hundredth of a frame is for rounding.
 */
const EDIT_START = -0.0002;

const readTimeline = async (track: InputVideoTrack, codec: Codec): Promise<Timeline> => {
  const times: number[] = [];
  const keyTimes = new Set<number>();
  let bytes = 0;
  const metadataOnly = codec !== 'vp8';
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly })) {
    bytes += packet.byteLength;
    const isShown = packet.timestamp >= EDIT_START && (metadataOnly || isShownInVp8(packet.data));
    if (isShown) times.push(packet.timestamp);
    if (packet.type === 'key') keyTimes.add(packet.timestamp);
    if (times.length > MAX_FRAMES) throw problem('too_long');
  }
  if (times.length === 0 || !times.every(Number.isFinite)) throw problem('corrupt');
  const sorted = Float64Array.from(times).sort();
  const keyFrames = Array.from(sorted.keys()).filter((n) => keyTimes.has(sorted[n]!));
  return { times: sorted, keyFrames, bytes };
};

const codecOf = (track: InputVideoTrack): Codec => {
  const codec = track.codec === null ? undefined : CODECS[track.codec];
  if (codec === undefined) throw problem('unsupported_codec');
  return codec;
};

const containerOf = async (input: Input): Promise<Container> => {
  try {
    const container = CONTAINERS.get(await input.getFormat());
    if (container !== undefined) return container;
  } catch (error) {
    if (!(error instanceof UnsupportedInputFormatError)) throw error;
  }
  throw problem('not_a_video');
};

const describe = async (input: Input): Promise<VideoDescription> => {
  const container = await containerOf(input);
  const track = await input.getPrimaryVideoTrack();
  // A container without any track lost its index, as when an upload breaks off; one without pictures is a recording of sound.
  if (track === null) throw problem((await input.getTracks()).length === 0 ? 'corrupt' : 'not_a_video');
  const codec = codecOf(track);
  const { codedWidth: width, codedHeight: height, rotation } = track;
  if (width * height > MAX_PIXELS) throw problem('too_large');
  const { times, keyFrames, bytes } = await readTimeline(track, codec);
  const span = times[times.length - 1]! - times[0]!;
  const framesPerSecond = span > 0 ? (times.length - 1) / span : 0;
  const durationSeconds = framesPerSecond > 0 ? times.length / framesPerSecond : 0;
  if (durationSeconds < MIN_SECONDS) throw problem('too_short');
  if (durationSeconds > MAX_SECONDS) throw problem('too_long');
  const { matrix } = await track.getColorSpace();
  return {
    container,
    codec,
    width,
    height,
    rotation,
    matrix: matrixOf(matrix, Math.min(width, height)),
    timesSeconds: times,
    keyFrames,
    durationSeconds,
    framesPerSecond,
    bitrate: durationSeconds > 0 ? (8 * bytes) / durationSeconds : 0,
  };
};

/**
 * Reads what a container says of its video; decodes nothing. mp4, mov, webm and mkv.
 *
 * @throws Fault vitals.not_a_video, vitals.corrupt, vitals.unsupported_codec, vitals.too_large, vitals.too_short,
 *   vitals.too_long
 */
export const describeVideo = async (body: Uint8Array): Promise<VideoDescription> => {
  if (!hasSaneTables(body)) throw problem('corrupt');
  const input = new Input({ formats: [...CONTAINERS.keys()], source: new BufferSource(body) });
  try {
    return await describe(input);
  } catch (error) {
    // Whatever else a parser trips over lies in the bytes.
    throw error instanceof Fault ? error : problem('corrupt');
  } finally {
    input.dispose();
  }
};
