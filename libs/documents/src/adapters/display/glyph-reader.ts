import { DEVICE_TYPES } from '@smartscan/kernel';
import type { Inference } from '@smartscan/platform/ports';
import type { DisplaySight, Glyph, Turn } from '../../domain/display/glyphs.ts';
import { glyphsOfSureLines } from '../../domain/display/lines.ts';
import { glyphsAtPeaks, withoutDoubles } from '../../domain/display/peaks.ts';
import { fillPlanes, planesSize, wholeView, type View } from '../../domain/display/view.ts';
import { nearView } from '../../domain/display/near-view.ts';
import type { Picture } from '../../domain/picture/picture.ts';
import { softmax } from '../../domain/statistics.ts';
import { versionOf, type ModelVersions } from '../model-versions.ts';
import { valuesOf } from './outputs.ts';

/**
 * Longer sides that the whole picture is looked at in: to see how it lies, then for digits that fill it, then for small ones.
 * Ours: 384 in place of 320 finds as many values on rendered scenes, for a seventh more CPU.
 */
const FIRST_SIDE = 256;
const GLANCE_SIDE = 160;
const WHOLE_SIDE = 320;
/** So sure of the first look that no other way up is tried. Ours: on rendered scenes, as what follows. */
const SURELY_UPRIGHT = 0.95;
/** How much likelier a photo is upright than turned one way, and what a way up weighs that shows no sure glyph. */
const UPRIGHT_PRIOR = 2;
const WITHOUT_GLYPHS = 0.5;
/** So many ways up are looked at from nearby, the likeliest. */
const MOST_WAYS = 2;
/** So much likelier than its opposite that print need not tell. Ours: of 103 rendered scenes that are, 1 lies on its head. */
const SURELY_NOT_ON_ITS_HEAD = 2;
/** A probability below this says no more than this. */
const LEAST_PROBABILITY = 1e-3;

const TURNS = [0, 90, 180, 270] as const satisfies readonly Turn[];

/** Where a closer look was taken, what was seen from afar counts less. Ours: of 0.5, 0.7, 0.85 and 1. */
const FROM_AFAR = 0.85;

const seenFromAfar = (glyph: Glyph, { left, top, width, height }: View): Glyph => {
  const isInside = glyph.x > left && glyph.x < left + width && glyph.y > top && glyph.y < top + height;
  return isInside ? { ...glyph, confidence: FROM_AFAR * glyph.confidence } : glyph;
};

/** What the network answers to one view. */
interface Answer {
  readonly glyphs: readonly Glyph[];
  readonly kinds: readonly number[];
  readonly turns: readonly number[];
}

/** Looks at the whole picture in one way up, of two sizes. */
interface Looks {
  readonly seen: Answer;
  readonly whole: Answer;
}

const NOTHING: Answer = { glyphs: [], kinds: [], turns: [] };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What looks at all four ways up say of one of them together: the geometric mean of their probabilities. */
const voteFor = (quarters: number, looks: readonly Answer[]): number =>
  Math.exp(
    sum(looks.map(({ turns }, i) => Math.log(turns[(quarters - i + 4) % 4]! + LEAST_PROBABILITY))) / looks.length,
  );

/** How likely a way up is: what the network says, and how surely it shows glyphs. */
const weightOf = (turn: Turn, vote: number, { glyphs }: Answer): number => {
  const shown = sum(glyphsOfSureLines(withoutDoubles(glyphs)).map(({ confidence }) => confidence ** 2));
  return (turn === 0 ? UPRIGHT_PRIOR : 1) * vote * (WITHOUT_GLYPHS + shown);
};

const kindsOf = (probabilities: readonly number[]): DisplaySight['kinds'] =>
  Object.fromEntries([...DEVICE_TYPES, 'none'].map((kind, i) => [kind, probabilities[i]!])) as DisplaySight['kinds'];

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
   * What the picture shows in the way up that is likeliest.
   *
   * @throws Fault as `Inference`; internal documents.inference_failed
   */
  async see(picture: Picture): Promise<DisplaySight> {
    const first = await this.#look(picture, 0, wholeView(picture, 0, FIRST_SIDE));
    if (first.turns[0]! >= SURELY_UPRIGHT)
      return (await this.#nearby(picture, 0, await this.#looks(picture, 0, first))).sight;
    const looks = [await this.#looks(picture, 0, first)];
    for (const turn of [90, 180, 270] as const) looks.push(await this.#looks(picture, turn));
    const votes = [looks.map(({ seen }) => seen), looks.map(({ whole }) => whole)];
    const ways = TURNS.map((turn, i) => {
      const vote = votes.reduce((product, answers) => product * Math.sqrt(voteFor(i, answers)), 1);
      return { turn, looks: looks[i]!, vote, weight: weightOf(turn, vote, looks[i]!.seen) };
    }).sort((one, other) => other.weight - one.weight);
    const near: { readonly sight: DisplaySight; readonly weight: number }[] = [];
    for (const way of ways.slice(0, MOST_WAYS)) {
      const { sight, closer } = await this.#nearby(picture, way.turn, way.looks);
      near.push({ sight, weight: weightOf(way.turn, way.vote, closer) });
    }
    const [best, other] = near.sort((one, next) => next.weight - one.weight);
    const isOpposite = (other!.sight.turn + 180) % 360 === best!.sight.turn;
    const isSure = !isOpposite || best!.weight >= SURELY_NOT_ON_ITS_HEAD * other!.weight;
    return isSure ? best!.sight : { ...best!.sight, onItsHead: other!.sight };
  }

  /** @param first where it was looked at already */
  async #looks(picture: Picture, turn: Turn, first?: Answer): Promise<Looks> {
    return {
      seen: first ?? (await this.#look(picture, turn, wholeView(picture, turn, FIRST_SIDE))),
      whole: await this.#look(picture, turn, wholeView(picture, turn, WHOLE_SIDE)),
    };
  }

  /** Looks at a way up from nearby, where there is something to look at. */
  async #nearby(
    picture: Picture,
    turn: Turn,
    { seen, whole }: Looks,
  ): Promise<{ readonly sight: DisplaySight; readonly closer: Answer }> {
    const glance = await this.#look(picture, turn, wholeView(picture, turn, GLANCE_SIDE));
    const glyphs = withoutDoubles([...glance.glyphs, ...seen.glyphs, ...whole.glyphs]);
    const view = nearView(picture, turn, glyphs);
    const closer = view === undefined ? NOTHING : await this.#look(picture, turn, view);
    const all =
      view === undefined
        ? glyphs
        : withoutDoubles([...glyphs.map((glyph) => seenFromAfar(glyph, view)), ...closer.glyphs]);
    const kinds = kindsOf(view === undefined ? seen.kinds : closer.kinds);
    return { sight: { turn, glyphs: glyphsOfSureLines(all), kinds }, closer };
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
