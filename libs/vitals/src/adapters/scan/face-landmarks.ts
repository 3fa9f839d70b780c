import type { ColourWeights } from './colour.ts';
import { pointIn, sampleSquare, type Point, type Square } from './crop.ts';
import type { Picture } from './frames.ts';
import type { PictureModel } from '@smartscan/inference/in-thread';

/** 468 points of a face (Kartynnik et al., arXiv:1907.06724), in pixels of the coded picture. */
export interface FaceLandmarks {
  /** x and y of each point in turn. */
  readonly points: Float32Array;
  /** How sure the model is that this is a face, 0-1. */
  readonly presence: number;
  /** Width of the face across its own axis, pixels. */
  readonly width: number;
  /** Where to look for this face in the next picture. */
  readonly square: Square;
}

/** Outer corners of the eyes. */
const RIGHT_EYE = 33;
const LEFT_EYE = 263;

/** The landmark model looks at a square half as large again as the face: MediaPipe's own. */
export const LANDMARK_SQUARE_SCALE = 1.5;

const pointAt = (points: Float32Array, i: number): Point => ({ x: points[2 * i]!, y: points[2 * i + 1]! });

/** The square around the points, turned with the eyes. */
const squareAround = (points: Float32Array): { readonly square: Square; readonly width: number } => {
  const [right, left] = [pointAt(points, RIGHT_EYE), pointAt(points, LEFT_EYE)];
  const angle = Math.atan2(left.y - right.y, left.x - right.x);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [minAcross, maxAcross, minDown, maxDown] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const across = points[i]! * cos + points[i + 1]! * sin;
    const down = points[i + 1]! * cos - points[i]! * sin;
    minAcross = Math.min(minAcross, across);
    maxAcross = Math.max(maxAcross, across);
    minDown = Math.min(minDown, down);
    maxDown = Math.max(maxDown, down);
  }
  const [across, down] = [(minAcross + maxAcross) / 2, (minDown + maxDown) / 2];
  const side = Math.max(maxAcross - minAcross, maxDown - minDown) * LANDMARK_SQUARE_SCALE;
  const centre = { x: across * cos - down * sin, y: across * sin + down * cos };
  return { square: { centre, side, angle }, width: maxAcross - minAcross };
};

/** Landmarks of the face that is looked for in a square. A low `presence` says that there is none. */
export const findLandmarks = async (
  model: PictureModel,
  picture: Picture,
  colours: ColourWeights,
  square: Square,
): Promise<FaceLandmarks> => {
  sampleSquare(picture, square, colours, { out: model.input, side: model.side, scale: 1 / 255, offset: 0 });
  const { landmarks, presence } = await model.run();
  const points = new Float32Array((landmarks!.length / 3) * 2);
  for (let i = 0; i < points.length / 2; i++) {
    const { x, y } = pointIn(square, landmarks![3 * i]! / model.side, landmarks![3 * i + 1]! / model.side);
    points[2 * i] = x;
    points[2 * i + 1] = y;
  }
  return { points, presence: presence![0]!, ...squareAround(points) };
};
