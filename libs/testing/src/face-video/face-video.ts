import {
  gaussian,
  mulberry32,
  synthesizeBeats,
  synthesizePulse,
  type Chance,
  type PulseTruth,
} from '@smartscan/signal';
import { CONTENT_TYPE, packageVideo, type Container } from './container.ts';
import { drawCanaryBars } from './canary.ts';
import { encode, type Codec } from './encode.ts';
import { readPhoto, VIEWS, type Scene } from './photo.ts';
import { MARGIN, NOISE_LENGTH, buildStage, renderer, type Moment } from './scene.ts';
import { turned } from './turn.ts';

export interface FaceVideoOptions {
  readonly scene?: Scene;
  /** 30 by default. */
  readonly seconds?: number;
  /** Size as displayed: 640 × 480 by default. Multiples of 4. */
  readonly width?: number;
  readonly height?: number;
  /** 30 by default. */
  readonly framesPerSecond?: number;
  /** Frames at irregular times: a phone in poor light. */
  readonly variableFrameRate?: boolean;

  /** Per minute: 72 by default. */
  readonly heartRate?: number;
  /** Milliseconds: 40 by default. */
  readonly sdnn?: number;
  /** Per minute: 15 by default. */
  readonly respiratoryRate?: number;
  /** Pulse over brightness of the skin, peak to peak, before the ratio of the colours: 0.006 by default; faces 0.001-0.01. */
  readonly amplitude?: number;
  /** How far the camera sways, pixels, about one standard deviation: 1 by default. */
  readonly motion?: number;
  /** Slow change of the light over its mean: 0.01 by default. */
  readonly drift?: number;
  /** Standard deviation of the sensor's noise in steps of the 8 bits: 1 by default. */
  readonly noise?: number;
  /** Light over the photo's own: 1 by default. */
  readonly brightness?: number;
  /** The picture stands still after this time, to the byte. */
  readonly frozenAfterSeconds?: number;
  /** The same stretch of video over and over. */
  readonly loopSeconds?: number;

  readonly codec?: Codec;
  /** Bits a second: 2,500,000 by default. */
  readonly bitrate?: number;
  /** Frames between two key frames: a second's by default. */
  readonly keyframeEvery?: number;
  readonly bFrames?: number;
  readonly pixelFormat?: 'yuv420p' | 'yuv420p10le' | 'yuvj420p' | 'yuv444p';
  readonly encoder?: 'ffmpeg' | 'webcodecs' | 'any';
  readonly container?: Container;
  readonly index?: 'front' | 'end' | 'fragmented';
  readonly rotation?: 0 | 90 | 180 | 270;
  /** A text that is found again in the file (a tag), and as bars of pixels along the lower edge of every frame. */
  readonly canary?: string;
  /** Everything that looks like chance follows from it: 1 by default. */
  readonly seed?: number;
}

export interface FaceVideo {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** What the pulse in the video truly is; the times of the frames are its clock. */
  readonly truth: PulseTruth;
  readonly timesSeconds: Float64Array;
}

const DEFAULTS = {
  scene: 'one_face',
  seconds: 30,
  width: 640,
  height: 480,
  framesPerSecond: 30,
  variableFrameRate: false,
  heartRate: 72,
  sdnn: 40,
  respiratoryRate: 15,
  amplitude: 0.006,
  motion: 1,
  drift: 0.01,
  noise: 1,
  brightness: 1,
  codec: 'h264',
  bitrate: 2_500_000,
  bFrames: 0,
  pixelFormat: 'yuv420p',
  encoder: 'any',
  index: 'front',
  rotation: 0,
  seed: 1,
} as const satisfies FaceVideoOptions;

type Settings = FaceVideoOptions & Required<Omit<FaceVideoOptions, keyof Optional>>;
interface Optional {
  frozenAfterSeconds: unknown;
  loopSeconds: unknown;
  keyframeEvery: unknown;
  container: unknown;
  canary: unknown;
}

/** Presentation times. A variable rate skips a frame now and then and shifts each by up to a fifth of a frame. */
const frameTimes = ({ seconds, framesPerSecond, variableFrameRate }: Settings, chance: Chance): Float64Array => {
  const times: number[] = [];
  for (let n = 0; n < seconds * framesPerSecond; n++) {
    if (!variableFrameRate) times.push(n / framesPerSecond);
    else if (chance() > 0.08) times.push((n + 0.4 * chance()) / framesPerSecond);
  }
  return Float64Array.from(times, (time) => time - times[0]!);
};

/** Slow sway as a sum of three sines below 0.5 Hz, unit variance: how a head or a hand moves that tries to keep still. */
const sway = (chance: Chance): ((seconds: number) => number) => {
  const parts = [0.07, 0.16, 0.41].map((hertz) => ({ hertz, phase: 2 * Math.PI * chance() }));
  const gain = Math.sqrt(2 / parts.length);
  return (seconds) =>
    gain * parts.reduce((sum, { hertz, phase }) => sum + Math.sin(2 * Math.PI * hertz * seconds + phase), 0);
};

/** The sway never reaches the edge of the stage. */
const bounded = (offset: number): number => Math.min(Math.max(offset, 1 - MARGIN), MARGIN - 1);

const moments = (settings: Settings, timesSeconds: Float64Array, chance: Chance) => {
  const { seconds, heartRate, sdnn, respiratoryRate, amplitude, motion, drift, brightness } = settings;
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds: seconds, chance });
  const wave = synthesizePulse(train, timesSeconds);
  const [swayX, swayY, light] = [sway(chance), sway(chance), sway(chance)];
  const list = Array.from(
    timesSeconds,
    (time, n): Moment => ({
      pulse: amplitude * wave[n]!,
      light: brightness * (1 + drift * light(time / 3)),
      offsetX: bounded(motion * swayX(time)),
      offsetY: bounded(motion * swayY(time)),
    }),
  );
  return { list, truth: train.truth };
};

/** Which drawn frame stands at place n: another one than n in frozen and looped videos. */
const shownFrame = ({ frozenAfterSeconds, loopSeconds, framesPerSecond }: Settings, n: number): number => {
  if (frozenAfterSeconds !== undefined) return Math.min(n, Math.round(frozenAfterSeconds * framesPerSecond));
  return loopSeconds === undefined ? n : n % Math.round(loopSeconds * framesPerSecond);
};

/** Sums of these never repeat inside a video, so each frame's noise begins elsewhere. */
const NOISE_STRIDE = 74_093;

/**
 * Makes a video of a face whose pulse is known: a real photo whose skin is modulated by a pulse wave colour by colour,
 * with sway, drifting light and sensor noise, then coded and put into a container. Nothing touches the disk. The same
 * options give the same pictures and the same truth.
 *
 * @throws Error where neither ffmpeg nor @napi-rs/webcodecs can encode the codec
 */
export const makeFaceVideo = async (options: FaceVideoOptions = {}): Promise<FaceVideo> => {
  const settings: Settings = { ...DEFAULTS, ...options };
  const { width, height, rotation, canary, codec, framesPerSecond } = settings;
  const chance = mulberry32(settings.seed);
  const timesSeconds = frameTimes(settings, chance);
  const { list, truth } = moments(settings, timesSeconds, chance);
  const noise = Float32Array.from({ length: NOISE_LENGTH }, () => settings.noise * gaussian(chance));
  const stage = buildStage(await readPhoto(), VIEWS[settings.scene], width, height);
  const { frame, picture, render } = renderer(stage, noise);
  const turn = turned(picture, rotation);
  const draw = (n: number): Uint8Array => {
    const shown = shownFrame(settings, n);
    render(list[shown]!, (shown * NOISE_STRIDE) % NOISE_LENGTH);
    if (canary !== undefined) drawCanaryBars(picture, canary);
    return turn(frame);
  };
  const sideways = rotation === 90 || rotation === 270;
  const video = await encode(list.length, draw, {
    ...settings,
    width: sideways ? height : width,
    height: sideways ? width : height,
    keyframeEvery: settings.keyframeEvery ?? framesPerSecond,
  });
  const container = settings.container ?? (codec === 'vp8' || codec === 'vp9' ? 'webm' : 'mp4');
  const bytes = await packageVideo(video, timesSeconds, {
    container,
    index: settings.index,
    rotation,
    ...(canary === undefined ? {} : { canary }),
  });
  return { bytes, contentType: CONTENT_TYPE[container], truth, timesSeconds };
};
