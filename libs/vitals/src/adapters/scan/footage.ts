import type { Decoding } from './decode.ts';
import type { Framing } from './decode-request.ts';
import type { Picture } from './frames.ts';
import { joinedLayout, roomBeside, wholeLayout, type LayOut } from './room.ts';
import { regionAround } from './survey.ts';

/** A whole picture, and the place of its frame in the video. */
export interface WholePicture {
  readonly frame: number;
  readonly picture: Picture;
}

/** Some pictures in a row, and the one at the end of them to look for the face in. */
export interface Take {
  /** Every picture, or the same region of each. */
  readonly pictures: readonly Picture[];
  /** One whole picture a step. */
  readonly whole: readonly WholePicture[];
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
  let frames = 0;
  return {
    layOut: (face, picture) => wholeLayout(picture, roomBeside(regionAround([face], picture), picture, rotation)),
    next: async (steps) => {
      const batch = await pictures.next(frames > 0 ? steps * step : 1);
      const whole = batch
        .map((picture, i) => ({ frame: frames + i, picture }))
        .filter(({ frame }) => frame % step === 0);
      frames += batch.length;
      return { pictures: batch, whole, look: batch[batch.length - 1] };
    },
  };
};

/** Footage of one region, with the whole picture every `step` pictures. */
export const regionFootage = ({ pictures, whole }: Decoding, { region, room }: Framing, step: number): Footage => {
  let begun = false;
  let seen = 0;
  return {
    layOut: () => joinedLayout(region, room),
    next: async (steps) => {
      // Both at once: a decoder that can't write to the one stream would never get on to the other.
      const looks = begun ? steps : 1;
      const coming = whole?.next(looks) ?? [];
      const batch = await pictures.next(begun ? steps * step : 1);
      begun = true;
      const came = (await coming).map((picture) => ({ frame: step * seen++, picture }));
      return { pictures: batch, whole: came, look: came[looks - 1]?.picture };
    },
  };
};
