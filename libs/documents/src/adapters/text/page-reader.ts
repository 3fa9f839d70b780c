import { findPage } from '../../domain/picture/find-page.ts';
import {
  heightOf,
  homographyBetween,
  quadOf,
  widthOf,
  type Homography,
  type Quad,
} from '../../domain/picture/geometry.ts';
import type { Picture } from '../../domain/picture/picture.ts';
import type { PageLine } from '../../domain/layout/spans.ts';
import type { ReadCharacter } from '../../domain/text/transcribe.ts';
import type { TextReader } from './text-reader.ts';

/** The text of a page, and how to straighten it. */
export interface ReadPage {
  readonly lines: readonly PageLine[];
  /** From pixels of the page as it was sent to the straightened page. */
  readonly toFlat: Homography;
}

/** A box must be this much longer than high to say how its text runs. PaddleOCR turns those that are 1.5 times higher. */
const LONG = 2;
/** Lines that are read both ways to see which is up, how long they are, and what upright ones get at least. Ours. */
const TRIAL_LINES = 4;
const TRIAL_LENGTH = 3;
const SURELY_UPRIGHT = 0.85;

const turned = ([a, b, c, d]: Quad, quarters: number): Quad => {
  const turns: readonly Quad[] = [
    [a, b, c, d],
    [b, c, d, a],
    [c, d, a, b],
    [d, a, b, c],
  ];
  return turns[quarters % 4]!;
};

const trust = (lines: readonly (readonly ReadCharacter[])[]): number => {
  const all = lines.flat();
  return all.length === 0 ? 0 : all.reduce((sum, { confidence }) => sum + confidence, 0) / all.length;
};

const standing = (quads: readonly Quad[]): boolean => {
  const lengths = (isUp: boolean): number =>
    quads
      .filter((quad) => (isUp ? heightOf(quad) > LONG * widthOf(quad) : widthOf(quad) > LONG * heightOf(quad)))
      .reduce((sum, quad) => sum + Math.max(heightOf(quad), widthOf(quad)), 0);
  return lengths(true) > lengths(false);
};

/** Reads pages as they lie, in whichever of four ways. */
export class PageReader {
  readonly #text: TextReader;

  constructor(text: TextReader) {
    this.#text = text;
  }

  async read(picture: Picture, page: number): Promise<ReadPage> {
    const outline = findPage(picture) ?? quadOf(0, 0, picture.width, picture.height);
    const quads = (await this.#text.find(picture, outline)).map(({ quad }) => quad);
    const quarters = await this.#turnOf(picture, quads);
    const lines: PageLine[] = [];
    for (const quad of quads.map((one) => turned(one, quarters))) {
      lines.push({ page, quad, characters: await this.#text.read(picture, quad) });
    }
    return { lines, toFlat: flattening(turned(outline, quarters)) };
  }

  /** By how many quarters the corners of everything are to be turned so that the text is upright. */
  async #turnOf(picture: Picture, quads: readonly Quad[]): Promise<number> {
    const [first, second] = standing(quads) ? ([1, 3] as const) : ([0, 2] as const);
    const trials = trialsAmong(quads);
    const trustAt = async (quarters: number): Promise<number> => {
      const read: ReadCharacter[][] = [];
      for (const quad of trials) read.push(await this.#text.read(picture, turned(quad, quarters)));
      return trust(read);
    };
    const trusted = await trustAt(first);
    return trusted >= SURELY_UPRIGHT || trusted >= (await trustAt(second)) ? first : second;
  }
}

/** Of the longer lines the shortest: they tell as much as the longest, and cost a fraction. */
const trialsAmong = (quads: readonly Quad[]): readonly Quad[] => {
  const length = (quad: Quad): number => Math.max(widthOf(quad), heightOf(quad));
  const telling = quads.filter((quad) => length(quad) > TRIAL_LENGTH * Math.min(widthOf(quad), heightOf(quad)));
  return [...(telling.length > 0 ? telling : quads)].sort((a, b) => length(a) - length(b)).slice(0, TRIAL_LINES);
};

/** Straight, at the size that the outline has in the picture. */
const flattening = (outline: Quad): Homography => {
  const [width, height] = [widthOf(outline), heightOf(outline)];
  return homographyBetween(outline, quadOf(0, 0, width, height)) ?? [1, 0, 0, 0, 1, 0, 0, 0];
};
