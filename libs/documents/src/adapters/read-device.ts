import type { DeviceType } from '@smartscan/kernel';
import { agreedLine } from '../domain/devices/agreement.ts';
import { extractDevices, type DeviceHints, type ReadDevice } from '../domain/devices/extract.ts';
import { heightOfGlyphs, quadOfGlyphs, wordsOf, type PrintedText, type SeenLine } from '../domain/devices/scene.ts';
import { parted, rejoined } from '../domain/devices/rejoin.ts';
import type { KindOfDevice } from '../domain/devices/device.ts';
import { DEVICES, likeliest } from '../domain/devices/kinds/device-kinds.ts';
import type { DisplaySight, Turn } from '../domain/display/glyphs.ts';
import { linesOf, type DisplayLine } from '../domain/display/lines.ts';
import { turnedSize } from '../domain/display/view.ts';
import {
  boxAround,
  boxOf,
  centreOf,
  gapsBetween,
  heightOf,
  isWithin,
  quadOf,
  widthOf,
  type Box,
  type Quad,
} from '../domain/picture/geometry.ts';
import type { Picture } from '../domain/picture/picture.ts';
import { surfaceOf } from '../domain/picture/quality.ts';
import { quadTurned, quadTurnedBack } from '../domain/picture/turn.ts';
import { textRead, type ReadCharacter } from '../domain/text/transcribe.ts';
import { LINE_MARGIN, type LineReader } from './display/line-reader.ts';
import type { TextReader } from './text/text-reader.ts';
import { convertUnits } from './units.ts';

/**
 * How a line of digits is shown to the recogniser, until two readers agree: with a margin in heights of its digits, and as a
 * negative at last. Ours: of 180 lines of rendered displays it reads 134 as the first, 142 as one of the first two, 151 as
 * one of all.
 */
const WAYS = [
  [0.2, false],
  [0.4, false],
  [0.1, false],
  [0.25, true],
] as const;
/** Lines of a display that are read, the tallest. Ours: more are a keyboard, or a page of text. */
const MOST_LINES = 12;
/** Lower lines than this part of the tallest are clocks, dates and marks on all kinds of device. Ours. */
const LEAST_HEIGHT = 0.15;
/** Several digits, or one that the detector is surer of than this, are surely a line. Ours. */
const SURE = 0.5;

/** Lines of print that are read, those nearest to the digits. Ours. */
const MOST_PRINTED = 24;
/** Print is looked for around the digits, as far as they reach themselves and this many of their heights. Ours. */
const AROUND = 3.5;
/**
 * The longer side of what the finder of print sees at the most, and the height of the digits in it: a small display is
 * enlarged, since its labels are smaller still. Ours.
 */
const PRINT_SIDE = 640;
const DIGITS_BESIDE_PRINT = 80;
/** So much larger where most values are known by their labels alone. Ours: a third more, for twice the CPU. */
const WHERE_LABELS_TELL = 1.5;
/** A line of print over this part of which digits lie is those digits. */
const SAME_LINE = 0.5;

const isSure = ({ glyphs, confidence }: DisplayLine): boolean => confidence > SURE || glyphs.length > 2;

interface PrintedLine extends PrintedText {
  readonly characters: readonly ReadCharacter[];
}

/** A picture as it is turned upright; what is read in it is read from the picture as it was sent. */
class Upright {
  readonly picture: Picture;
  readonly turn: Turn;
  readonly width: number;
  readonly height: number;

  constructor(picture: Picture, turn: Turn) {
    this.picture = picture;
    this.turn = turn;
    ({ width: this.width, height: this.height } = turnedSize(picture, turn));
  }

  toPage(quad: Quad): Quad {
    return quadTurnedBack(quad, this.turn, this.picture);
  }

  fromPage(quad: Quad): Quad {
    return quadTurned(quad, this.turn, this.picture);
  }
}

/** The part of a box that another one covers. */
const covered = (box: Box, by: Box): number => {
  const across = Math.min(box.right, by.right) - Math.max(box.left, by.left);
  const down = Math.min(box.bottom, by.bottom) - Math.max(box.top, by.top);
  const area = (box.right - box.left) * (box.bottom - box.top);
  return across <= 0 || down <= 0 ? 0 : (across * down) / Math.max(1, area);
};

const overlap = (a: Box, b: Box): boolean => covered(a, b) > 0 || covered(b, a) > 0;

/** The part of a box that several others cover; they hardly overlap each other. */
const coveredBy = (box: Box, others: readonly Box[]): number =>
  others.reduce((sum, other) => sum + covered(box, other), 0);

/** A word with so many more letters and digits than a line that lies in it is print, and the line a piece of it. */
const MORE_SYMBOLS = 4;

const symbolsOf = (text: string): number => text.replace(/[^\p{L}\p{N}]/gu, '').length;

/** Digits that are a piece of a longer word: a file's name, a serial number. */
const isInText = (line: SeenLine, printed: readonly PrintedText[]): boolean =>
  printed
    .flatMap(wordsOf)
    .some(
      ({ text, quad }) =>
        covered(boxOfLine(line), boxOf(quad)) > SAME_LINE && symbolsOf(text) >= symbolsOf(line.text) + MORE_SYMBOLS,
    );

/**
 * The words of a line of print that are not the digits of the display: a label and its number may be found as one line. The
 * unit below digits that lean stands within their bounds, and not between them.
 */
const wordsBeside = (print: PrintedText, lines: readonly SeenLine[]): PrintedText[] => {
  const digits = lines.map(({ glyphs }) => quadOfGlyphs(glyphs, 0));
  if (!digits.some((quad) => overlap(boxOf(quad), boxOf(print.quad)))) return [print];
  return wordsOf(print).filter((word) => !digits.some((quad) => isWithin(centreOf(word.quad), quad)));
};

const boxOfLine = ({ glyphs }: SeenLine): Box => boxOf(quadOfGlyphs(glyphs, 0));

/**
 * What the detector saw nothing of, and is lower than this part of the tallest digits, is a clock, a date or print; where both
 * others read the same, lower digits are believed. Ours.
 */
const LEAST_UNDETECTED = 0.7;
const LEAST_AGREED = 0.35;

/** Digits that only the recogniser saw, as a line that the detector did not. */
const isUndetected = ({ text }: PrintedLine): boolean => /^[\d.,]{2,5}$/.test(text.replace(/\s/g, ''));

/** What the recogniser sees nothing of in two ways, or a single digit, isn't worth more of its time. */
const maySeeMore = ({ glyphs, seconds }: SeenLine): boolean =>
  glyphs.length > 1 && (seconds.length < 2 || seconds.some((characters) => characters.length > 0));

/** So many words tell which way up a picture is, and letters that are read with so much certainty in all. Ours. */
const MOST_TELLING = 6;
const LEAST_TELLING = 1.5;

/** Of one letter, which may be any, neither its box nor its reading tells. */
const WIDE = 1.2;
const LEAST_LETTERS = 2;

const isWide = (quad: Quad): boolean => widthOf(quad) > WIDE * heightOf(quad);

/** How many letters stand there, each by how surely it is read: what lies on its head is read as something, too. */
const legibility = (characters: readonly ReadCharacter[]): number => {
  const letters = characters.filter(({ character }) => /\p{L}/u.test(character));
  if (letters.length < LEAST_LETTERS) return 0;
  return letters.length * Math.min(...letters.map(({ confidence }) => confidence));
};

/** Most fields of a kind have no place of their own. */
const labelsTell = (kind: DeviceType): boolean => {
  const { fields, layout }: KindOfDevice = DEVICES[kind];
  return layout.order.length < Object.keys(fields).length;
};

/** Reads what devices show, in memory only. One picture at a time. */
export class DeviceReader {
  readonly #text: TextReader;
  readonly #lines: LineReader;

  constructor(text: TextReader, lines: LineReader) {
    this.#text = text;
    this.#lines = lines;
  }

  /**
   * The devices on a picture, the one with the largest digits first; none where it shows none.
   *
   * @param sight what the network sees in the turn that is upright
   * @throws Fault as `Inference`
   */
  async read(
    picture: Picture,
    sight: DisplaySight,
    { hints, page }: { readonly hints: DeviceHints; readonly page: number },
  ): Promise<ReadDevice[]> {
    const upright = new Upright(picture, sight.turn);
    const found = [...linesOf(sight.glyphs)].sort((a, b) => b.height - a.height).slice(0, MOST_LINES);
    const lines: SeenLine[] = [];
    const tallest = Math.max(0, ...found.filter(isSure).map(({ height }) => height));
    for (const line of found) {
      if (line.height >= LEAST_HEIGHT * tallest) lines.push(...(await this.#numbers(upright, line)));
    }
    const printed = await this.#printed(upright, lines, hints.kind ?? likeliest(sight.kinds));
    const shown = rejoined(lines, printed).filter((line) => !isInText(line, printed));
    const digits = shown.map(boxOfLine);
    const isSeen = (one: PrintedLine): boolean =>
      coveredBy(boxOf(one.quad), digits) >= SAME_LINE ||
      digits.some((box) => covered(box, boxOf(one.quad)) > SAME_LINE || isPrintOf(one, box));
    const highest = Math.max(0, ...shown.map(({ glyphs }) => heightOfGlyphs(glyphs)));
    const missed = new Map<PrintedLine, SeenLine>();
    for (const one of printed) {
      const { quad, characters } = one;
      if (!isUndetected(one) || isSeen(one) || heightOf(quad) < LEAST_AGREED * highest) continue;
      const lined = await this.#lines.read(picture, upright.toPage(quad));
      const line: SeenLine = { text: '', glyphs: [], quad, lined, seconds: [characters] };
      if (heightOf(quad) > LEAST_UNDETECTED * highest || agreedLine(line).reasons.length === 0) missed.set(one, line);
    }
    const beside = printed.filter((one) => !missed.has(one)).flatMap((one) => wordsBeside(one, shown));
    return extractDevices({
      scene: {
        width: upright.width,
        height: upright.height,
        lines: [...shown.map((line) => withPrint(line, printed)), ...missed.values()],
        printed: beside,
        kinds: sight.kinds,
        mayBeOnItsHead: sight.onItsHead !== undefined,
      },
      hints,
      convert: convertUnits,
      page,
      toPage: (quad) => upright.toPage(quad),
      surface: ({ left, top, right, bottom }, heightPx) =>
        surfaceOf(picture, boxOf(upright.toPage(quadOf(left, top, right, bottom))), heightPx),
    });
  }

  /**
   * How much better print around the digits is read as they were seen than on its head; undefined where there is none that tells.
   *
   * @throws Fault as `Inference`
   */
  async uprightness(picture: Picture, sight: DisplaySight): Promise<number | undefined> {
    const upright = new Upright(picture, sight.turn);
    const digits = linesOf(sight.glyphs).map((line) => quadOfGlyphs(line.glyphs, 0));
    const boxes = await this.#printedBoxes(upright, digits, likeliest(sight.kinds));
    const words = boxes.filter((quad) => coveredBy(boxOf(quad), digits.map(boxOf)) < SAME_LINE && isWide(quad));
    let [now, turned] = [0, 0];
    for (const [a, b, c, d] of words.slice(0, MOST_TELLING)) {
      now += legibility(await this.#text.read(picture, upright.toPage([a, b, c, d])));
      turned += legibility(await this.#text.read(picture, upright.toPage([c, d, a, b])));
    }
    return Math.max(now, turned) < LEAST_TELLING ? undefined : now / (now + turned);
  }

  /** A line of digits, or the numbers that it turns out to be. */
  async #numbers(upright: Upright, found: DisplayLine): Promise<SeenLine[]> {
    const line = await this.#read(upright, found);
    const parts: SeenLine[] = [];
    for (const part of parted(line)) parts.push(await this.#read(upright, part));
    return parts.length > 0 ? parts : [line];
  }

  /** A line of digits with what others make of it; shown to the recogniser in other ways where no two readers agree. */
  async #read(upright: Upright, { text, glyphs }: Pick<DisplayLine, 'text' | 'glyphs'>): Promise<SeenLine> {
    const lined = await this.#lines.read(upright.picture, upright.toPage(quadOfGlyphs(glyphs, LINE_MARGIN)));
    let line: SeenLine = { text, glyphs, quad: quadOfGlyphs(glyphs, 0), lined, seconds: [] };
    for (const [margin, isNegative] of WAYS) {
      const quad = upright.toPage(quadOfGlyphs(glyphs, margin));
      line = { ...line, seconds: [...line.seconds, await this.#text.read(upright.picture, quad, isNegative)] };
      if (agreedLine(line).reasons.length === 0 || !maySeeMore(line)) break;
    }
    return line;
  }

  /** Where print stands around the digits, or anywhere where there are none: the nearest first. */
  async #printedBoxes(upright: Upright, digits: readonly Quad[], kind: DeviceType): Promise<Quad[]> {
    const display = digits.length === 0 ? undefined : boxAround(digits.map(boxOf));
    const height = Math.max(0, ...digits.map(heightOf));
    const reach = AROUND * height;
    const { left, top, right, bottom } = display ?? { left: 0, top: 0, right: upright.width, bottom: upright.height };
    const region = quadOf(
      Math.max(0, left - reach),
      Math.max(0, top - reach),
      Math.min(upright.width, right + reach),
      Math.min(upright.height, bottom + reach),
    );
    const longer = Math.max(region[2].x - region[0].x, region[2].y - region[0].y);
    const larger = labelsTell(kind) ? WHERE_LABELS_TELL : 1;
    const scale = larger * Math.min(PRINT_SIDE / longer, height === 0 ? 1 : DIGITS_BESIDE_PRINT / height);
    const boxes = await this.#text.find(upright.picture, upright.toPage(region), scale);
    const distanceOf = (quad: Quad): number => {
      const { across, down } = gapsBetween(boxOf(quad), { left, top, right, bottom });
      return across + down;
    };
    return boxes
      .map(({ quad }) => upright.fromPage(quad))
      .sort((a, b) => distanceOf(a) - distanceOf(b))
      .slice(0, MOST_PRINTED);
  }

  /** Lines of print around the digits. */
  async #printed(upright: Upright, lines: readonly SeenLine[], kind: DeviceType): Promise<PrintedLine[]> {
    const digits = lines.map(({ glyphs }) => quadOfGlyphs(glyphs, 0));
    const printed: PrintedLine[] = [];
    for (const quad of await this.#printedBoxes(upright, digits, kind)) {
      const characters = await this.#text.read(upright.picture, upright.toPage(quad));
      if (characters.length === 0) continue;
      const text = textRead(characters);
      printed.push({ text, quad, characters, confidence: Math.min(...characters.map(({ confidence }) => confidence)) });
    }
    return printed;
  }
}

/** A box of print holds little but the digits: it is no larger than this of their sides. */
const LITTLE_MORE = 2;
const isAlone = (print: Box, digits: Box): boolean =>
  print.right - print.left < LITTLE_MORE * (digits.right - digits.left) &&
  print.bottom - print.top < LITTLE_MORE * (digits.bottom - digits.top);

const isPrintOf = ({ quad }: PrintedText, digits: Box): boolean =>
  covered(digits, boxOf(quad)) > SAME_LINE && isAlone(boxOf(quad), digits);

/** What the recogniser makes of a box of its own finder counts as a reading of the digits, where it holds little else. */
const withPrint = (line: SeenLine, printed: readonly PrintedLine[]): SeenLine => {
  const box = boxOfLine(line);
  const same = printed.filter((one) => isPrintOf(one, box));
  return {
    ...line,
    seconds: [...line.seconds, ...same.map(({ characters }) => characters)],
    isBoxed: same.some(({ text }) => text === line.text),
  };
};
