import { pictureOver, type Picture } from './picture.ts';

/** Where sample (x, y) of an upright plane lies in the coded plane that a player turns by `rotation` degrees clockwise. */
const codedIndex = (rotation: 90 | 180 | 270, width: number, height: number) => {
  switch (rotation) {
    case 90:
      return (x: number, y: number): number => (width - 1 - x) * height + y;
    case 180:
      return (x: number, y: number): number => (height - 1 - y) * width + width - 1 - x;
    case 270:
      return (x: number, y: number): number => x * height + height - 1 - y;
  }
};

const turnPlane = (from: Uint8Array, to: Uint8Array, width: number, at: (x: number, y: number) => number): void => {
  for (let i = 0; i < from.length; i++) to[at(i % width, Math.floor(i / width))] = from[i]!;
};

/**
 * A function from an upright frame to the frame as a camera held sideways codes it: a player that turns it `rotation`
 * degrees clockwise shows it upright. The result is reused.
 */
export const turned = (upright: Picture, rotation: 0 | 90 | 180 | 270): ((frame: Uint8Array) => Uint8Array) => {
  if (rotation === 0) return (frame) => frame;
  const { width, height } = upright;
  const frame = new Uint8Array(width * height * 1.5);
  const coded = rotation === 180 ? pictureOver(frame, width, height) : pictureOver(frame, height, width);
  return () => {
    turnPlane(upright.y, coded.y, width, codedIndex(rotation, width, height));
    turnPlane(upright.u, coded.u, width / 2, codedIndex(rotation, width / 2, height / 2));
    turnPlane(upright.v, coded.v, width / 2, codedIndex(rotation, width / 2, height / 2));
    return frame;
  };
};
