import type { FaceLandmarks } from './face-landmarks.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import { ShoulderMeter } from './shoulder-meter.ts';

const [WIDTH, HEIGHT] = [160, 200];
const CHIN = { x: 80, y: 90 };
const FACE_WIDTH = 60;

/** What stands upright at a place: a dark body with a collar, its shoulders sloping from a neck, before a light wall. */
const body = (x: number, y: number): number => {
  const line = 118 + 0.25 * Math.abs(x - CHIN.x);
  const edge = 1 / (1 + Math.exp(line - y));
  return 190 - edge * (110 - 40 * Math.exp(-((y - line - 25) ** 2) / 60));
};

const WALL = (): number => 120;

/** An upright picture as a camera that was turned codes it: `turn` quarters clockwise lie between it and the eye. */
const coded = (luma: (x: number, y: number) => number, turn: number, light = 1): Picture => {
  const [width, height] = turn % 2 === 0 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH];
  const bytes = new Uint8Array(bytesOfPicture(width, height)).fill(128);
  for (let i = 0; i < width * height; i++) {
    const { x, y } = upright(i % width, Math.floor(i / width), turn);
    bytes[i] = light * luma(x, y);
  }
  return { width, height, bytes };
};

/** Where a place of the coded picture is in the upright one. The face is turned by `turn` quarters in the coded one. */
const upright = (x: number, y: number, turn: number): { readonly x: number; readonly y: number } => {
  switch (turn) {
    case 1:
      return { x: y, y: HEIGHT - 1 - x };
    case 2:
      return { x: WIDTH - 1 - x, y: HEIGHT - 1 - y };
    case 3:
      return { x: WIDTH - 1 - y, y: x };
    default:
      return { x, y };
  }
};

const faceIn = (turn: number, chinY = CHIN.y): FaceLandmarks => {
  const [x, y] = [
    [CHIN.x, chinY],
    [HEIGHT - 1 - chinY, CHIN.x],
    [WIDTH - 1 - CHIN.x, HEIGHT - 1 - chinY],
    [chinY, WIDTH - 1 - CHIN.x],
  ][turn]! as [number, number];
  const points = new Float32Array(2 * 468).fill(NaN);
  points.set([x, y], 2 * 152);
  const square = { centre: { x, y }, side: 90, angle: (turn * Math.PI) / 2 };
  return { points, presence: 1, width: FACE_WIDTH, square };
};

/** What a meter says of pictures that come one after the other, 15 frames apart. */
const pathOf = (pictures: readonly Picture[], face: FaceLandmarks) => {
  const meter = new ShoulderMeter();
  meter.watch(face, pictures[0]!);
  pictures.forEach((picture, n) => meter.add({ frame: 15 * n, picture }));
  return meter.path();
};

const breath = (n: number): number => 1.2 * Math.sin(n / 1.3);

describe('ShoulderMeter', () => {
  it.each([0, 1, 2, 3])('follows shoulders by parts of a pixel, the picture turned by %d quarters', (turn) => {
    const pictures = Array.from({ length: 20 }, (_, n) => coded((x, y) => body(x, y - breath(n)), turn));
    const { frames, shift } = pathOf(pictures, faceIn(turn))!;
    expect(frames).toEqual(pictures.map((_, n) => 15 * n));
    shift.forEach((moved, n) => expect(Math.abs(moved - breath(n))).toBeLessThan(0.25));
  });

  it('follows them in light that changes, and the less, but in step, the more of a still wall is beside them', () => {
    const wall = (contrast: number, n: number) => (x: number, y: number) =>
      Math.abs(x - CHIN.x) > 55 ? 100 + contrast * Math.sin(y / 3) : body(x, y - breath(n));
    const seen = [0, 30].map((contrast) => {
      const pictures = Array.from({ length: 20 }, (_, n) => coded(wall(contrast, n), 0, 1 + 0.1 * Math.sin(n)));
      const { shift } = pathOf(pictures, faceIn(0))!;
      const [along, own] = shift.reduce(([a, b], s, n) => [a + s * breath(n), b + breath(n) ** 2], [0, 0]);
      shift.forEach((moved, n) => expect(Math.abs(moved - (along / own) * breath(n))).toBeLessThan(0.25));
      return along / own;
    });
    expect(seen[0]).toBeCloseTo(1, 0.5);
    expect(seen[1]).toBeLessThan(seen[0]!);
    expect(seen[1]).toBeGreaterThan(0.3);
  });

  it('takes a sway to the side for no rise', () => {
    const pictures = Array.from({ length: 20 }, (_, n) => coded((x, y) => body(x - 4 * breath(n), y), 0));
    for (const moved of pathOf(pictures, faceIn(0))!.shift) expect(Math.abs(moved)).toBeLessThan(0.25);
  });

  it('comes along where a body moves by a tenth of a face at once', () => {
    const sway = (n: number): number => [0, 5, 9, 4, -1][n % 5]!;
    const pictures = Array.from({ length: 15 }, (_, n) => coded((x, y) => body(x, y - sway(n)), 0));
    pathOf(pictures, faceIn(0))!.shift.forEach((moved, n) => expect(Math.abs(moved - sway(n))).toBeLessThan(0.4));
  });

  it('sees none where little of the picture is left below the chin, nor where nothing stands out', () => {
    expect(pathOf([coded(body, 0)], faceIn(0, 180))).toBeUndefined();
    expect(pathOf([coded(WALL, 0)], faceIn(0))).toBeUndefined();
  });

  it('is silent while something else is in sight, and goes on where it was when it is gone', () => {
    const hand = (n: number) => (x: number, y: number) =>
      60 + 90 * Math.sin((x + 17 * n) / 9) ** 2 * Math.cos(y / 7 + n) ** 2;
    const pictures = Array.from({ length: 24 }, (_, n) =>
      coded(n >= 10 && n < 13 ? hand(n) : (x, y) => body(x, y - breath(n)), 0),
    );
    const { frames, shift } = pathOf(pictures, faceIn(0))!;
    expect(frames.filter((frame) => frame >= 150 && frame < 195)).toEqual([]);
    const later = frames.map((frame, i) => [frame / 15, shift[i]!] as const).filter(([n]) => n >= 14);
    expect(later.length).toBe(10);
    for (const [n, moved] of later) expect(Math.abs(moved - breath(n))).toBeLessThan(0.3);
  });
});
