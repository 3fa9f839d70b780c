import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
  type OutputFormat,
} from 'mediabunny';
import type { CodedVideo } from './encode.ts';

export type Container = 'mp4' | 'mov' | 'webm' | 'mkv';

export interface Packaging {
  readonly container: Container;
  /** Where an mp4 or mov keeps its index: before the pictures, after them, or in pieces among them. */
  readonly index: 'front' | 'end' | 'fragmented';
  /** Degrees clockwise by which a player turns the picture. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Bytes to be found again wherever the file may leak to: as a comment tag. */
  readonly canary?: string;
}

export const CONTENT_TYPE: Readonly<Record<Container, string>> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
};

const FAST_START = { front: 'in-memory', end: false, fragmented: 'fragmented' } as const;

const formatOf = ({ container, index }: Packaging): OutputFormat => {
  switch (container) {
    case 'mp4':
      return new Mp4OutputFormat({ fastStart: FAST_START[index] });
    case 'mov':
      return new MovOutputFormat({ fastStart: FAST_START[index] });
    case 'webm':
      return new WebMOutputFormat();
    case 'mkv':
      return new MkvOutputFormat();
  }
};

/** Writes coded frames and their presentation times (seconds, one per frame) into a container. */
export const packageVideo = async (
  video: CodedVideo,
  timesSeconds: Float64Array,
  packaging: Packaging,
): Promise<Uint8Array> => {
  const target = new BufferTarget();
  const output = new Output({ format: formatOf(packaging), target });
  const source = new EncodedVideoPacketSource(video.codec);
  output.addVideoTrack(source, { rotation: packaging.rotation });
  if (packaging.canary !== undefined) output.setMetadataTags({ comment: packaging.canary });
  await output.start();
  const last = timesSeconds.length - 1;
  for (const { frame, data, type } of video.packets) {
    const at = timesSeconds[frame];
    if (at === undefined) throw new Error('the encoder gave a frame that was never drawn');
    const next = frame < last ? timesSeconds[frame + 1]! : at + (at - (timesSeconds[frame - 1] ?? at - 1 / 30));
    await source.add(new EncodedPacket(data, type, at, next - at), { decoderConfig: video.decoderConfig });
  }
  source.close();
  await output.finalize();
  if (target.buffer === null) throw new Error('the container was not written');
  return new Uint8Array(target.buffer);
};
