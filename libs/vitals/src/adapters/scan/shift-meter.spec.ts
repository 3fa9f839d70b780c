import { bytesOfPicture, type Picture } from './frames.ts';
import { ShiftMeter } from './shift-meter.ts';

const SIDE = 80;
const BOX = { left: 10, top: 10, right: 70, bottom: 70 };

/** Two soft blots, the camera off by so much, under so much light. */
const scene = (x: number, y: number, light = 1): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(SIDE, SIDE)).fill(128);
  const blot = (column: number, row: number, atX: number, atY: number): number =>
    80 * Math.exp(-((column - atX - x) ** 2 + (row - atY - y) ** 2) / 200);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    bytes[i] = light * (70 + blot(column, row, 30, 34) + blot(column, row, 52, 46));
  }
  return { width: SIDE, height: SIDE, bytes };
};

describe('ShiftMeter', () => {
  it('follows a movement of parts of a pixel from picture to picture', () => {
    const meter = new ShiftMeter();
    meter.watch(BOX, scene(0, 0));
    for (let n = 0; n < 30; n++) {
      const [x, y] = [2 * Math.sin(n / 5), 1.5 * (1 - Math.cos(n / 7))];
      const seen = meter.add(scene(x, y));
      expect(Math.abs(seen.x - x)).toBeLessThan(0.35);
      expect(Math.abs(seen.y - y)).toBeLessThan(0.35);
    }
  });

  it('takes light that changes for no movement', () => {
    const meter = new ShiftMeter();
    meter.watch(BOX, scene(0, 0));
    meter.add(scene(0, 0));
    for (const light of [1.1, 0.8, 1.05]) {
      const { x, y } = meter.add(scene(0, 0, light));
      expect(Math.hypot(x, y)).toBeLessThan(0.05);
    }
  });

  it('knows nothing before it is told where to look, and goes on where it was told first', () => {
    const meter = new ShiftMeter();
    expect(meter.add(scene(0, 0))).toEqual({ x: NaN, y: NaN });
    meter.watch(BOX, scene(0, 0));
    meter.watch({ left: -50, top: -50, right: 500, bottom: 500 }, scene(0, 0));
    meter.add(scene(0, 0));
    expect(Math.abs(meter.add(scene(1, 0)).x - 1)).toBeLessThan(0.2);
  });
});
