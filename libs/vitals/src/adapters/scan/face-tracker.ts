import type { ColourWeights } from './colour.ts';
import type { Rotation } from './demux.ts';
import { detectFaces, type DetectedFace } from './face-detector.ts';
import { LANDMARK_SQUARE_SCALE, findLandmarks, type FaceLandmarks } from './face-landmarks.ts';
import type { Picture } from './frames.ts';
import type { PictureModel } from '@smartscan/inference/in-thread';

export interface FaceModels {
  readonly detection: PictureModel;
  readonly landmarks: PictureModel;
}

/** Below this the landmark model says that there is no face: MediaPipe's own. */
const MIN_PRESENCE = 0.5;

/** A second face counts when it is at least this large against the first: smaller ones stand in the background. Ours. */
const RIVAL_SIZE = 0.5;

/** Follows the one face of a video from look to look. */
export class FaceTracker {
  readonly #models: FaceModels;
  readonly #colours: ColourWeights;
  readonly #rotation: Rotation;
  #last: FaceLandmarks | undefined;
  #looks = 0;
  #looksWithRivals = 0;

  constructor(models: FaceModels, colours: ColourWeights, rotation: Rotation) {
    this.#models = models;
    this.#colours = colours;
    this.#rotation = rotation;
  }

  /** Landmarks of the face in a picture: near where it was last seen, else wherever the detector finds the largest. */
  async locate(picture: Picture): Promise<FaceLandmarks | undefined> {
    const followed = this.#last && (await this.#landmarksIn(picture, this.#last.square));
    this.#last = followed ?? (await this.#search(picture));
    return this.#last;
  }

  /** Looks over a whole picture for how many faces there are. */
  async countFaces(picture: Picture): Promise<void> {
    const faces = await this.#detect(picture);
    const largest = faces[0]?.side ?? 0;
    this.#looks++;
    if (faces.filter(({ side }) => side >= RIVAL_SIZE * largest).length > 1) this.#looksWithRivals++;
  }

  /** Share of the looks that saw more than one face of similar size, 0-1. */
  get rivalShare(): number {
    return this.#looks === 0 ? 0 : this.#looksWithRivals / this.#looks;
  }

  #detect(picture: Picture): Promise<readonly DetectedFace[]> {
    return detectFaces(this.#models.detection, picture, this.#colours, this.#rotation);
  }

  async #search(picture: Picture): Promise<FaceLandmarks | undefined> {
    const [face] = await this.#detect(picture);
    if (face === undefined) return undefined;
    const { centre, side, angle } = face;
    const first = await this.#landmarksIn(picture, { centre, side: side * LANDMARK_SQUARE_SCALE, angle });
    // The detector's square is rough; a second look from the landmarks' own square is as good as tracking.
    return first && this.#landmarksIn(picture, first.square);
  }

  async #landmarksIn(picture: Picture, square: FaceLandmarks['square']): Promise<FaceLandmarks | undefined> {
    const found = await findLandmarks(this.#models.landmarks, picture, this.#colours, square);
    return found.presence >= MIN_PRESENCE ? found : undefined;
  }
}
