import type { ColourWeights } from './colour.ts';
import type { Picture } from './frames.ts';

/** A point in pixels of the coded picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A square cut out of a picture, possibly turned: what a model looks at. Beyond the edge of the picture it is black.
 */
export interface Square {
  readonly centre: Point;
  readonly side: number;
  /** Angle of its upper edge to the picture's rows, radians, clockwise. */
  readonly angle: number;
}

/** The point of the picture at place (u, v) of a square, both 0-1 from its upper left corner. */
export const pointIn = ({ centre, side, angle }: Square, u: number, v: number): Point => {
  const [across, down] = [(u - 0.5) * side, (v - 0.5) * side];
  return {
    x: centre.x + across * Math.cos(angle) - down * Math.sin(angle),
    y: centre.y + across * Math.sin(angle) + down * Math.cos(angle),
  };
};

interface ModelInput {
  /** Red, green, blue planes, each `side` × `side`. */
  readonly out: Float32Array;
  readonly side: number;
  /** What colour 0-255 becomes: value × scale + offset. */
  readonly scale: number;
  readonly offset: number;
}

const clamped = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/**
 * Samples a square of a picture into a model's input, nearest neighbour. The picture's own resolution is within a factor
 * of two of the model's, where finer sampling moved the landmarks by less than their noise (measured).
 */
export const sampleSquare = (picture: Picture, square: Square, colours: ColourWeights, input: ModelInput): void => {
  const { width, height, bytes } = picture;
  const { out, side, scale, offset } = input;
  const { black, luma, redV, greenU, greenV, blueU } = colours;
  const chromaWidth = Math.ceil(width / 2);
  const uAt = width * height;
  const vAt = uAt + chromaWidth * Math.ceil(height / 2);
  const plane = side * side;
  const stepX = (Math.cos(square.angle) * square.side) / side;
  const stepY = (Math.sin(square.angle) * square.side) / side;
  const corner = pointIn(square, 0.5 / side, 0.5 / side);
  for (let row = 0, at = 0; row < side; row++) {
    for (let column = 0; column < side; column++, at++) {
      const x = Math.floor(corner.x + column * stepX - row * stepY);
      const y = Math.floor(corner.y + column * stepY + row * stepX);
      if (x < 0 || y < 0 || x >= width || y >= height) {
        out[at] = out[at + plane] = out[at + 2 * plane] = offset;
        continue;
      }
      const chroma = (y >> 1) * chromaWidth + (x >> 1);
      const light = (bytes[y * width + x]! - black) * luma;
      const u = bytes[uAt + chroma]! - 128;
      const v = bytes[vAt + chroma]! - 128;
      out[at] = clamped(light + redV * v) * scale + offset;
      out[at + plane] = clamped(light + greenU * u + greenV * v) * scale + offset;
      out[at + 2 * plane] = clamped(light + blueU * u) * scale + offset;
    }
  }
};
