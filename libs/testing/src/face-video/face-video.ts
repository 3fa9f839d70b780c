import {
  gaussian,
  mulberry32,
  synthesizeBeats,
  synthesizePulse,
  type BeatTrain,
  type Chance,
  type PulseTruth,
} from '@smartscan/signal';
import { CONTENT_TYPE, packageVideo, type Container } from './container.ts';
import { drawCanaryBars } from './canary.ts';
import { encode, type Codec, type DrawFrame } from './encode.ts';
import { movementOf, STILL, type Movement, type Shoulders } from './moments.ts';
import { readPhoto, VIEWS, type Scene, type View } from './photo.ts';
import { NOISE_LENGTH, renderer, type Moment } from './render.ts';
import { buildStage } from './scene.ts';
import { SKIN_TONES, type SkinTone } from './skin.ts';
import { mirrored, turned } from './turn.ts';

export { SKIN_TONES, type SkinTone };

export interface FaceVideoOptions extends Movement {
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
  /** The photo's own by default. Takes its share off the pulse too. */
  readonly skinTone?: SkinTone;
  /** A cloth over mouth and nose. */
  readonly masked?: boolean;
  /** Standard deviation of the sensor's noise in steps of the 8 bits: 1 by default. */
  readonly noise?: number;
  /** The picture stands still after this time, to the byte. */
  readonly frozenAfterSeconds?: number;
  /** The same stretch of video over and over. */
  readonly loopSeconds?: number;
  /** Seconds over which the end of each turn of a loop fades into the next: 0 by default. */
  readonly loopFadeSeconds?: number;
  /** The face is gone from then on. */
  readonly leavesAfterSeconds?: number;
  /** As a front camera shows it in its own preview. */
  readonly mirrored?: boolean;

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

/** Small and short enough to make two dozen, long enough for a heart rate. */
export const SHORT = {
  seconds: 14,
  width: 320,
  height: 240,
  framesPerSecond: 20,
  bitrate: 1_500_000,
} as const satisfies FaceVideoOptions;

export interface FaceVideo {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** What the pulse in the video truly is; the times of the frames are its clock. */
  readonly truth: PulseTruth;
  readonly timesSeconds: Float64Array;
}

const DEFAULTS = {
  ...STILL,
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
  noise: 1,
  masked: false,
  loopFadeSeconds: 0,
  mirrored: false,
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
  skinTone: unknown;
  leavesAfterSeconds: unknown;
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

/** Shoulders fall as the breath that modulates the pulse goes out, when the heart slows. */
const shouldersOf = (
  { scene, height, shoulderRise }: Settings,
  { respiratoryPhase, truth }: BeatTrain,
): Shoulders | undefined => {
  const { torso }: View = VIEWS[scene];
  if (torso === undefined || shoulderRise === 0) return undefined;
  const reach = (shoulderRise / 2) * torso.faceWidth * height;
  const turns = truth.respiratoryRate / 60;
  return { rows: torso.rows, rise: (time) => -reach * Math.sin(2 * Math.PI * turns * time + respiratoryPhase) };
};

const moments = (settings: Settings, timesSeconds: Float64Array, chance: Chance) => {
  const { seconds, heartRate, sdnn, respiratoryRate, skinTone } = settings;
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds: seconds, chance });
  const wave = synthesizePulse(train, timesSeconds);
  const amplitude = settings.amplitude * (skinTone === undefined ? 1 : SKIN_TONES[skinTone].pulse);
  const movement = movementOf(settings, seconds, chance, shouldersOf(settings, train));
  const list = Array.from(timesSeconds, (time, n) => movement(time, amplitude * wave[n]!));
  return { list, truth: train.truth };
};

/** What stands at a place of the video: a drawn frame, and another that it fades into, by a share of 0-1. */
interface Shown {
  readonly frame: number;
  readonly into: number;
  readonly share: number;
}

/** Another frame than n in frozen and looped videos. */
const shownAt = (settings: Settings, n: number): Shown => {
  const { frozenAfterSeconds, loopSeconds, loopFadeSeconds, framesPerSecond } = settings;
  const alone = (frame: number): Shown => ({ frame, into: frame, share: 0 });
  if (frozenAfterSeconds !== undefined) return alone(Math.min(n, Math.round(frozenAfterSeconds * framesPerSecond)));
  if (loopSeconds === undefined) return alone(n);
  const turn = Math.round(loopSeconds * framesPerSecond);
  const fade = Math.round(loopFadeSeconds * framesPerSecond);
  const at = n % turn;
  // The frames that lead up to the loop's first one come in over those of its end.
  return at < turn - fade
    ? alone(at + fade)
    : { frame: at + fade, into: at + fade - turn, share: (at + fade - turn + 1) / (fade + 1) };
};

/** Sums of these never repeat inside a video, so each frame's noise begins elsewhere. */
const NOISE_STRIDE = 74_093;

/** Draws frames one after the other, as the camera codes them. */
const drawer = async (settings: Settings, moments: readonly Moment[], noise: Float32Array): Promise<DrawFrame> => {
  const { width, height, canary, leavesAfterSeconds = Infinity } = settings;
  const { frame, picture, render } = renderer(width, height, noise);
  const photo = await readPhoto();
  const present = buildStage(photo, VIEWS[settings.scene], settings);
  const empty = leavesAfterSeconds === Infinity ? present : buildStage(photo, VIEWS.no_face, settings);
  const turn = turned(picture, settings.rotation);
  const mirror = settings.mirrored ? mirrored(picture) : (bytes: Uint8Array): Uint8Array => bytes;
  const drawOne = (n: number): void => {
    const gone = n >= leavesAfterSeconds * settings.framesPerSecond;
    render(gone ? empty : present, moments[n]!, (n * NOISE_STRIDE) % NOISE_LENGTH);
  };
  return (n) => {
    const shown = shownAt(settings, n);
    drawOne(shown.frame);
    if (shown.share > 0) {
      const before = frame.slice();
      drawOne(shown.into);
      frame.forEach((value, i) => (frame[i] = Math.round(before[i]! + shown.share * (value - before[i]!))));
    }
    if (canary !== undefined) drawCanaryBars(picture, canary);
    return turn(mirror(frame));
  };
};

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
  const draw = await drawer(settings, list, noise);
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
