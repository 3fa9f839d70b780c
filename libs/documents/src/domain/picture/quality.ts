import { medianOf } from '../statistics.ts';
import type { Box } from './geometry.ts';
import type { Picture } from './picture.ts';

/** Why a picture may be read badly. */
export type QualityProblem = 'blurred' | 'glare' | 'too_small' | 'cut_off';

/** How well a picture can be read where it was read. */
export interface Quality {
  /** How many pixels wide its sharper edges are; null where it has none, or was not measured. */
  readonly edgeWidthPx: number | null;
  /** 0-1: the part that is burnt out in spots; null where it was not measured. */
  readonly glare: number | null;
  /** Of its digits or letters, in the middle; null where it has none. */
  readonly textHeightPx: number | null;
  readonly problems: readonly QualityProblem[];
  /** What to do when the photo is taken again; one line for each problem. */
  readonly advice: readonly string[];
}

export interface Surface {
  readonly edgeWidthPx: number | null;
  readonly glare: number | null;
}

/** Of what was not read from a picture, or could not be. */
export const NOT_MEASURED: Quality = {
  edgeWidthPx: null,
  glare: null,
  textHeightPx: null,
  problems: [],
  advice: [],
};

const ADVICE: Readonly<Record<QualityProblem, string>> = {
  blurred: 'Hold the camera still and let it focus on the text.',
  glare: 'Tilt the camera or turn off the flash, so that no light is mirrored.',
  too_small: 'Move closer, so that the text fills more of the picture.',
  cut_off: 'Take a step back, so that nothing runs out of the picture.',
};

/** Strokes of seven-segment digits are 0.12 to 0.16 of their height: an edge wider than this blurs them. Ours. */
const WIDEST_EDGE = 0.2;
/** Digits and letters below this many pixels are misread. Ours: print of 10 pixels is read on scans at low resolution. */
const SMALLEST_TEXT_PX = 9;
/** More than this part burnt out in spots. Ours. */
const MOST_GLARE = 0.03;

/** Lightness, 0-255: the weights of ITU-R BT.601. */
const lightness = (data: Uint8Array, at: number): number =>
  0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;

/** An edge is looked at over so many pixels to each side, and is one where lightness differs by this much over them. Ours. */
const REACH = 6;
const CONTRAST = 40;
/** So many rows of a region are looked at. */
const ROWS = 160;

/** Widths of the edges in one row: how far it is from one side to the other at the steepest slope between them. */
const edgeWidthsIn = (row: Float64Array): number[] => {
  const widths: number[] = [];
  let last = 0;
  for (let x = REACH; x < row.length - REACH; x++) {
    const across = Math.abs(row[x + REACH]! - row[x - REACH]!);
    const before = Math.abs(row[x - 1 + REACH]! - row[Math.max(0, x - 1 - REACH)]!);
    const after = Math.abs(row[Math.min(row.length - 1, x + 1 + REACH)]! - row[x + 1 - REACH]!);
    if (across < CONTRAST || across < before || across < after || x - last < REACH) continue;
    let steepest = 0;
    for (let k = x - REACH; k < x + REACH; k++) steepest = Math.max(steepest, Math.abs(row[k + 1]! - row[k]!));
    widths.push(across / steepest);
    last = x;
  }
  return widths;
};

const rowOf = ({ width, data }: Picture, { left, right }: Box, y: number): Float64Array => {
  const row = new Float64Array(right - left);
  for (let x = left; x < right; x++) row[x - left] = lightness(data, 3 * (y * width + x));
  return row;
};

/** Of the edges, so many are sharper than the one that is told: some are shadows' and the background's. Ours. */
const SHARPER = 0.3;

const edgeWidthIn = (picture: Picture, region: Box): number | null => {
  const step = Math.max(1, Math.floor((region.bottom - region.top) / ROWS));
  const widths: number[] = [];
  for (let y = region.top; y < region.bottom; y += step) widths.push(...edgeWidthsIn(rowOf(picture, region, y)));
  return widths.length === 0 ? null : widths.sort((a, b) => a - b)[Math.floor(SHARPER * widths.length)]!;
};

/** What is at least this light is burnt out; a page or display that is so light on the whole is white, not glaring. Ours. */
const BURNT = 250;
const WHITE = 235;
/** A spot is larger than a stroke of a lit digit: a square of this part of the digits' height, all of it burnt out. */
const SPOT = 0.35;
const LEAST_SPOT_PX = 6;

const isBurnt = ({ width, data }: Picture, { left, top, right, bottom }: Box): boolean => {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (lightness(data, 3 * (y * width + x)) < BURNT) return false;
  }
  return true;
};

const glareIn = (picture: Picture, region: Box, textHeightPx: number): number => {
  const side = Math.max(LEAST_SPOT_PX, Math.round(SPOT * textHeightPx));
  const lights: number[] = [];
  let burnt = 0;
  for (let top = region.top; top + side <= region.bottom; top += side) {
    for (let left = region.left; left + side <= region.right; left += side) {
      const middle = 3 * ((top + (side >> 1)) * picture.width + left + (side >> 1));
      lights.push(lightness(picture.data, middle));
      if (isBurnt(picture, { left, top, right: left + side, bottom: top + side })) burnt++;
    }
  }
  return lights.length === 0 || medianOf(lights) >= WHITE ? 0 : burnt / lights.length;
};

/** Whole pixels, inside of the picture; empty where the region lies beyond it. */
const within = ({ width, height }: Picture, region: Box): Box => {
  const left = Math.min(width, Math.max(0, Math.floor(region.left)));
  const top = Math.min(height, Math.max(0, Math.floor(region.top)));
  const right = Math.max(left, Math.min(width, Math.ceil(region.right)));
  const bottom = Math.max(top, Math.min(height, Math.ceil(region.bottom)));
  return { left, top, right, bottom };
};

/**
 * Blur and glare of a part of a picture.
 *
 * @param textHeightPx of the digits or letters that stand there
 */
export const surfaceOf = (picture: Picture, region: Box, textHeightPx: number): Surface => {
  const inside = within(picture, region);
  return { edgeWidthPx: edgeWidthIn(picture, inside), glare: glareIn(picture, inside, textHeightPx) };
};

const hundredths = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100);

/** What speaks against a picture, and what to do about it. */
export const qualityOf = ({ edgeWidthPx, glare }: Surface, textHeightPx: number | null, isCutOff: boolean): Quality => {
  const found: Readonly<Record<QualityProblem, boolean>> = {
    blurred: edgeWidthPx !== null && textHeightPx !== null && edgeWidthPx > WIDEST_EDGE * textHeightPx,
    glare: (glare ?? 0) > MOST_GLARE,
    too_small: textHeightPx !== null && textHeightPx < SMALLEST_TEXT_PX,
    cut_off: isCutOff,
  };
  const problems = (Object.keys(found) as QualityProblem[]).filter((problem) => found[problem]);
  return {
    edgeWidthPx: hundredths(edgeWidthPx),
    glare: hundredths(glare),
    textHeightPx: hundredths(textHeightPx),
    problems,
    advice: problems.map((problem) => ADVICE[problem]),
  };
};
