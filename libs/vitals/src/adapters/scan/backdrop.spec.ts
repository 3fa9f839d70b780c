import { BACKDROP, BACKDROP_NUMBERS, placeBackdrop } from './backdrop.ts';

/** A face as a circle about (100, 100), every landmark at the same distance. */
const circle = (radius: number): Float32Array => {
  const points = new Float32Array(2 * 468 + BACKDROP_NUMBERS);
  for (let i = 0; i < 468; i++) {
    const turn = i === 234 ? Math.PI : i === 454 ? 0 : (2 * Math.PI * i) / 468;
    points[2 * i] = 100 + radius * Math.cos(turn);
    points[2 * i + 1] = 100 + radius * Math.sin(turn);
  }
  return points;
};

const cornersOf = (points: Float32Array) =>
  BACKDROP.flatMap(({ outline }) => outline.map((corner) => ({ x: points[2 * corner]!, y: points[2 * corner + 1]! })));

describe('the places beside a face', () => {
  it('lie outside of it', () => {
    const points = circle(50);
    placeBackdrop(points, { x: 0, y: 0, width: 400, height: 400 });
    for (const { x, y } of cornersOf(points)) {
      const distance = Math.hypot(x - 100, y - 100);
      expect(distance).toBeGreaterThan(55);
      expect(distance).toBeLessThan(70);
    }
  });

  it('stop at the edge of the picture', () => {
    const points = circle(95);
    placeBackdrop(points, { x: 0, y: 0, width: 200, height: 200 });
    for (const { x, y } of cornersOf(points)) {
      for (const value of [x, y]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(199);
      }
    }
  });
});
