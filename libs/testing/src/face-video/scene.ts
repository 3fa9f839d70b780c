import { pictureOver, resample, type Picture, type Plane, type Region } from './picture.ts';
import type { View } from './photo.ts';

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
  readonly planes: readonly [Plane, Plane, Plane];
  /** Change of each sample at a unit of the pulse, amplitude 1; zero off the skin. */
  readonly pulse: readonly [Plane, Plane, Plane];
}

/** JPEG's full range to video's limited range (ITU-R BT.601). */
const LIMITED = { luma: 219 / 255, chroma: 224 / 255 } as const;

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

interface Camera {
  readonly region: Region;
  readonly width: number;
  readonly height: number;
}

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
const shoot = (photo: Picture, camera: Camera): readonly [Plane, Plane, Plane] => {
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

/** What one unit of pulse does to Y, U, V of a skin colour (full range BT.601). */
const pulseOf = (y: number, u: number, v: number): readonly [number, number, number] => {
  const red = (y + 1.402 * (v - 128)) * PULSE_RATIO.red;
  const green = (y - 0.344136 * (u - 128) - 0.714136 * (v - 128)) * PULSE_RATIO.green;
  const blue = (y + 1.772 * (u - 128)) * PULSE_RATIO.blue;
  // More blood, less light: the sign is negative.
  const luma = -(0.299 * red + 0.587 * green + 0.114 * blue);
  return [luma, (-blue - luma) / 1.772, (-red - luma) / 1.402];
};

const pulsePlanes = (planes: readonly [Plane, Plane, Plane], view: View, camera: Camera) => {
  const [luma, u, v] = planes;
  const pulse = [plane(luma.width, luma.height), plane(u.width, u.height), plane(v.width, v.height)] as const;
  const scale = camera.region.height / camera.height;
  for (let row = 0; row < u.height; row++) {
    for (let column = 0; column < u.width; column++) {
      const at = row * u.width + column;
      const lumaAt = 2 * row * luma.width + 2 * column;
      const x = camera.region.x + (2 * column + 1) * scale;
      const y = camera.region.y + (2 * row + 1) * scale;
      const face = view.faces.reduce((most, region) => Math.max(most, insideEllipse(region, x, y)), 0);
      const skin = face * skinColour(luma.values[lumaAt]!, u.values[at]!, v.values[at]!);
      if (skin === 0) continue;
      for (const offset of [0, 1, luma.width, luma.width + 1]) {
        const [change] = pulseOf(luma.values[lumaAt + offset]!, u.values[at]!, v.values[at]!);
        pulse[0].values[lumaAt + offset] = skin * change * LIMITED.luma;
      }
      const [, changeU, changeV] = pulseOf(luma.values[lumaAt]!, u.values[at]!, v.values[at]!);
      pulse[1].values[at] = skin * changeU * LIMITED.chroma;
      pulse[2].values[at] = skin * changeV * LIMITED.chroma;
    }
  }
  return pulse;
};

/** Builds the stage of a view for frames of the given displayed size. */
export const buildStage = (photo: Picture, view: View, width: number, height: number): Stage => {
  const camera = aim(view, width, height);
  const planes = shoot(photo, camera);
  const pulse = pulsePlanes(planes, view, camera);
  planes[0].values.forEach((value, i) => (planes[0].values[i] = 16 + value * LIMITED.luma));
  for (const { values } of planes.slice(1)) values.forEach((c, i) => (values[i] = 128 + (c - 128) * LIMITED.chroma));
  return { width, height, planes, pulse };
};

/** What differs from frame to frame. */
export interface Moment {
  /** Blood volume times amplitude. */
  readonly pulse: number;
  /** Light over its mean. */
  readonly light: number;
  /** Pixels by which the camera is off, |offset| < MARGIN. */
  readonly offsetX: number;
  readonly offsetY: number;
}

/** Noise that every frame takes a different stretch of. A power of two, so that an index wraps by masking. */
export const NOISE_LENGTH = 1 << 17;

interface Layer {
  readonly world: Plane;
  readonly pulse: Plane;
  readonly out: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Black of this plane: what light scales about. */
  readonly origin: number;
  readonly margin: number;
}

interface Shift {
  readonly from: number;
  readonly fraction: number;
}

const shiftOf = (offset: number, margin: number): Shift => {
  const from = Math.floor(margin + offset);
  return { from, fraction: margin + offset - from };
};

/** Renders one plane: the world shifted by parts of a pixel, times light, plus pulse, plus noise, rounded to bytes. */
const renderLayer = (layer: Layer, moment: Moment, noise: Float32Array, noiseAt: number): number => {
  const { world, out, width, height, origin, margin } = layer;
  const scale = margin / MARGIN;
  const x = shiftOf(moment.offsetX * scale, margin);
  const y = shiftOf(moment.offsetY * scale, margin);
  const values = world.values;
  const pulse = layer.pulse.values;
  // The four weights of a bilinear sample, with the light folded in.
  const w00 = (1 - x.fraction) * (1 - y.fraction) * moment.light;
  const w01 = x.fraction * (1 - y.fraction) * moment.light;
  const w10 = (1 - x.fraction) * y.fraction * moment.light;
  const w11 = x.fraction * y.fraction * moment.light;
  const constant = origin * (1 - moment.light);
  const volume = moment.pulse * moment.light;
  const mask = NOISE_LENGTH - 1;
  let drawn = noiseAt;
  for (let row = 0; row < height; row++) {
    let above = (y.from + row) * world.width + x.from;
    let below = above + world.width;
    const end = (row + 1) * width;
    for (let at = row * width; at < end; at++, above++, below++) {
      const seen = values[above]! * w00 + values[above + 1]! * w01 + values[below]! * w10 + values[below + 1]! * w11;
      out[at] = constant + seen + pulse[above]! * volume + noise[drawn++ & mask]!;
    }
  }
  return drawn;
};

/**
 * Renders frames of a stage into one reused frame of bytes (planar 4:2:0, limited range).
 * Noise is what lets a pulse below one step of the 8 bits survive rounding, as a real sensor's does.
 */
export const renderer = (stage: Stage, noise: Float32Array) => {
  const { width, height } = stage;
  const frame = new Uint8Array(width * height + (width / 2) * (height / 2) * 2);
  const picture = pictureOver(frame, width, height);
  const clamped = (bytes: Uint8Array): Uint8ClampedArray =>
    new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length);
  const [luma, u, v] = stage.planes;
  const half = { width: width / 2, height: height / 2, origin: 128, margin: MARGIN / 2 };
  const layers: readonly Layer[] = [
    { world: luma, pulse: stage.pulse[0], out: clamped(picture.y), width, height, origin: 16, margin: MARGIN },
    { world: u, pulse: stage.pulse[1], out: clamped(picture.u), ...half },
    { world: v, pulse: stage.pulse[2], out: clamped(picture.v), ...half },
  ];
  return {
    frame,
    picture,
    /** `noiseAt` is where in the noise this frame begins. */
    render: (moment: Moment, noiseAt: number): void => {
      let drawn = noiseAt;
      for (const layer of layers) drawn = renderLayer(layer, moment, noise, drawn);
    },
  };
};
