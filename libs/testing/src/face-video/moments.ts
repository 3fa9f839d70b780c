import type { Chance } from '@smartscan/signal';
import type { Moment } from './render.ts';
import { MARGIN } from './scene.ts';

/** How the head, the camera and the light move. */
export interface Movement {
  /** How far the camera sways, pixels, about one standard deviation: 1 by default. */
  readonly motion?: number;
  /** A head that nods: pixels up and down, with the light on its forehead and chin. 0 by default. */
  readonly nod?: number;
  /** A mouth that talks: pixels by which the chin falls. 0 by default. */
  readonly talk?: number;
  /** Shoulders that rise with the breath, peak to peak in face widths, in a scene that shows them. 0 by default. */
  readonly shoulderRise?: number;
  /** A picture in a hand: pixels to the sides, up and down and by rolling, at a rhythm of `handHertz`. 0 by default. */
  readonly hand?: number;
  readonly handHertz?: number;
  /** Slow change of the light over its mean: 0.01 by default. */
  readonly drift?: number;
  /** Light that flickers: share of its mean, peak to peak, at `flickerHertz`. 0 by default. */
  readonly flicker?: number;
  readonly flickerHertz?: number;
  /** Whether the flicker is of all colours alike, or in the colours in which blood changes skin. */
  readonly flickerColour?: 'white' | 'blood';
  /** Share by which the light jumps up in the middle of the video, and down again in its last quarter. */
  readonly lightStep?: number;
  /** Bands that roll over a screen which is filmed: share of the light, peak to peak. */
  readonly bands?: number;
  /** Light over the photo's own: 1 by default. */
  readonly brightness?: number;
}

export const STILL = {
  motion: 1,
  nod: 0,
  talk: 0,
  shoulderRise: 0,
  hand: 0,
  handHertz: 1.2,
  drift: 0.01,
  flicker: 0,
  flickerHertz: 1.2,
  flickerColour: 'white',
  lightStep: 0,
  bands: 0,
  brightness: 1,
} as const satisfies Required<Movement>;

/** The sway never reaches the edge of the stage. */
const bounded = (offset: number): number => Math.min(Math.max(offset, 1 - MARGIN), MARGIN - 2);

type Course = (seconds: number) => number;

/** Shoulders of a scene: the rows that they move, as `JAW`, and by how many pixels they stand higher than on average. */
export interface Shoulders {
  readonly rows: readonly [number, number];
  readonly rise: Course;
}

/** A sum of sines with phases by chance, unit variance. */
const sines = (chance: Chance, hertz: readonly number[]): Course => {
  const parts = hertz.map((frequency) => ({ frequency, phase: 2 * Math.PI * chance() }));
  const gain = Math.sqrt(2 / parts.length);
  return (seconds) =>
    gain * parts.reduce((sum, { frequency, phase }) => sum + Math.sin(2 * Math.PI * frequency * seconds + phase), 0);
};

/** Slow sway: how a head or a hand moves that tries to keep still. */
const sway = (chance: Chance): Course => sines(chance, [0.07, 0.16, 0.41]);

/** A head that nods in talk, and a jaw that makes three syllables a second, in words and pauses. Rhythms are ours. */
const NOD_HERTZ = [0.31, 0.83];
const SYLLABLE_HERTZ = 3.1;
const WORD_HERTZ = 0.37;

/** Light on forehead and chin changes by this much for each pixel of a nod. Ours. */
const NOD_SHADE = 0.004;

/** Rows from which the jaw carries the picture down, and where all of it moves. Shares of the height, by eye. */
const JAW = [0.62, 0.75] as const;

/** A hand rolls a picture by this much for each pixel that it moves it: 1.5° for 6. Ours. */
const ROLL = 0.0045;

/** Bands over a screen, and how fast they roll: the beat of its 60 Hz with a camera of 29.97 frames. */
const BANDS = 3;
const BAND_HERTZ = 0.06;

const ramp = (value: number, [from, to]: readonly [number, number]): number =>
  Math.min(Math.max((value - from) / (to - from), 0), 1);

const jump = (step: number, share: number): number => (share > 0.5 && share < 0.75 ? step : 0);

/** What the pictures of a video go through, by the time of each. Draws its phases from chance in a fixed order. */
export const movementOf = (
  settings: Required<Movement>,
  seconds: number,
  chance: Chance,
  shoulders: Shoulders | undefined,
) => {
  const { motion, nod, talk, hand, handHertz, drift, flicker, flickerHertz, lightStep, bands } = settings;
  const [swayX, swayY, light] = [sway(chance), sway(chance), sway(chance)];
  const nodding = sines(chance, NOD_HERTZ);
  const held = [sines(chance, [handHertz]), sines(chance, [handHertz]), sines(chance, [handHertz])] as const;
  const flickering = (time: number): number => (flicker / 2) * Math.sin(2 * Math.PI * flickerHertz * time);
  const white = settings.flickerColour === 'white';
  return (time: number, pulse: number): Moment => {
    const bow = nod * nodding(time);
    const jaw =
      talk *
      Math.abs(Math.sin(Math.PI * SYLLABLE_HERTZ * time)) *
      ramp(Math.sin(2 * Math.PI * WORD_HERTZ * time), [-0.5, 0]);
    const rise = shoulders?.rise(time) ?? 0;
    const slope = ROLL * hand * held[2](time);
    const x = motion * swayX(time) + hand * held[0](time);
    const y = motion * swayY(time) + hand * held[1](time) + bow;
    const even =
      settings.brightness *
      (1 + drift * light(time / 3) + (white ? flickering(time) : 0) + jump(lightStep, time / seconds));
    return {
      pulse,
      tint: white ? 0 : flickering(time),
      light: (row) => {
        const shade = NOD_SHADE * bow * (0.5 - row);
        return even * (1 + shade + (bands / 2) * Math.sin(2 * Math.PI * (BANDS * row + BAND_HERTZ * time)));
      },
      offsetX: () => bounded(x),
      offsetY: (row) => bounded(y - jaw * ramp(row, JAW) + rise * ramp(row, shoulders?.rows ?? JAW)),
      slope,
    };
  };
};
