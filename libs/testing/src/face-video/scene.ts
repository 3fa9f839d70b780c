import { resample, type Camera, type Picture, type Plane, type Planes, type Region } from './picture.ts';
import type { View } from './photo.ts';
import { CELL, coverLowerFace, recolour, skinShare, type SkinTone } from './skin.ts';

/**
 * How strongly the three colours of skin follow the blood volume, as shares of the amplitude (de Haan and van Leest,
 * Physiol Meas 2014;35:1913, the normalised blood-volume vector).
 */
const PULSE_RATIO = { red: 0.33, green: 0.77, blue: 0.53 } as const;

/** The camera may move this many pixels each way before the edge of the picture would show. */
export const MARGIN = 16;

/** The still world in front of the camera, before pulse, light and noise: planes with MARGIN to every side. */
export interface Stage {
  /** Size of a frame as displayed. */
  readonly width: number;
  readonly height: number;
  readonly planes: Planes;
  /** Change of each sample at a unit of the pulse, amplitude 1; zero off the skin. */
  readonly pulse: Planes;
  /** The same on the whole picture: light that flickers in the very colours of the blood, the hardest to tell from it. */
  readonly tint: Planes;
}

/** JPEG's full range to video's limited range (ITU-R BT.601). */
const LIMITED = { luma: 219 / 255, chroma: 224 / 255 } as const;

/** The part of the photo that a frame with its margin shows. */
const aim = (view: View, width: number, height: number): Camera => {
  const scale = view.height / height;
  const region = {
    width: (width + 2 * MARGIN) * scale,
    height: (height + 2 * MARGIN) * scale,
    x: view.centreX - (width / 2 + MARGIN) * scale,
    y: view.centreY - (height / 2 + MARGIN) * scale,
  };
  return { region, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
};

const plane = (width: number, height: number): Plane => ({ width, height, values: new Float32Array(width * height) });

const halved = (region: Region): Region => ({
  x: region.x / 2,
  y: region.y / 2,
  width: region.width / 2,
  height: region.height / 2,
});

/** Photo range (full) colours of the stage, all three planes. */
const shoot = (photo: Picture, camera: Camera): Planes => {
  const chroma = (source: Uint8Array): Plane =>
    resample({
      source,
      sourceWidth: Math.ceil(photo.width / 2),
      region: halved(camera.region),
      width: camera.width / 2,
      height: camera.height / 2,
    });
  const luma = resample({ source: photo.y, sourceWidth: photo.width, ...camera });
  return [luma, chroma(photo.u), chroma(photo.v)];
};

/** How strongly a change reaches the three colours. */
interface ColourRatio {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** What a loss of light by a ratio of colours does to Y, U, V of a colour (full range BT.601), a unit of it. */
const lossOf = (ratio: ColourRatio, y: number, u: number, v: number): readonly [number, number, number] => {
  const red = (y + 1.402 * (v - 128)) * ratio.red;
  const green = (y - 0.344136 * (u - 128) - 0.714136 * (v - 128)) * ratio.green;
  const blue = (y + 1.772 * (u - 128)) * ratio.blue;
  const luma = -(0.299 * red + 0.587 * green + 0.114 * blue);
  return [luma, (-blue - luma) / 1.772, (-red - luma) / 1.402];
};

/** The planes that, times a unit, are added for such a loss, as far as `share` lets it reach each cell of 2 × 2. */
const lossPlanes = (planes: Planes, ratio: ColourRatio, share: (cell: number) => number): Planes => {
  const [luma, u, v] = planes;
  const loss: Planes = [plane(luma.width, luma.height), plane(u.width, u.height), plane(v.width, v.height)];
  for (let at = 0; at < u.values.length; at++) {
    const reach = share(at);
    if (reach === 0) continue;
    const lumaAt = 2 * Math.floor(at / u.width) * luma.width + 2 * (at % u.width);
    for (const offset of CELL(luma.width)) {
      const [change] = lossOf(ratio, luma.values[lumaAt + offset]!, u.values[at]!, v.values[at]!);
      loss[0].values[lumaAt + offset] = reach * change * LIMITED.luma;
    }
    const [, changeU, changeV] = lossOf(ratio, luma.values[lumaAt]!, u.values[at]!, v.values[at]!);
    loss[1].values[at] = reach * changeU * LIMITED.chroma;
    loss[2].values[at] = reach * changeV * LIMITED.chroma;
  }
  return loss;
};

/** How a stage differs from the photo. */
export interface Staging {
  readonly width: number;
  readonly height: number;
  /** The photo's own by default. */
  readonly skinTone?: SkinTone;
  /** A cloth over the lower half of the face. */
  readonly masked?: boolean;
}

/** Builds the stage of a view for frames of the given displayed size. */
export const buildStage = (photo: Picture, view: View, staging: Staging): Stage => {
  const { width, height, skinTone, masked = false } = staging;
  const camera = aim(view, width, height);
  const planes = shoot(photo, camera);
  const skin = skinShare(planes, view, camera);
  if (skinTone !== undefined) recolour(planes, skin, skinTone);
  if (masked) coverLowerFace(planes, skin, view, camera);
  const pulse = lossPlanes(planes, PULSE_RATIO, (cell) => skin[cell]!);
  const tint = lossPlanes(planes, PULSE_RATIO, () => 1);
  planes[0].values.forEach((value, i) => (planes[0].values[i] = 16 + value * LIMITED.luma));
  for (const { values } of planes.slice(1)) values.forEach((c, i) => (values[i] = 128 + (c - 128) * LIMITED.chroma));
  return { width, height, planes, pulse, tint };
};
