import type { Plane, Planes } from './picture.ts';
import { recolour, skinShare, SKIN_TONES, type SkinTone } from './skin.ts';

const SIDE = 64;
const FACE = { x: 8, y: 8, width: 48, height: 48 };
const VIEW = { centreX: 32, centreY: 32, height: SIDE, faces: [FACE] };
const CAMERA = { region: { x: 0, y: 0, width: SIDE, height: SIDE }, width: SIDE, height: SIDE };

const plane = (side: number, value: (i: number) => number): Plane => ({
  width: side,
  height: side,
  values: Float32Array.from({ length: side * side }, (_, i) => value(i)),
});

/** Skin all over, lighter to the right, with a face in the middle. */
const scene = (): Planes => [
  plane(SIDE, (i) => 150 + (i % SIDE) / 2),
  plane(SIDE / 2, () => 112),
  plane(SIDE / 2, () => 148),
];

/** The individual typology angle of a full-range BT.601 colour, degrees, by way of IEC 61966-2-1 and CIE L*a*b*. */
const typologyAngle = (y: number, u: number, v: number): number => {
  const coded = [y + 1.402 * (v - 128), y - 0.344136 * (u - 128) - 0.714136 * (v - 128), y + 1.772 * (u - 128)];
  const [r, g, b] = coded.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ];
  const f = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const fy = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const fz = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return (Math.atan2(116 * fy - 16 - 50, 200 * (fy - fz)) * 180) / Math.PI;
};

/** Bounds of the classes (Chardon 1991, Del Bino 2013). */
const CLASSES: Readonly<Record<SkinTone, readonly [number, number]>> = {
  very_light: [55, 90],
  light: [41, 55],
  intermediate: [28, 41],
  tan: [10, 28],
  brown: [-30, 10],
  dark: [-90, -30],
};

describe('skin of another tone', () => {
  it.each(Object.keys(SKIN_TONES) as SkinTone[])('has the typology angle of its class: %s', (tone) => {
    const planes = scene();
    const before = planes[0].values.slice();
    recolour(planes, skinShare(planes, VIEW, CAMERA), tone);
    // The middle of the face, where the mean brightness is.
    const [y, u, v] = [
      planes[0].values[32 * SIDE + 32]!,
      planes[1].values[16 * 32 + 16]!,
      planes[2].values[16 * 32 + 16]!,
    ];
    const angle = typologyAngle(y, u, v);
    expect(angle).toBeGreaterThan(CLASSES[tone][0]);
    expect(angle).toBeLessThan(CLASSES[tone][1]);
    // Off the face nothing changes; on it, light and shade stay in proportion.
    expect(planes[0].values[0]).toBe(before[0]);
    expect(planes[0].values[32 * SIDE + 40]!).toBeGreaterThan(planes[0].values[32 * SIDE + 24]!);
  });

  it('has less pulse the darker it is', () => {
    const shares = Object.values(SKIN_TONES).map(({ pulse }) => pulse);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares[0]).toBe(1);
  });
});
