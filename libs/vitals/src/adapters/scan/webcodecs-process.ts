/**
 * A process that decodes as our ffmpeg does, with the npm package @napi-rs/webcodecs: the fallback where no ffmpeg is
 * installed. A process of its own, since it is native code that meets hostile bytes and may take its process with it.
 *
 *   node webcodecs-process.js probe      prints {"version", "codecs"}
 *   node webcodecs-process.js REQUEST    a DecodeRequest as JSON; video on stdin, YUV4MPEG2 on stdout
 */
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { VideoDecoder, EncodedVideoChunk, type VideoFrame } from '@napi-rs/webcodecs';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type InputVideoTrack } from 'mediabunny';
import { WHOLE_PICTURES_FD, type DecodeRequest, type Part, type Region } from './decode-request.ts';
import type { Codec } from './demux.ts';
import type { Picture } from './frames.ts';
import { joined } from './room.ts';

const STDIN = 0;
const STDOUT = 1;

/** Exit codes of sysexits.h: the data are wrong. */
const DATA_ERROR = 65;

/** Frames that may wait in the decoder or for us: bounds memory to some 50 MB at 1080p. */
const MAX_WAITING = 12;

const PROBED: Readonly<Record<Codec, string>> = {
  h264: 'avc1.64001f',
  hevc: 'hvc1.1.6.L93.B0',
  vp8: 'vp8',
  vp9: 'vp09.00.30.08',
  av1: 'av01.0.04M.08',
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Writes all of it; the reader sets the pace. */
const writeAll = async (fd: number, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await pause();
    }
  }
};

const text = (line: string): Uint8Array => Buffer.from(line, 'latin1');

/** One YUV4MPEG2 stream. */
class PictureStream {
  readonly #fd: number;
  #begun = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(frame: VideoFrame, { width, height, bytes }: Picture): Promise<void> {
    if (!this.#begun) {
      const range = frame.colorSpace.fullRange === true ? 'FULL' : 'LIMITED';
      await writeAll(this.#fd, text(`YUV4MPEG2 W${width} H${height} C420jpeg XCOLORRANGE=${range}\n`));
      this.#begun = true;
    }
    await writeAll(this.#fd, text('FRAME\n'));
    await writeAll(this.#fd, bytes);
  }
}

/** Planar 4:2:0 with 8 bits of a region. Ten bits lose their last two. */
const pictureOf = async (frame: VideoFrame, rect: Region): Promise<Picture> => {
  const bytes = new Uint8Array(frame.allocationSize({ rect }));
  await frame.copyTo(bytes, { rect });
  const { width, height } = rect;
  if (frame.format === 'I420') return { width, height, bytes };
  if (frame.format === 'I420P10') return { width, height, bytes: withEightBits(new Uint16Array(bytes.buffer)) };
  throw new Error('a pixel format that is not covered');
};

const withEightBits = (samples: Uint16Array): Uint8Array => {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = samples[i]! >> 2;
  return bytes;
};

const partOf = async (frame: VideoFrame, { region, room }: Part): Promise<Picture> => {
  const pictures: Picture[] = [];
  for (const one of [room.before, region, room.after]) if (one) pictures.push(await pictureOf(frame, one));
  return joined(pictures, room.lies);
};

/** A whole picture, less an odd last row or column, whose chroma nobody rounds alike. */
const wholeOf = ({ visibleRect: { width, height } }: VideoFrame): Region => ({
  x: 0,
  y: 0,
  width: width - (width % 2),
  height: height - (height % 2),
});

/** Writes frames one after the other in the order in which the decoder gives them: that of presentation. */
class FrameWriter {
  readonly #request: DecodeRequest;
  readonly #pictures = new PictureStream(STDOUT);
  readonly #whole = new PictureStream(WHOLE_PICTURES_FD);
  #taken = 0;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(request: DecodeRequest) {
    this.#request = request;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get full(): boolean {
    return this.#taken >= this.#request.maxFrames;
  }

  take(frame: VideoFrame): void {
    if (this.full) {
      frame.close();
      return;
    }
    const n = this.#taken++;
    this.#waiting++;
    this.#last = this.#last
      .then(() => this.#write(frame, n))
      .finally(() => {
        frame.close();
        this.#waiting--;
      });
    // Whoever waits for `finished` meets the error; until then it is nobody's.
    this.#last.catch(() => undefined);
  }

  finished(): Promise<void> {
    return this.#last;
  }

  async #write(frame: VideoFrame, n: number): Promise<void> {
    const whole = wholeOf(frame);
    if (whole.width * whole.height > this.#request.maxPixels) throw new Error('too many pixels');
    const { part } = this.#request;
    if (part !== undefined && n % part.wholeEvery === 0) await this.#whole.write(frame, await pictureOf(frame, whole));
    await this.#pictures.write(frame, await (part === undefined ? pictureOf(frame, whole) : partOf(frame, part)));
  }
}

const feed = async (decoder: VideoDecoder, track: InputVideoTrack, writer: FrameWriter, keyOnly: boolean) => {
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (writer.full) return;
    if (keyOnly && packet.type !== 'key') continue;
    const timestamp = Math.round(packet.timestamp * 1e6);
    decoder.decode(new EncodedVideoChunk({ type: packet.type, timestamp, data: packet.data }));
    while (decoder.decodeQueueSize + writer.waiting > MAX_WAITING) await pause();
  }
};

const decodeStdin = async (request: DecodeRequest): Promise<void> => {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(readFileSync(STDIN)) });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (!track || !config) throw new Error('no video');
  const writer = new FrameWriter(request);
  let failure: Error | undefined;
  const decoder = new VideoDecoder({
    output: (frame) => writer.take(frame),
    error: (error) => (failure = error),
  });
  decoder.configure({ ...config, hardwareAcceleration: 'prefer-software' } as Parameters<VideoDecoder['configure']>[0]);
  await feed(decoder, track, writer, request.keyFramesOnly === true);
  await decoder.flush();
  await writer.finished();
  if (failure !== undefined) throw failure;
};

const probe = async (): Promise<void> => {
  // The package exports nothing but its entry, which stands beside its package.json.
  const entry = createRequire(import.meta.url).resolve('@napi-rs/webcodecs');
  const { version } = JSON.parse(readFileSync(path.join(path.dirname(entry), 'package.json'), 'utf8')) as {
    version: string;
  };
  const codecs: Partial<Record<Codec, string>> = {};
  for (const codec of Object.keys(PROBED) as Codec[]) {
    const name = PROBED[codec];
    const { supported } = await VideoDecoder.isConfigSupported({ codec: name, codedWidth: 640, codedHeight: 480 });
    if (supported) codecs[codec] = name;
  }
  await writeAll(STDOUT, text(JSON.stringify({ version, codecs })));
};

try {
  const [request] = process.argv.slice(2);
  if (request === 'probe') await probe();
  else await decodeStdin(JSON.parse(request ?? '') as DecodeRequest);
  // The native library keeps threads that would hold the process up.
  process.exit(0);
} catch {
  process.exit(DATA_ERROR);
}
