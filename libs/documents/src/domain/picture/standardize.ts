/** Planes of three colours, one behind the other, each row by row. */
export interface ColourPlanes {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Added to the deviation, so that grain on an even wall isn't taken for something. As the networks were trained. */
const LEAST_DEVIATION = 4;

/**
 * Grey of mean 0 and deviation 1, as the networks of displays take it; the colours keep what sets them apart. What is beyond
 * the part stays as it is.
 */
export const standardizePart = ({ data, width, height }: ColourPlanes, across: number, down: number): void => {
  const plane = width * height;
  let sum = 0;
  let squares = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < down; y++) {
      const row = channel * plane + y * width;
      for (let x = 0; x < across; x++) {
        const value = data[row + x]!;
        sum += value;
        squares += value * value;
      }
    }
  }
  const count = 3 * across * down;
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean)) + LEAST_DEVIATION;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < down; y++) {
      const row = channel * plane + y * width;
      for (let x = 0; x < across; x++) data[row + x] = (data[row + x]! - mean) / deviation;
    }
  }
};
