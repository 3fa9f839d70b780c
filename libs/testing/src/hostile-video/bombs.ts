import { encode, type Codec } from '../face-video/encode.ts';
import { packageVideo, type Container } from '../face-video/container.ts';
import { bytesOfI420 } from '../face-video/picture.ts';
import type { Hostile } from './hostile.ts';

const SIDES = { '8k': [7680, 4320], '16k': [15360, 8640], 'the largest that fits': [65535, 65535] } as const;

/** An mp4 whose index says other sizes than its pictures have (width and height of a VisualSampleEntry, 12.1.3). */
const resized = (file: Buffer, width: number, height: number): Buffer => {
  const changed = Buffer.from(file);
  const entry = changed.indexOf('avc1', changed.indexOf('stsd'));
  changed.writeUInt16BE(width, entry + 28);
  changed.writeUInt16BE(height, entry + 30);
  return changed;
};

interface Plain {
  readonly codec: Codec;
  readonly width: number;
  readonly height: number;
}

/** Grey pictures, coded: next to nothing in bytes, whatever their size. */
const greyPictures = (frames: number, { codec, width, height }: Plain) => {
  const grey = new Uint8Array(bytesOfI420(width, height)).fill(128);
  return encode(frames, () => grey, {
    ...{ codec, width, height, framesPerSecond: 30, bitrate: 100_000, keyframeEvery: 1_000, bFrames: 0 },
    ...{ pixelFormat: 'yuv420p', encoder: 'any' },
  });
};

const SMALL: Plain = { codec: 'h264', width: 64, height: 64 };

/** Times of frames that no camera has. */
const CLOCKS: Readonly<Record<string, (frame: number) => number>> = {
  'a thousand frames a second': (n) => n / 1_000,
  'a frame an hour': (n) => 3_600 * n,
  'a frame a thousand years': (n) => 3e10 * n,
  'all frames at once': () => 0,
  'a pause of a day': (n) => n / 30 + (n > 10 ? 86_400 : 0),
  'frames from the year 2000 on': (n) => 9.5e8 + n / 30,
};

const FRAMES = 60;

const timed = async (): Promise<readonly Hostile[]> => {
  const made: Hostile[] = [];
  for (const [codec, container] of [
    ['h264', 'mp4'],
    ['vp8', 'webm'],
    ['h264', 'mkv'],
  ] as const satisfies readonly (readonly [Codec, Container])[]) {
    const video = await greyPictures(FRAMES, { ...SMALL, codec });
    for (const [name, clock] of Object.entries(CLOCKS)) {
      const times = Float64Array.from({ length: FRAMES }, (_, n) => clock(n));
      // What the writer of a container refuses to write, a file can't say.
      const bytes = await packageVideo(video, times, { container, index: 'front', rotation: 0 }).catch(() => undefined);
      if (bytes !== undefined) made.push({ name: `${container}, ${name}`, bytes: Buffer.from(bytes) });
    }
  }
  return made;
};

/** A small file of real pictures of 8k, and one whose container says that they are small. */
const large = async (): Promise<readonly Hostile[]> => {
  const video = await greyPictures(1, { codec: 'vp8', width: 7680, height: 4320 });
  const key = video.packets[0]!;
  const packets = Array.from({ length: 12 }, (_, frame) => ({ ...key, frame }));
  const times = Float64Array.from(packets, ({ frame }) => frame);
  const packaged = async (codedWidth: number, codedHeight: number): Promise<Buffer> => {
    const decoderConfig = { ...video.decoderConfig, codedWidth, codedHeight };
    const packaging = { container: 'webm', index: 'front', rotation: 0 } as const;
    return Buffer.from(await packageVideo({ ...video, decoderConfig, packets }, times, packaging));
  };
  return [
    { name: 'webm, pictures of 8k', bytes: await packaged(7680, 4320) },
    { name: 'webm, pictures of 8k that say they are small', bytes: await packaged(64, 48) },
  ];
};

/** Little that becomes much: pixels, frames, time. */
export const bombs = async (file: Buffer): Promise<readonly Hostile[]> => [
  ...Object.entries(SIDES).map(([name, [width, height]]) => ({
    name: `mp4, pictures of ${name} by its index`,
    bytes: resized(file, width, height),
  })),
  ...(await timed()),
  ...(await large()),
];
