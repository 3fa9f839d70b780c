import type { Inference } from '@smartscan/platform/ports';
import { SYMBOLS } from '../../domain/display/glyphs.ts';
import { heightOf, widthOf, type Quad } from '../../domain/picture/geometry.ts';
import { sampleQuad, type Picture } from '../../domain/picture/picture.ts';
import { standardizePart } from '../../domain/picture/standardize.ts';
import { softmax } from '../../domain/statistics.ts';
import { transcribe, type Alphabet, type ReadCharacter } from '../../domain/text/transcribe.ts';
import { versionOf, type ModelVersions } from '../model-versions.ts';
import { valuesOf } from './outputs.ts';

/** Around what it is shown, in heights of its digits: within what it was trained with. */
export const LINE_MARGIN = 0.2;

/** A line as the network takes it: what is longer is squeezed, what is shorter ends before. As it was trained. */
const HEIGHT = 32;
const WIDTH = 112;
const LEAST_WIDTH = 8;

/** The network's columns: no symbol, then those of the detector. */
const ALPHABET: Alphabet = {
  characters: ['', ...SYMBOLS],
  allowed: Int32Array.from({ length: SYMBOLS.length + 1 }, (_, column) => column),
};

/** Row by row. */
const softmaxRows = (logits: Float32Array, columns: number): Float32Array => {
  const out = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += columns) out.set(softmax(logits.subarray(at, at + columns)), at);
  return out;
};

/** Reads lines of displays as a whole, from left to right, on whatever runs the model. One call at a time. */
export class LineReader {
  readonly #inference: Inference;
  readonly #versions: ModelVersions;

  /** @param inference has the model of lines: `DISPLAY_MODELS` */
  constructor(inference: Inference, versions: ModelVersions = {}) {
    this.#inference = inference;
    this.#versions = versions;
  }

  /**
   * What stands inside a quad that lies as its digits do, with a margin of `LINE_MARGIN`.
   *
   * @throws Fault as `Inference`; internal documents.inference_failed
   */
  async read(picture: Picture, quad: Quad): Promise<ReadCharacter[]> {
    const wanted = Math.round((HEIGHT * widthOf(quad)) / Math.max(1, heightOf(quad)));
    const width = Math.min(WIDTH, Math.max(LEAST_WIDTH, wanted));
    const line = new Float32Array(3 * HEIGHT * width);
    sampleQuad(picture, quad, { data: line, width, height: HEIGHT, scale: [1, 1, 1], offset: [0, 0, 0] });
    standardizePart({ data: line, width, height: HEIGHT }, width, HEIGHT);
    const data = this.#inference.allocate(3 * HEIGHT * WIDTH).fill(0);
    for (let row = 0; row < 3 * HEIGHT; row++) data.set(line.subarray(row * width, (row + 1) * width), row * WIDTH);
    const model = { name: 'display-lines', version: versionOf('display-lines', this.#versions) };
    const outputs = await this.#inference.infer(model, {
      line: { type: 'float32', shape: [1, 3, HEIGHT, WIDTH], data },
    });
    const probabilities = softmaxRows(valuesOf(outputs, 'symbols'), ALPHABET.characters.length);
    // Where a character stands is told along the line, and not along what the network was given.
    return transcribe(probabilities, ALPHABET).map((one) => ({ ...one, at: (one.at * WIDTH) / width }));
  }
}
