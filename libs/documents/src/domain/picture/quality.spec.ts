import fc from 'fast-check';
import type { Picture } from './picture.ts';
import { qualityOf, surfaceOf } from './quality.ts';
import { quadTurned, quadTurnedBack, turned, turnedBack } from './turn.ts';
import { quadOf, type Box } from './geometry.ts';

const SIDE = 120;
const WHOLE: Box = { left: 0, top: 0, right: SIDE, bottom: SIDE };

const pictureOf = (lightness: (x: number, y: number) => number): Picture => {
  const data = new Uint8Array(3 * SIDE * SIDE);
  for (let at = 0; at < SIDE * SIDE; at++) {
    data.fill(Math.round(lightness(at % SIDE, Math.floor(at / SIDE))), 3 * at, 3 * at + 3);
  }
  return { width: SIDE, height: SIDE, data };
};

/** Bars of 20 pixels whose edges are so many pixels wide. */
const barsOf = (edge: number): Picture =>
  pictureOf((x) => {
    const toEdge = 10 - Math.abs((x % 40) - 19.5);
    return 130 + 70 * Math.min(1, Math.max(-1, toEdge / (edge / 2)));
  });

describe('the quality of a picture', () => {
  it('tells how wide its edges are', () => {
    for (const edge of [1, 4, 8]) {
      const { edgeWidthPx } = surfaceOf(barsOf(edge), WHOLE, 40);
      expect(edgeWidthPx).toBeGreaterThan(0.7 * edge);
      expect(edgeWidthPx).toBeLessThan(1.5 * edge);
    }
  });

  it('says that it is blurred where edges are wide for the text, and what to do', () => {
    const { edgeWidthPx, glare } = surfaceOf(barsOf(8), WHOLE, 24);
    expect(qualityOf({ edgeWidthPx, glare }, 24, false)).toMatchObject({
      problems: ['blurred'],
      advice: [expect.stringContaining('still')],
    });
    expect(qualityOf({ edgeWidthPx, glare }, 90, false).problems).toEqual([]);
  });

  it('says that it glares where spots are burnt out, but neither of a white page nor of digits that shine', () => {
    const spot = pictureOf((x, y) => (Math.hypot(x - 60, y - 60) < 30 ? 255 : 90));
    expect(qualityOf(surfaceOf(spot, WHOLE, 20), 20, false).problems).toEqual(['glare']);
    expect(
      surfaceOf(
        pictureOf(() => 255),
        WHOLE,
        20,
      ).glare,
    ).toBe(0);
    const strokes = pictureOf((x) => (x % 20 < 4 ? 255 : 10));
    expect(surfaceOf(strokes, WHOLE, 30).glare).toBe(0);
  });

  it('has one piece of advice for each of its problems, whatever was measured', () => {
    const measure = fc.option(fc.double({ min: 0, max: 50, noNaN: true }));
    fc.assert(
      fc.property(measure, measure, measure, fc.boolean(), (edgeWidthPx, glare, height, isCutOff) => {
        const { problems, advice } = qualityOf({ edgeWidthPx, glare }, height, isCutOff);
        expect(new Set(advice).size).toBe(problems.length);
        expect(problems.includes('cut_off')).toBe(isCutOff);
      }),
    );
  });

  it('is measured inside of the picture, wherever the region lies', () => {
    const edge = fc.integer({ min: -200, max: 300 });
    const picture = barsOf(2);
    fc.assert(
      fc.property(edge, edge, edge, edge, (left, top, right, bottom) => {
        const { glare } = surfaceOf(picture, { left, top, right, bottom }, 20);
        expect(glare).not.toBeNaN();
      }),
    );
  });
});

describe('a picture that is turned upright', () => {
  const turns = fc.constantFrom(0 as const, 90 as const, 180 as const, 270 as const);
  const size = { width: 640, height: 480 };
  const point = fc.record({ x: fc.integer({ min: 0, max: 640 }), y: fc.integer({ min: 0, max: 480 }) });

  it('has each of its points where it was before, turned back', () => {
    fc.assert(
      fc.property(turns, point, (turn, at) => expect(turnedBack(turned(at, turn, size), turn, size)).toEqual(at)),
    );
  });

  it('that was held on its side has its top left at the bottom left', () => {
    expect(turnedBack({ x: 0, y: 0 }, 90, size)).toEqual({ x: 0, y: 480 });
    expect(quadTurnedBack(quadTurned(quadOf(1, 2, 30, 40), 270, size), 270, size)).toEqual(quadOf(1, 2, 30, 40));
  });
});
