import type { View } from './photo.ts';
import type { Camera, Plane, Planes, Region } from './picture.ts';

/** Luma samples of one cell of 2 × 2, from its first. */
export const CELL = (lumaWidth: number): readonly number[] => [0, 1, lumaWidth, lumaWidth + 1];

/** 0 far off the colour of skin, 1 on it. Chroma box of Chai and Ngan (IEEE TCSVT 1999;9:551), with soft edges. */
const skinColour = (luma: number, u: number, v: number): number => {
  const within = (value: number, low: number, high: number, soft: number): number =>
    Math.min(Math.max(Math.min(value - low, high - value) / soft + 1, 0), 1);
  return within(u, 77, 127, 6) * within(v, 133, 173, 6) * within(luma, 60, 250, 20);
};

/** 1 inside the ellipse, falling to 0 over its outer tenth. */
const insideEllipse = (face: Region, x: number, y: number): number => {
  const dx = (x - face.x - face.width / 2) / (face.width / 2);
  const dy = (y - face.y - face.height / 2) / (face.height / 2);
  return Math.min(Math.max((1 - Math.hypot(dx, dy)) * 10, 0), 1);
};

/** Calls with each cell of 2 × 2: its place, that of its first luma sample, and where it lies in the photo. */
const eachCell = (
  [luma, u]: Planes,
  { region, height }: Camera,
  visit: (at: number, lumaAt: number, place: { readonly x: number; readonly y: number }) => void,
): void => {
  const scale = region.height / height;
  for (let row = 0; row < u.height; row++) {
    for (let column = 0; column < u.width; column++) {
      const place = { x: region.x + (2 * column + 1) * scale, y: region.y + (2 * row + 1) * scale };
      visit(row * u.width + column, 2 * row * luma.width + 2 * column, place);
    }
  }
};

/** How far each cell of 2 × 2 is skin of a face, 0-1. */
export const skinShare = (planes: Planes, view: View, camera: Camera): Float32Array => {
  const [luma, u, v] = planes;
  const share = new Float32Array(u.values.length);
  eachCell(planes, camera, (at, lumaAt, { x, y }) => {
    const face = view.faces.reduce((most, region) => Math.max(most, insideEllipse(region, x, y)), 0);
    share[at] = face * skinColour(luma.values[lumaAt]!, u.values[at]!, v.values[at]!);
  });
  return share;
};

/**
 * Skin by its individual typology angle, arctan((L* - 50) / b*), in the middle of the six classes of Chardon (Int J Cosmet
 * Sci 1991;13:191) and Del Bino (Br J Dermatol 2013;169 Suppl 3:33), which run from Fitzpatrick's type I to VI: 59°, 47°,
 * 34°, 18°, -10° and -44°. L*, a* and b* to that angle are ours.
 *
 * `pulse` is the share of the pulse that is left: melanin lies above the blood, so that less of the light has seen it. Type
 * V swings significantly less than all others (Fallow, J Clin Monit Comput 2013;27:313); the figures are ours.
 */
export const SKIN_TONES = {
  very_light: { lab: [70, 10, 12], pulse: 1 },
  light: { lab: [66, 11, 15], pulse: 0.95 },
  intermediate: { lab: [61, 12, 16.5], pulse: 0.85 },
  tan: { lab: [56, 12.5, 18], pulse: 0.7 },
  brown: { lab: [47, 13, 17], pulse: 0.5 },
  dark: { lab: [38, 11, 12.5], pulse: 0.35 },
} as const satisfies Record<string, { lab: readonly [number, number, number]; pulse: number }>;
export type SkinTone = keyof typeof SKIN_TONES;

/** CIE L*a*b* under D65 to R'G'B' 0-255 (IEC 61966-2-1). */
const rgbOfLab = ([lightness, a, b]: readonly [number, number, number]): readonly [number, number, number] => {
  const fy = (lightness + 16) / 116;
  const inverse = (f: number): number => (f > 6 / 29 ? f ** 3 : 3 * (6 / 29) ** 2 * (f - 4 / 29));
  const [x, y, z] = [0.9505 * inverse(fy + a / 500), inverse(fy), 1.089 * inverse(fy - b / 200)];
  const coded = (linear: number): number =>
    255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
  return [
    coded(3.2406 * x - 1.5372 * y - 0.4986 * z),
    coded(-0.9689 * x + 1.8758 * y + 0.0415 * z),
    coded(0.0557 * x - 0.204 * y + 1.057 * z),
  ];
};

/** Full range BT.601, JPEG's. */
const rgbOf = (y: number, u: number, v: number): readonly [number, number, number] => [
  y + 1.402 * (v - 128),
  y - 0.344136 * (u - 128) - 0.714136 * (v - 128),
  y + 1.772 * (u - 128),
];

const lumaOf = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Mean R'G'B' of the skin. */
const meanSkin = ([luma, u, v]: Planes, skin: Float32Array): readonly [number, number, number] => {
  const sums = [0, 0, 0];
  let weights = 0;
  skin.forEach((weight, at) => {
    const lumaAt = 2 * Math.floor(at / u.width) * luma.width + 2 * (at % u.width);
    rgbOf(luma.values[lumaAt]!, u.values[at]!, v.values[at]!).forEach((c, i) => (sums[i]! += weight * c));
    weights += weight;
  });
  return [sums[0]! / weights, sums[1]! / weights, sums[2]! / weights];
};

/**
 * Gives the skin of full-range planes another tone: each colour is multiplied so that the mean of the skin becomes the
 * tone's. Light and shade stay, as skin of another reflectance under the same light would show them.
 */
export const recolour = (planes: Planes, skin: Float32Array, tone: SkinTone): void => {
  const [luma, u, v] = planes;
  const mean = meanSkin(planes, skin);
  const gains = rgbOfLab(SKIN_TONES[tone].lab).map((wanted, i) => wanted / mean[i]!);
  skin.forEach((share, at) => {
    if (share === 0) return;
    const lumaAt = 2 * Math.floor(at / u.width) * luma.width + 2 * (at % u.width);
    const chroma = [u.values[at]!, v.values[at]!] as const;
    const toned = (y: number): readonly number[] =>
      rgbOf(y, ...chroma).map((c, i) => Math.min(255, Math.max(0, c * (1 + share * (gains[i]! - 1)))));
    const [red, , blue] = toned(luma.values[lumaAt]!) as [number, number, number];
    let light = 0;
    for (const offset of CELL(luma.width)) {
      const [r, g, b] = toned(luma.values[lumaAt + offset]!) as [number, number, number];
      luma.values[lumaAt + offset] = lumaOf(r, g, b);
      if (offset === 0) light = lumaOf(r, g, b);
    }
    u.values[at] = 128 + (blue - light) / 1.772;
    v.values[at] = 128 + (red - light) / 1.402;
  });
};

/** Where a face mask begins, as a share of the face's height: the bridge of the nose. */
const MASK_FROM = 0.52;

/** The blue of a surgical mask, full range Y, U, V. */
const CLOTH = { y: 190, u: 140, v: 115 } as const;

/** Lays a cloth over the lower half of every face; no skin is left there. */
export const coverLowerFace = (planes: Planes, skin: Float32Array, view: View, camera: Camera): void => {
  const [luma, u, v] = planes;
  const blend = (target: Plane, at: number, value: number, share: number): void =>
    void (target.values[at] = target.values[at]! + share * (value - target.values[at]!));
  eachCell(planes, camera, (at, lumaAt, { x, y }) => {
    for (const face of view.faces) {
      if (y < face.y + MASK_FROM * face.height) continue;
      const share = insideEllipse(face, x, y);
      for (const offset of CELL(luma.width)) blend(luma, lumaAt + offset, CLOTH.y, share);
      blend(u, at, CLOTH.u, share);
      blend(v, at, CLOTH.v, share);
      skin[at]! *= 1 - share;
    }
  });
};
