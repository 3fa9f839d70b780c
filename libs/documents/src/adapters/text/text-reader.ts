import { Fault } from '@smartscan/kernel';
import type { Inference, Tensors } from '@smartscan/platform/ports';
import {
  heightOf,
  homographyBetween,
  project,
  quadOf,
  widthOf,
  type Point,
  type Quad,
} from '../../domain/picture/geometry.ts';
import { sampleQuad, type Picture } from '../../domain/picture/picture.ts';
import { versionOf, type ModelVersions, type TEXT_MODELS } from '../model-versions.ts';
import { textBoxes, type TextBox } from '../../domain/text/text-boxes.ts';
import { transcribe, type Alphabet, type ReadCharacter } from '../../domain/text/transcribe.ts';

/** ImageNet's, of 0-255, in the order blue, green, red: PaddleOCR gives its networks OpenCV's order. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** The detector's input is a multiple of this, its stride. */
const STRIDE = 32;
/**
 * The longer side of what the detector sees: PaddleOCR's own. Ours: 1280 read one row of 165 more, for 1.4 times the CPU and
 * 1.4 times the memory.
 */
const MAX_DETECTION_SIDE = 960;
/** The height of a line as the recogniser takes it, and the widths that it is given. */
const LINE_HEIGHT = 48;
const MIN_LINE_WIDTH = 48;
const MAX_LINE_WIDTH = 1600;
const WIDTH_STEP = 8;

const failed = (): Fault => new Fault('internal', 'documents.inference_failed', 'The text could not be read.');

const only = (outputs: Tensors): Float32Array => {
  const [tensor] = Object.values(outputs);
  if (tensor?.type !== 'float32') throw failed();
  return tensor.data as Float32Array;
};

const rounded = (pixels: number, step: number): number => Math.max(step, Math.round(pixels / step) * step);

const scaleFor = (region: Quad): number =>
  Math.min(1, MAX_DETECTION_SIDE / Math.max(widthOf(region), heightOf(region)));

/** Finds and reads lines of text, on whatever runs the models. One call at a time. */
export class TextReader {
  readonly #inference: Inference;
  readonly #alphabet: Alphabet;
  readonly #versions: ModelVersions;

  constructor(inference: Inference, alphabet: Alphabet, versions: ModelVersions = {}) {
    this.#inference = inference;
    this.#alphabet = alphabet;
    this.#versions = versions;
  }

  /**
   * Lines inside a quad of the picture, in the picture's pixels, in no order.
   *
   * @param scale what the detector sees to the picture, of its sides; else as large as the picture, or as the detector takes
   */
  async find(picture: Picture, region: Quad, scale = scaleFor(region)): Promise<TextBox[]> {
    const width = rounded(widthOf(region) * scale, STRIDE);
    const height = rounded(heightOf(region) * scale, STRIDE);
    const data = this.#inference.allocate(3 * width * height);
    sampleQuad(picture, region, {
      data,
      width,
      height,
      scale: [1 / 255 / DEVIATION[0], 1 / 255 / DEVIATION[1], 1 / 255 / DEVIATION[2]],
      offset: [-MEAN[0] / DEVIATION[0], -MEAN[1] / DEVIATION[1], -MEAN[2] / DEVIATION[2]],
    });
    const map = await this.#run('ppocr-detection', data, [1, 3, height, width]);
    const back = homographyBetween(quadOf(0, 0, width, height), region);
    if (back === undefined) return [];
    const toPicture = (point: Point): Point => project(back, point);
    return textBoxes({ width, height, data: map }).map(({ quad, score }) => ({
      quad: quad.map(toPicture) as unknown as Quad,
      score,
    }));
  }

  /**
   * What stands inside a quad that lies as its text does.
   *
   * @param isNegative light is read as dark: what shines on a dark ground as if it were printed
   */
  async read(picture: Picture, quad: Quad, isNegative = false): Promise<ReadCharacter[]> {
    const wanted = (LINE_HEIGHT * widthOf(quad)) / Math.max(1, heightOf(quad));
    const width = Math.min(MAX_LINE_WIDTH, Math.max(MIN_LINE_WIDTH, rounded(wanted, WIDTH_STEP)));
    const data = this.#inference.allocate(3 * LINE_HEIGHT * width);
    sampleQuad(picture, quad, {
      data,
      width,
      height: LINE_HEIGHT,
      scale: isNegative ? [-2 / 255, -2 / 255, -2 / 255] : [2 / 255, 2 / 255, 2 / 255],
      offset: isNegative ? [1, 1, 1] : [-1, -1, -1],
    });
    const probabilities = await this.#run('ppocr-recognition', data, [1, 3, LINE_HEIGHT, width]);
    return transcribe(probabilities, this.#alphabet);
  }

  async #run(name: keyof typeof TEXT_MODELS, data: Float32Array, shape: readonly number[]): Promise<Float32Array> {
    const model = { name, version: versionOf(name, this.#versions) };
    return only(await this.#inference.infer(model, { x: { type: 'float32', shape, data } }));
  }
}
