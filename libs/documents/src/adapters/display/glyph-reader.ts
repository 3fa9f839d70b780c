import { Fault } from '@smartscan/kernel';
import type { Inference, Tensors } from '@smartscan/platform/ports';
import { SEEN_KINDS, type DisplaySight, type Glyph, type Turn } from '../../domain/display/glyphs.ts';
import { glyphsAtPeaks, withoutDoubles } from '../../domain/display/peaks.ts';
import { fillPlanes, planesSize, wholeView, type View } from '../../domain/display/view.ts';
import { nearView } from '../../domain/display/near-view.ts';
import type { Picture } from '../../domain/picture/picture.ts';
import { versionOf, type ModelVersions } from '../model-versions.ts';

/** Longer sides that the whole picture is looked at in: to see how it lies, then for its digits. Ours: see the card. */
const FIRST_SIDE = 256;
const WHOLE_SIDE = 384;
/** A second way up is tried as well where the network gives it more than this. */
const DOUBT = 0.15;

const failed = (): Fault => new Fault('internal', 'documents.inference_failed', 'The display could not be read.');

const TURNS = [0, 90, 180, 270] as const satisfies readonly Turn[];

/** What the network answers to one view. */
interface Answer {
  readonly glyphs: readonly Glyph[];
  readonly kinds: readonly number[];
  readonly turns: readonly number[];
}

const valuesOf = (outputs: Tensors, name: string): Float32Array => {
  const tensor = outputs[name];
  if (tensor?.type !== 'float32') throw failed();
  return tensor.data as Float32Array;
};

const softmax = (logits: Float32Array): number[] => {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
};

const kindsOf = (probabilities: readonly number[]): DisplaySight['kinds'] =>
  Object.fromEntries([...SEEN_KINDS, 'none'].map((kind, i) => [kind, probabilities[i]!])) as DisplaySight['kinds'];

const mean = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => (value + b[i]!) / 2);

/** Finds the digits of displays, on whatever runs the model. One call at a time. */
export class GlyphReader {
  readonly #inference: Inference;
  readonly #versions: ModelVersions;

  /** @param inference has the model of displays: `DISPLAY_MODELS` */
  constructor(inference: Inference, versions: ModelVersions = {}) {
    this.#inference = inference;
    this.#versions = versions;
  }

  /**
   * What the picture shows as it lies, the likeliest way up first: one way where that is sure, else two.
   *
   * @throws Fault as `Inference`; internal documents.inference_failed
   */
  async see(picture: Picture): Promise<DisplaySight[]> {
    const first = await this.#look(picture, 0, wholeView(picture, 0, FIRST_SIDE));
    const likely = TURNS.map((turn, i) => ({ turn, probability: first.turns[i]! }))
      .sort((a, b) => b.probability - a.probability)
      .filter(({ probability }, i) => i === 0 || (i === 1 && probability > DOUBT));
    const sights: { sight: DisplaySight; weight: number }[] = [];
    for (const { turn, probability } of likely) {
      const sight = await this.#sightOf(picture, turn);
      sights.push({ sight, weight: probability * sight.glyphs.reduce((sum, { confidence }) => sum + confidence, 0.1) });
    }
    return sights.sort((a, b) => b.weight - a.weight).map(({ sight }) => sight);
  }

  async #sightOf(picture: Picture, turn: Turn): Promise<DisplaySight> {
    const whole = await this.#look(picture, turn, wholeView(picture, turn, WHOLE_SIDE));
    const near = nearView(picture, turn, whole.glyphs);
    if (near === undefined) return { turn, glyphs: withoutDoubles(whole.glyphs), kinds: kindsOf(whole.kinds) };
    const { glyphs, kinds } = await this.#look(picture, turn, near);
    return { turn, glyphs: withoutDoubles([...whole.glyphs, ...glyphs]), kinds: kindsOf(mean(whole.kinds, kinds)) };
  }

  async #look(picture: Picture, turn: Turn, view: View): Promise<Answer> {
    const { width, height } = planesSize(view);
    const data = this.#inference.allocate(3 * width * height).fill(0);
    fillPlanes(picture, turn, view, { data, width, height });
    const model = { name: 'display-glyphs', version: versionOf('display-glyphs', this.#versions) };
    const outputs = await this.#inference.infer(model, {
      picture: { type: 'float32', shape: [1, 3, height, width], data },
    });
    const maps = { symbols: valuesOf(outputs, 'symbols'), places: valuesOf(outputs, 'places') };
    return {
      glyphs: glyphsAtPeaks({ ...maps, width: width / 4, height: height / 4 }, view),
      kinds: softmax(valuesOf(outputs, 'kinds')),
      turns: softmax(valuesOf(outputs, 'turns')),
    };
  }
}
