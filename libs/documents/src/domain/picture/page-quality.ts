import type { PageLine } from '../layout/spans.ts';
import { medianOf } from '../statistics.ts';
import { boxOf, heightOf } from './geometry.ts';
import type { Picture } from './picture.ts';
import { NOT_MEASURED, qualityOf, surfaceOf, type Quality } from './quality.ts';

/** Text nearer to the picture's edge than this part of its height runs out of it. Ours. */
const AT_EDGE = 0.2;

/** How well a page could be read from its picture, where its text stands. */
export const pageQuality = (picture: Picture, lines: readonly PageLine[]): Quality => {
  if (lines.length === 0) return NOT_MEASURED;
  const region = boxOf(lines.flatMap(({ quad }) => [...quad]));
  const height = medianOf(lines.map(({ quad }) => heightOf(quad)));
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
