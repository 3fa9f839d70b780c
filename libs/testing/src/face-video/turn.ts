import { bytesOfI420, type Picture } from './picture.ts';

export type Rotation = 0 | 90 | 180 | 270;

/** Where the samples of a coded plane stand in the upright one: a player turns it by `rotation` degrees clockwise. */
const sourcesOf = (rotation: Rotation, width: number, height: number): Int32Array => {
  const sources = new Int32Array(width * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (rotation === 90) sources[(width - 1 - x) * height + y] = at;
      else if (rotation === 180) sources[(height - 1 - y) * width + width - 1 - x] = at;
      else sources[x * height + height - 1 - y] = at;
    }
  }
  return sources;
};

/**
 * A function from an upright frame to the frame as a camera held sideways codes it: a player that turns it `rotation`
 * degrees clockwise shows it upright. The result is used again.
 */
export const turned = ({ width, height }: Picture, rotation: Rotation): ((frame: Uint8Array) => Uint8Array) => {
  if (rotation === 0) return (frame) => frame;
  const turnedFrame = new Uint8Array(bytesOfI420(width, height));
  const luma = sourcesOf(rotation, width, height);
  const chroma = sourcesOf(rotation, width / 2, height / 2);
  return (frame) => {
    for (let i = 0; i < luma.length; i++) turnedFrame[i] = frame[luma[i]!]!;
    for (const plane of [luma.length, luma.length + chroma.length]) {
      for (let i = 0; i < chroma.length; i++) turnedFrame[plane + i] = frame[plane + chroma[i]!]!;
    }
    return turnedFrame;
  };
};

/** A function from a frame to the same with its sides changed. The result is used again. */
export const mirrored = ({ width, height }: Picture): ((frame: Uint8Array) => Uint8Array) => {
  const flipped = new Uint8Array(bytesOfI420(width, height));
  const widths = [
    { from: 0, width, rows: height },
    { from: width * height, width: width / 2, rows: height },
  ];
  return (frame) => {
    // The rows of both chroma planes stand one after the other.
    for (const { from, width: wide, rows } of widths) {
      for (let at = from; at < from + rows * wide; at += wide) {
        for (let i = 0; i < wide; i++) flipped[at + i] = frame[at + wide - 1 - i]!;
      }
    }
    return flipped;
  };
};
