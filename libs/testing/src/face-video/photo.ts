import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bytesOfI420, pictureOfRgba, pictureOver, type Picture, type Region } from './picture.ts';

const require = createRequire(import.meta.url);

/** A sample photo of the npm package @vladmandic/face-api (MIT), less its last, odd row. */
const PHOTO = { file: 'sample6.jpg', width: 1920, height: 1536 } as const;

/**
 * What the camera sees: the centre of the view and the height of a frame in pixels of the photo, chosen by eye. `face`
 * is the ellipse around the face or faces, outside which no pixel counts as skin.
 */
export interface View {
  readonly centreX: number;
  readonly centreY: number;
  readonly height: number;
  readonly faces: readonly Region[];
}

export const VIEWS = {
  /** One face, facing the camera. */
  one_face: {
    centreX: 1648,
    centreY: 412,
    height: 385,
    faces: [{ x: 1446, y: 215, width: 296, height: 390 }],
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

/** By way of RGBA, since the package's own planes of a 4:2:2 JPEG are wrong (seen in 1.3.1). */
const decodeWithWebCodecs = async (): Promise<Picture> => {
  const { ImageDecoder } = await import('@napi-rs/webcodecs');
  const decoder = new ImageDecoder({ data: readFileSync(photoFile()), type: 'image/jpeg' });
  const { image } = await decoder.decode();
  const rgba = new Uint8Array(image.allocationSize({ format: 'RGBA' }));
  await image.copyTo(rgba, { format: 'RGBA' });
  image.close();
  decoder.close();
  return pictureOfRgba(rgba, PHOTO.width, PHOTO.height);
};

/** The sample photo, full range YUV 4:2:0 (JPEG, BT.601). */
export const readPhoto = async (): Promise<Picture> => (hasFfmpeg() ? decodeWithFfmpeg() : decodeWithWebCodecs());
