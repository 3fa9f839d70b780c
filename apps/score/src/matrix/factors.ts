import { SKIN_TONES, type FaceVideoOptions, type SkinTone } from '@smartscan/testing/face-video';
import { SPOOFS } from '@smartscan/testing/spoofs';

/** The levels of one factor, by name. */
export type Levels = Readonly<Record<string, FaceVideoOptions>>;

/**
 * What every video has that its factor doesn't change. As small as leaves a face its patches, so that hundreds of videos can
 * be made and scanned; 25 s, since the gates of the pulse ask for more of a shorter trace.
 */
export const CENTRE = {
  seconds: 25,
  width: 320,
  height: 240,
  framesPerSecond: 30,
  amplitude: 0.006,
  motion: 1,
  drift: 0.01,
  codec: 'h264',
  bitrate: 1_500_000,
} as const satisfies FaceVideoOptions;

const skin = Object.fromEntries(
  (Object.keys(SKIN_TONES) as SkinTone[]).map((skinTone) => [skinTone.replace('_', ' '), { skinTone }]),
);

const heartRate = Object.fromEntries(
  [45, 60, 75, 90, 110, 130, 150, 180].map((rate) => [
    `${rate} /min`,
    // Fast hearts vary less.
    { heartRate: rate, sdnn: rate > 120 ? 15 : 40 },
  ]),
);

const bits = (bitrate: number): string =>
  bitrate < 1_000_000 ? `${bitrate / 1000} kbit/s` : `${bitrate / 1e6} Mbit/s`;
const coded = (codec: 'h264' | 'hevc' | 'vp8' | 'vp9', bitrate: number): readonly [string, FaceVideoOptions] => [
  `${codec.toUpperCase().replace('H264', 'H.264')}, ${bits(bitrate)}`,
  { codec, bitrate },
];
const TEN_BITS = { pixelFormat: 'yuv420p10le', bitrate: 1_000_000 } as const;

/** Every factor that the suite varies, each level a change of the centre. Sizes are in pixels of 320 × 240. */
export const FACTORS = {
  'skin tone': skin,
  'heart rate': heartRate,
  amplitude: {
    '0.1 %': { amplitude: 0.001 },
    '0.2 %': { amplitude: 0.002 },
    '0.5 %': { amplitude: 0.005 },
    '1 %': { amplitude: 0.01 },
  },
  motion: {
    still: { motion: 0 },
    'sway 2 px': { motion: 2 },
    'sway 4 px': { motion: 4 },
    'nod 4 px': { nod: 4 },
    'talk 4 px': { talk: 4, nod: 1 },
  },
  light: {
    'drift 5 %': { drift: 0.05 },
    'flicker 2 % at 10 Hz': { flicker: 0.02, flickerHertz: 10 },
    'flicker 1 % at 1.4 Hz': { flicker: 0.01, flickerHertz: 1.4 },
    'step of 10 %': { lightStep: 0.1 },
  },
  frames: {
    '15 /s': { framesPerSecond: 15 },
    '20 /s': { framesPerSecond: 20 },
    '24 /s': { framesPerSecond: 24 },
    '60 /s': { framesPerSecond: 60 },
    'variable, 30 /s': { variableFrameRate: true },
    'variable, 15 /s': { variableFrameRate: true, framesPerSecond: 15 },
  },
  coding: {
    ...Object.fromEntries([
      ...[100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000].map((rate) => coded('h264', rate)),
      ...[500_000, 1_000_000].flatMap((rate) => [coded('vp8', rate), coded('vp9', rate)]),
      coded('hevc', 1_000_000),
    ]),
    'H.264, 10 bits': { codec: 'h264', ...TEN_BITS },
    'HEVC, 10 bits': { codec: 'hevc', ...TEN_BITS },
    'VP9, 10 bits': { codec: 'vp9', ...TEN_BITS },
  },
  picture: {
    'turned by 90°': { rotation: 90, width: 240, height: 320 },
    'turned by 180°': { rotation: 180 },
    'turned by 270°': { rotation: 270, width: 240, height: 320 },
    mirrored: { mirrored: true },
    '640 × 480': { width: 640, height: 480 },
  },
} as const satisfies Record<string, Levels>;

/** A mask leaves the forehead: a pulse that may be read. */
export const COVERED: Levels = { 'mask over mouth and nose': { masked: true } };

/** Nothing in these may be read. */
export const NOT_ALIVE: Levels = SPOOFS;
