import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bytesOfI420, pictureOver, type Picture, type Region } from './picture.ts';

const require = createRequire(import.meta.url);

/**
 * A sample photo of the npm package @vladmandic/face-api (MIT), 1920 × 1537 in YUV 4:2:2. Its upper half holds all that we
 * look at.
 */
const PHOTO = { file: 'sample6.jpg', width: 1920, height: 768 } as const;

/**
 * What the camera sees: the centre of the view and the height of a frame in pixels of the photo, chosen by eye. `face`
 * is the ellipse around the face or faces, outside which no pixel counts as skin.
 */
export interface View {
  readonly centreX: number;
  readonly centreY: number;
  readonly height: number;
  readonly faces: readonly Region[];
  /** Where shoulders show. */
  readonly torso?: Torso;
}

export interface Torso {
  /** Rows from which the neck carries the picture along, and where all of it moves: shares of the height. */
  readonly rows: readonly [number, number];
  /** Width of the face above it, as a share of the height. */
  readonly faceWidth: number;
}

export const VIEWS = {
  /** One face, facing the camera. */
  one_face: {
    centreX: 1648,
    centreY: 412,
    height: 385,
    faces: [{ x: 1446, y: 215, width: 296, height: 390 }],
  },
  /** The same face further off, for frames that stand on end: neck and shoulders show, and beside them a smooth wall. */
  shoulders: {
    centreX: 1640,
    centreY: 472,
    height: 560,
    faces: [{ x: 1446, y: 215, width: 296, height: 390 }],
    torso: { rows: [0.68, 0.78], faceWidth: 0.35 },
  },
  two_faces: { centreX: 1440, centreY: 430, height: 620, faces: [] },
  /** A window blind. */
  no_face: { centreX: 1010, centreY: 130, height: 150, faces: [] },
} as const satisfies Record<string, View>;
export type Scene = keyof typeof VIEWS;

/** Is an `ffmpeg` on the PATH? Asked once. */
let ffmpegFound: boolean | undefined;
export const hasFfmpeg = (): boolean =>
  (ffmpegFound ??= spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0);

const photoFile = (): string =>
  path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo', PHOTO.file);

const decodeWithFfmpeg = (): Picture => {
  const { width, height } = PHOTO;
  const filter = `crop=${width}:${height}:0:0,format=yuvj420p`;
  const options = ['-v', 'error', '-i', photoFile(), '-vf', filter, '-f', 'rawvideo', 'pipe:1'];
  const { status, stdout, stderr } = spawnSync('ffmpeg', options, { maxBuffer: 2 * bytesOfI420(width, height) });
  if (status !== 0) throw new Error(`ffmpeg could not read the sample photo: ${stderr.toString('utf8')}`);
  return pictureOver(stdout, width, height);
};

/** Every other row of a plane. */
const everyOtherRow = (plane: Uint8Array, width: number): Uint8Array => {
  const halved = new Uint8Array(plane.length / 2);
  for (let row = 0; row < halved.length / width; row++) {
    halved.set(plane.subarray(2 * row * width, (2 * row + 1) * width), row * width);
  }
  return halved;
};

/**
 * The package gives the colours of a 4:2:2 JPEG at their full height, but only as many rows as 4:2:0 would have, and calls
 * it I420 (seen in 1.3.1): those of the upper half of the photo.
 */
const decodeWithWebCodecs = async (): Promise<Picture> => {
  const { width, height } = PHOTO;
  const { ImageDecoder } = await import('@napi-rs/webcodecs');
  const decoder = new ImageDecoder({ data: readFileSync(photoFile()), type: 'image/jpeg' });
  const { image } = await decoder.decode();
  const bytes = new Uint8Array(image.allocationSize());
  const [y, u, v] = (await image.copyTo(bytes)).map(({ offset }) => offset) as [number, number, number];
  image.close();
  decoder.close();
  const chroma = (at: number): Uint8Array => everyOtherRow(bytes.subarray(at, at + (width / 2) * height), width / 2);
  return { width, height, y: bytes.subarray(y, y + width * height), u: chroma(u), v: chroma(v) };
};

const photos = new Map<'ffmpeg' | 'webcodecs', Promise<Picture>>();

/** The sample photo, full range YUV 4:2:0 (JPEG, BT.601). Decoded once: nobody changes it. */
export const readPhoto = (decoder: 'ffmpeg' | 'webcodecs' = hasFfmpeg() ? 'ffmpeg' : 'webcodecs'): Promise<Picture> => {
  const photo =
    photos.get(decoder) ?? (decoder === 'ffmpeg' ? Promise.resolve(decodeWithFfmpeg()) : decodeWithWebCodecs());
  photos.set(decoder, photo);
  return photo;
};
