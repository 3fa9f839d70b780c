import type { Decoding } from './decode.ts';
import type { Framing } from './decode-request.ts';
import type { Picture } from './frames.ts';
import { joinedLayout, roomBeside, wholeLayout, type LayOut } from './room.ts';
import { regionAround } from './survey.ts';

/** Some pictures in a row, and the one at the end of them to look for the face in. */
export interface Take {
  /** Every picture, or the same region of each. */
  readonly pictures: readonly Picture[];
  /** The last of them, whole; undefined at the end of the video where no whole picture came along. */
  readonly look: Picture | undefined;
}

/** The pictures of a video, take by take. */
export interface Footage {
  readonly layOut: LayOut;
  /** So many steps of pictures; no pictures at all at the end. The first take is one picture. */
  readonly next: (steps: number) => Promise<Take>;
}

/** Footage of whole pictures of a video turned by `rotation`; a step is `step` of them. */
export const wholeFootage = ({ pictures }: Decoding, rotation: number, step: number): Footage => {
  let begun = false;
  return {
    layOut: (face, picture) => wholeLayout(picture, roomBeside(regionAround([face], picture), picture, rotation)),
    next: async (steps) => {
      const batch = await pictures.next(begun ? steps * step : 1);
      begun = true;
      return { pictures: batch, look: batch[batch.length - 1] };
    },
  };
};

/** Footage of one region, with the whole picture every `step` pictures. */
export const regionFootage = ({ pictures, whole }: Decoding, { region, room }: Framing, step: number): Footage => {
  let begun = false;
  const lookAfter = async (steps: number): Promise<Picture | undefined> => {
    let last: Picture | undefined;
    for (let i = 0; i < steps; i++) last = (await whole?.next(1))?.[0];
    return last;
  };
  return {
    layOut: () => joinedLayout(region, room),
    next: async (steps) => {
      // Both at once: a decoder that can't write to the one stream would never get on to the other.
      const look = lookAfter(begun ? steps : 1);
      const batch = await pictures.next(begun ? steps * step : 1);
      begun = true;
      return { pictures: batch, look: await look };
    },
  };
};
