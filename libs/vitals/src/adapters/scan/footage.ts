import type { Decoding } from './decode.ts';
import type { Region } from './decode-request.ts';
import type { Picture } from './frames.ts';

/** Some pictures in a row, and the one at the end of them to look for the face in. */
export interface Take {
  /** Every picture, or the same region of each. */
  readonly pictures: readonly Picture[];
  /** The last of them, whole; undefined at the end of the video where no whole picture came along. */
  readonly look: Picture | undefined;
}

/** The pictures of a video, take by take. */
export interface Footage {
  /** Where the pictures of a take lie in the whole picture. */
  readonly origin: { readonly x: number; readonly y: number };
  /** So many steps of pictures; no pictures at all at the end. The first take is one picture. */
  readonly next: (steps: number) => Promise<Take>;
}

/** Footage of whole pictures; a step is `step` of them. */
export const wholeFootage = ({ pictures }: Decoding, step: number): Footage => {
  let begun = false;
  return {
    origin: { x: 0, y: 0 },
    next: async (steps) => {
      const batch = await pictures.next(begun ? steps * step : 1);
      begun = true;
      return { pictures: batch, look: batch[batch.length - 1] };
    },
  };
};

/** Footage of one region, with the whole picture every `step` pictures. */
export const regionFootage = ({ pictures, whole }: Decoding, region: Region, step: number): Footage => {
  let begun = false;
  const lookAfter = async (steps: number): Promise<Picture | undefined> => {
    let last: Picture | undefined;
    for (let i = 0; i < steps; i++) last = (await whole?.next(1))?.[0];
    return last;
  };
  return {
    origin: region,
    next: async (steps) => {
      // Both at once: a decoder that can't write to the one stream would never get on to the other.
      const look = lookAfter(begun ? steps : 1);
      const batch = await pictures.next(begun ? steps * step : 1);
      begun = true;
      return { pictures: batch, look: await look };
    },
  };
};
