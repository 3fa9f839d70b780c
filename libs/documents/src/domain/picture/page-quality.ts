import type { PageLine } from '../layout/spans.ts';
import { heightOf } from './geometry.ts';
import type { Picture } from './picture.ts';
import { NOT_MEASURED, qualityOf, surfaceOf, type Quality, type Region } from './quality.ts';

/** Text nearer to the picture's edge than this part of its height runs out of it. Ours. */
const AT_EDGE = 0.2;

const regionOf = (lines: readonly PageLine[]): Region => {
  const points = lines.flatMap(({ quad }) => [...quad]);
  return {
    left: Math.min(...points.map(({ x }) => x)),
    top: Math.min(...points.map(({ y }) => y)),
    right: Math.max(...points.map(({ x }) => x)),
    bottom: Math.max(...points.map(({ y }) => y)),
  };
};

/** How well a page could be read from its picture, where its text stands. */
export const pageQuality = (picture: Picture, lines: readonly PageLine[]): Quality => {
  if (lines.length === 0) return NOT_MEASURED;
  const region = regionOf(lines);
  const heights = lines.map(({ quad }) => heightOf(quad)).sort((a, b) => a - b);
  const height = heights[heights.length >> 1]!;
  const { left, top, right, bottom } = region;
  const isCutOff = Math.min(left, top, picture.width - right, picture.height - bottom) < AT_EDGE * height;
  return qualityOf(surfaceOf(picture, region, height), height, isCutOff);
};

/** The page that is read worst stands for all. */
export const worstOf = (pages: readonly Quality[]): Quality =>
  pages.reduce(
    (worst, page) => (page.problems.length > worst.problems.length ? page : worst),
    pages[0] ?? NOT_MEASURED,
  );
