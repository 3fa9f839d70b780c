import { boxAround, gapsBetween } from '../picture/geometry.ts';
import type { Picture } from '../picture/picture.ts';
import type { Glyph, Turn } from './glyphs.ts';
import { linesOf, type DisplayLine } from './lines.ts';
import { turnedSize, type View } from './view.ts';

/** The view on a display: its longer side at most this, its digits about so high: in the middle of what the network was trained on. Ours. */
const MAX_SIDE = 320;
const DIGIT_HEIGHT = 36;
/** Around the digits, in heights of the tallest: lines that were missed stand there. */
const MARGIN = 1.6;
/** Lines that are this much lower than the tallest of the display are left where they are. */
const LEAST_HEIGHT = 0.3;

const weightOf = ({ glyphs, height }: DisplayLine): number =>
  height * glyphs.reduce((sum, { confidence }) => sum + confidence, 0);

/** Whether two lines may stand on one display. */
const areNear = (a: DisplayLine, b: DisplayLine): boolean => {
  const reach = 2.5 * Math.max(a.height, b.height);
  const { across, down } = gapsBetween(a.box, b.box);
  return across < reach && down < reach;
};

/** The lines of the display that says most. */
const displayOf = (lines: readonly DisplayLine[]): readonly DisplayLine[] => {
  const [first] = [...lines].sort((a, b) => weightOf(b) - weightOf(a));
  if (first === undefined) return [];
  const display = [first];
  for (const line of display) {
    for (const other of lines) {
      if (display.includes(other) || other.height < LEAST_HEIGHT * first.height) continue;
      if (areNear(line, other)) display.push(other);
    }
  }
  return display;
};

/** A second view, on the display that a first one found; undefined where it would show no more. */
export const nearView = (picture: Picture, turn: Turn, glyphs: readonly Glyph[]): View | undefined => {
  const lines = displayOf(linesOf(glyphs));
  if (lines.length === 0) return undefined;
  const size = turnedSize(picture, turn);
  const tallest = Math.max(...lines.map(({ height }) => height));
  const display = boxAround(lines.map(({ box }) => box));
  const left = Math.max(0, Math.floor(display.left - MARGIN * tallest));
  const top = Math.max(0, Math.floor(display.top - MARGIN * tallest));
  const right = Math.min(size.width, Math.ceil(display.right + MARGIN * tallest));
  const bottom = Math.min(size.height, Math.ceil(display.bottom + MARGIN * tallest));
  const [width, height] = [right - left, bottom - top];
  const scale = Math.min(MAX_SIDE / Math.max(width, height), DIGIT_HEIGHT / tallest);
  return { left, top, width, height, scale };
};
