import { Fault } from '@smartscan/kernel';
import type { Inference, Tensors } from '@smartscan/platform/ports';
import { SEEN_KINDS, type DisplaySight, type Glyph, type Turn } from '../../domain/display/glyphs.ts';
import { glyphsOfSureLines } from '../../domain/display/lines.ts';
import { glyphsAtPeaks, withoutDoubles } from '../../domain/display/peaks.ts';
import { fillPlanes, planesSize, wholeView, type View } from '../../domain/display/view.ts';
import { nearView } from '../../domain/display/near-view.ts';
import type { Picture } from '../../domain/picture/picture.ts';

/** The model of displays, and the version that a reader runs on. */
export const DISPLAY_MODELS = { 'display-glyphs': '1' } as const;

/**
 * Longer sides that the whole picture is looked at in: to see how it lies, then for digits that fill it, then for small ones.
 * Ours: see the card.
 */
const FIRST_SIDE = 256;
const GLANCE_SIDE = 160;
const WHOLE_SIDE = 384;
/** A way up is tried where the network gives it more than this. */
const LEAST_PROBABILITY = 0.08;
/** The second best way up is looked at closely as well where it shows this part of what the best one does. Ours. */
const NEARLY_AS_GOOD = 0.6;

const failed = (): Fault => new Fault('internal', 'documents.inference_failed', 'The display could not be read.');

const TURNS = [0, 90, 180, 270] as const satisfies readonly Turn[];

/** Where a closer look was taken, what was seen from afar counts less. Ours: of 0.5, 0.7, 0.85 and 1. */
const FROM_AFAR = 0.85;

const seenFromAfar = (glyph: Glyph, { left, top, width, height }: View): Glyph => {
  const isInside = glyph.x > left && glyph.x < left + width && glyph.y > top && glyph.y < top + height;
  return isInside ? { ...glyph, confidence: FROM_AFAR * glyph.confidence } : glyph;
};

/** A way up, how likely it is, and what a first look at it showed. */
interface LikelyTurn {
  readonly turn: Turn;
  readonly weight: number;
  readonly seen: Answer;
}

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

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const softmax = (logits: Float32Array): number[] => {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = sum(powers);
  return powers.map((power) => power / total);
};

const kindsOf = (probabilities: readonly number[]): DisplaySight['kinds'] =>
  Object.fromEntries([...SEEN_KINDS, 'none'].map((kind, i) => [kind, probabilities[i]!])) as DisplaySight['kinds'];

/** Finds the digits of displays, on whatever runs the model. One call at a time. */
export class GlyphReader {
  readonly #inference: Inference;

  /** @param inference has the model of displays: `DISPLAY_MODELS` */
  constructor(inference: Inference) {
    this.#inference = inference;
  }

  /**
   * What the picture shows as it lies, the likeliest way up first: one way where that is sure, else two.
   *
   * @throws Fault as `Inference`; internal documents.inference_failed
   */
  async see(picture: Picture): Promise<DisplaySight[]> {
    const likely = await this.#likelyTurns(picture);
    const best = likely[0]!.weight;
    const sights: DisplaySight[] = [];
    for (const { turn, weight, seen } of likely.slice(0, 2)) {
      if (weight >= NEARLY_AS_GOOD * best) sights.push(await this.#sightOf(picture, turn, seen));
    }
    return sights;
  }

  /** Ways up by how likely they are and how sure the glyphs that they show, the best first. */
  async #likelyTurns(picture: Picture): Promise<LikelyTurn[]> {
    const first = await this.#look(picture, 0, wholeView(picture, 0, FIRST_SIDE));
    const likely: LikelyTurn[] = [];
    for (const [i, turn] of TURNS.entries()) {
      const probability = first.turns[i]!;
      if (probability < LEAST_PROBABILITY) continue;
      const seen = turn === 0 ? first : await this.#look(picture, turn, wholeView(picture, turn, FIRST_SIDE));
      likely.push({ turn, seen, weight: probability * (1 + sum(seen.glyphs.map(({ confidence }) => confidence))) });
    }
    return likely.sort((a, b) => b.weight - a.weight);
  }

  /** @param seen what the first look showed */
  async #sightOf(picture: Picture, turn: Turn, seen: Answer): Promise<DisplaySight> {
    const whole = await this.#look(picture, turn, wholeView(picture, turn, WHOLE_SIDE));
    const glance = await this.#look(picture, turn, wholeView(picture, turn, GLANCE_SIDE));
    const glyphs = withoutDoubles([...glance.glyphs, ...seen.glyphs, ...whole.glyphs]);
    const near = nearView(picture, turn, glyphs);
    if (near === undefined) return { turn, glyphs: glyphsOfSureLines(glyphs), kinds: kindsOf(seen.kinds) };
    const closer = await this.#look(picture, turn, near);
    const all = withoutDoubles([...glyphs.map((glyph) => seenFromAfar(glyph, near)), ...closer.glyphs]);
    return { turn, glyphs: glyphsOfSureLines(all), kinds: kindsOf(seen.kinds) };
  }

  async #look(picture: Picture, turn: Turn, view: View): Promise<Answer> {
    const { width, height } = planesSize(view);
    const data = this.#inference.allocate(3 * width * height).fill(0);
    fillPlanes(picture, turn, view, { data, width, height });
    const model = { name: 'display-glyphs', version: DISPLAY_MODELS['display-glyphs'] };
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
