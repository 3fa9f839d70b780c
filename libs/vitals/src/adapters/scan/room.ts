import type { Region, Room } from './decode-request.ts';
import type { FaceLandmarks } from './face-landmarks.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import type { SkinPatch } from './patches.ts';

/**
 * Pixels across a strip. 8 of them over 200 rows told the swing of a lamp of 0.4 % to 0.02-0.07 of itself in 14 s, the edge
 * of the hair beside the face to 0.4-0.8 (measured on 320 × 240 at 1.5 Mbit/s).
 */
const STRIP = 8;

/** A narrower strip than this has no cells of chroma to speak of. */
const NARROWEST = 4;

/** The strip lies at the edge of the picture, where the room is; hair and ears get half of the way there. */
const stripWithin = (gap: number): number => {
  const across = Math.min(STRIP, 2 * Math.floor(gap / 4));
  return across < NARROWEST ? 0 : across;
};

/**
 * Where the room shows beside the region of a face.
 *
 * @param rotation of the video: the coded picture is turned by so many degrees before it is shown
 */
export const roomBeside = (
  { x, y, width, height }: Region,
  picture: { readonly width: number; readonly height: number },
  rotation: number,
): Room => {
  const even = { width: picture.width - (picture.width % 2), height: picture.height - (picture.height % 2) };
  if (rotation % 180 === 0) {
    const [left, right] = [stripWithin(x), stripWithin(even.width - x - width)];
    return {
      lies: 'across',
      before: left === 0 ? undefined : { x: 0, y, width: left, height },
      after: right === 0 ? undefined : { x: even.width - right, y, width: right, height },
    };
  }
  const [above, below] = [stripWithin(y), stripWithin(even.height - y - height)];
  return {
    lies: 'down',
    before: above === 0 ? undefined : { x, y: 0, width, height: above },
    after: below === 0 ? undefined : { x, y: even.height - below, width, height: below },
  };
};

/** Where a face and the room beside it lie in the pictures that patches are averaged in. */
export interface Layout {
  /** What coordinates of the whole picture lose on the way. */
  readonly origin: { readonly x: number; readonly y: number };
  /** The part of the pictures around the face that hangs together. */
  readonly part: Region;
  readonly strips: readonly Region[];
}

/** Lays out pictures in which a face is first seen. */
export type LayOut = (face: FaceLandmarks, picture: Picture) => Layout;

const present = (...regions: readonly (Region | undefined)[]): readonly Region[] =>
  regions.filter((region) => region !== undefined);

/** The layout of whole pictures. */
export const wholeLayout = ({ width, height }: Pick<Picture, 'width' | 'height'>, { before, after }: Room): Layout => ({
  origin: { x: 0, y: 0 },
  part: { x: 0, y: 0, width, height },
  strips: present(before, after),
});

/** The layout of pictures into which a region and the strips beside it were joined (see `joined`). */
export const joinedLayout = (region: Region, { lies, before, after }: Room): Layout => {
  const { width, height } = region;
  const first = (lies === 'across' ? before?.width : before?.height) ?? 0;
  const at = (along: number): { readonly x: number; readonly y: number } =>
    lies === 'across' ? { x: along, y: 0 } : { x: 0, y: along };
  const part = { ...at(first), width, height };
  const beyond = at(first + (lies === 'across' ? width : height));
  return {
    origin: { x: region.x - part.x, y: region.y - part.y },
    part,
    strips: present(before && { ...before, x: 0, y: 0 }, after && { ...after, ...beyond }),
  };
};

/** Pictures of one height side by side, or of one width one below the other, as one. */
export const joined = (pictures: readonly Picture[], lies: Room['lies']): Picture => {
  const [first] = pictures as readonly [Picture, ...Picture[]];
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const width = lies === 'across' ? sum(pictures.map((one) => one.width)) : first.width;
  const height = lies === 'across' ? first.height : sum(pictures.map((one) => one.height));
  const bytes = new Uint8Array(bytesOfPicture(width, height));
  let to = 0;
  const from = pictures.map(() => 0);
  for (const half of [1, 2, 2]) {
    const rows = lies === 'across' ? height / half : 1;
    for (let row = 0; row < rows; row++) {
      pictures.forEach((one, i) => {
        const length = lies === 'across' ? one.width / half : (one.width / half) * (one.height / half);
        bytes.set(one.bytes.subarray(from[i], from[i]! + length), to);
        from[i]! += length;
        to += length;
      });
    }
  }
  return { width, height, bytes };
};

/** Each strip is looked at in so many places along it, since one may hold a lamp or a picture on the wall. Ours. */
const PLACES = 2;

/** The places of the strips, as outlines over points of their own, x and y of each. */
export const roomPlaces = ({
  strips,
}: Layout): { readonly places: readonly SkinPatch[]; readonly points: Float32Array } => {
  const boxes = strips.flatMap(({ x, y, width, height }) => {
    const [across, down] = width < height ? [width, height / PLACES] : [width / PLACES, height];
    return Array.from({ length: PLACES }, (_, i) => {
      const [left, top] = width < height ? [x, y + i * down] : [x + i * across, y];
      const [right, bottom] = [left + across - 1, top + down - 1];
      return [left, top, right, top, right, bottom, left, bottom];
    });
  });
  const places = boxes.map((_, i) => ({ name: `room.place_${i + 1}`, outline: [0, 1, 2, 3].map((c) => 4 * i + c) }));
  return { places, points: Float32Array.from(boxes.flat()) };
};
