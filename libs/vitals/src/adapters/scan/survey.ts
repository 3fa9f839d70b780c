import { colourWeights } from './colour.ts';
import { decode, type DecodeOptions } from './decode.ts';
import type { DecodeRequest, Framing, Region } from './decode-request.ts';
import type { VideoDescription } from './demux.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { FaceTracker, type FaceModels } from './face-tracker.ts';
import { SKIN_PATCHES } from './patches.ts';
import { roomBeside } from './room.ts';

/**
 * Key frames looked at before the scan. Four of them span half a video with the coders' default of one in 250 frames, and
 * cost 6 % of decoding it all (measured).
 */
const SURVEY_FRAMES = 4;

/** Room left around the patches, in face widths: a head that tries to keep still sways by less. Ours. */
const MARGIN = 0.15;

/** A region with a larger share of the picture than this saves less than the survey cost (measured). */
const MAX_REGION_SHARE = 0.6;

const CORNERS = [...new Set(SKIN_PATCHES.flatMap(({ outline }) => outline))];

/** The bounds of all patches. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const boundsOfPatches = ({ points }: FaceLandmarks): Bounds => {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const corner of CORNERS) {
    const x = points[2 * corner]!;
    const y = points[2 * corner + 1]!;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
};

/** Do patches that lie inside the picture lie inside the region too? */
export const holds = (region: Region, bounds: Bounds, picture: { readonly width: number; readonly height: number }) =>
  Math.max(0, bounds.left) >= region.x &&
  Math.max(0, bounds.top) >= region.y &&
  Math.min(picture.width, bounds.right) <= region.x + region.width &&
  Math.min(picture.height, bounds.bottom) <= region.y + region.height;

const evenDown = (value: number): number => 2 * Math.floor(value / 2);

/** The rectangle of even pixels around some bounds with a margin, inside a picture. */
export const regionAround = (
  seen: readonly FaceLandmarks[],
  picture: { readonly width: number; readonly height: number },
): Region => {
  const margin = MARGIN * Math.max(...seen.map(({ width }) => width));
  const bounds = seen.map(boundsOfPatches);
  const x = Math.max(0, evenDown(Math.min(...bounds.map(({ left }) => left)) - margin));
  const y = Math.max(0, evenDown(Math.min(...bounds.map(({ top }) => top)) - margin));
  const right = Math.min(picture.width, Math.max(...bounds.map((box) => box.right)) + margin);
  const bottom = Math.min(picture.height, Math.max(...bounds.map((box) => box.bottom)) + margin);
  return { x, y, width: evenDown(right - x), height: evenDown(bottom - y) };
};

/**
 * Finds the part of the pictures that the patches of the face stay in, from a few key frames, so that the decoder needs to
 * hand over no more than that.
 *
 * @returns undefined where no face was found or the region would be most of the picture
 */
export const surveyFace = async (
  parts: readonly Uint8Array[],
  video: VideoDescription,
  models: FaceModels,
  { request, options }: { readonly request: DecodeRequest; readonly options: DecodeOptions },
): Promise<Framing | undefined> => {
  const decoding = decode(parts, { ...request, keyFramesOnly: true, maxFrames: SURVEY_FRAMES }, options);
  try {
    const seen: FaceLandmarks[] = [];
    let tracker: FaceTracker | undefined;
    let size = { width: 0, height: 0 };
    for (;;) {
      const [picture] = await decoding.pictures.next(1);
      if (picture === undefined) break;
      const fullRange = decoding.pictures.head?.fullRange ?? false;
      tracker ??= new FaceTracker(models, colourWeights({ fullRange, matrix: video.matrix }), video.rotation);
      const face = await tracker.locate(picture);
      if (face !== undefined) seen.push(face);
      size = picture;
    }
    if (seen.length === 0) return undefined;
    const region = regionAround(seen, size);
    if (region.width * region.height > MAX_REGION_SHARE * size.width * size.height) return undefined;
    return { region, room: roomBeside(region, size, video.rotation) };
  } finally {
    await decoding.stop();
  }
};
