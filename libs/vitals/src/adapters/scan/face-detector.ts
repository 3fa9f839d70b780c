import type { ColourWeights } from './colour.ts';
import { pointIn, sampleSquare, type Point, type Square } from './crop.ts';
import type { Rotation } from './demux.ts';
import type { Picture } from './frames.ts';
import type { PictureModel } from '@smartscan/inference/in-thread';

/** A face as the detector sees it, in pixels of the coded picture. */
export interface DetectedFace {
  readonly centre: Point;
  /** Side of the square around the face, brow to chin. */
  readonly side: number;
  /** Roll of the head against the rows of the coded picture, radians, clockwise. */
  readonly angle: number;
  /** 0-1. */
  readonly score: number;
}

/** The two grids of anchors of BlazeFace (Bazarevsky et al., arXiv:1907.05047; MediaPipe's back-camera variant). */
const GRIDS = [
  { cells: 16, anchors: 2, scores: 'scores_16', boxes: 'boxes_16' },
  { cells: 8, anchors: 6, scores: 'scores_8', boxes: 'boxes_8' },
] as const;

/** Values of one box: centre, size, then x and y of right eye, left eye, nose, mouth, right ear, left ear. */
const BOX_VALUES = 16;
const RIGHT_EYE = 4;
const LEFT_EYE = 6;

/** MediaPipe's own threshold. */
const MIN_SCORE = 0.5;
/** Boxes that overlap more than this are one face: MediaPipe's own. */
const SAME_FACE_OVERLAP = 0.3;

interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly roll: number;
  readonly score: number;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

type Outputs = Readonly<Record<string, Float32Array>>;

const candidates = (outputs: Outputs, side: number): Candidate[] => {
  const found: Candidate[] = [];
  for (const { cells, anchors, scores, boxes } of GRIDS) {
    const logits = outputs[scores]!;
    const values = outputs[boxes]!;
    for (let i = 0; i < logits.length; i++) {
      // A logit above 0 is a score above one half, and spares the exponential for all the others.
      if (logits[i]! <= 0) continue;
      const cell = Math.floor(i / anchors);
      const at = i * BOX_VALUES;
      found.push({
        x: ((cell % cells) + 0.5) / cells + values[at]! / side,
        y: (Math.floor(cell / cells) + 0.5) / cells + values[at + 1]! / side,
        width: values[at + 2]! / side,
        height: values[at + 3]! / side,
        roll: Math.atan2(
          values[at + LEFT_EYE + 1]! - values[at + RIGHT_EYE + 1]!,
          values[at + LEFT_EYE]! - values[at + RIGHT_EYE]!,
        ),
        score: logistic(logits[i]!),
      });
    }
  }
  return found.filter(({ score }) => score >= MIN_SCORE).sort((a, b) => b.score - a.score);
};

/** Intersection over union. */
const overlap = (a: Candidate, b: Candidate): number => {
  const along = (p: number, q: number, sizeP: number, sizeQ: number): number =>
    Math.max(0, Math.min(p + sizeP / 2, q + sizeQ / 2) - Math.max(p - sizeP / 2, q - sizeQ / 2));
  const shared = along(a.x, b.x, a.width, b.width) * along(a.y, b.y, a.height, b.height);
  return shared / (a.width * a.height + b.width * b.height - shared);
};

/** The best candidate of each face. */
const distinct = (sorted: readonly Candidate[]): readonly Candidate[] => {
  const kept: Candidate[] = [];
  for (const candidate of sorted) {
    if (kept.every((other) => overlap(candidate, other) < SAME_FACE_OVERLAP)) kept.push(candidate);
  }
  return kept;
};

/** The square that holds a whole picture, upright. */
const uprightSquare = ({ width, height }: Picture, rotation: Rotation): Square => ({
  centre: { x: width / 2, y: height / 2 },
  side: Math.max(width, height),
  angle: (-rotation * Math.PI) / 180,
});

/**
 * All faces of a picture, the largest first. Faces less than about a tenth of the picture's longer side are not seen.
 */
export const detectFaces = async (
  model: PictureModel,
  picture: Picture,
  colours: ColourWeights,
  rotation: Rotation,
): Promise<readonly DetectedFace[]> => {
  const square = uprightSquare(picture, rotation);
  sampleSquare(picture, square, colours, { out: model.input, side: model.side, scale: 1 / 127.5, offset: -1 });
  return distinct(candidates(await model.run(), model.side))
    .map(({ x, y, width, height, roll, score }) => ({
      centre: pointIn(square, x, y),
      side: Math.max(width, height) * square.side,
      angle: square.angle + roll,
      score,
    }))
    .sort((a, b) => b.side - a.side);
};
