import type { FaceTraces, PatchTrace } from './analysis.ts';
import { BLOOD } from './blood.ts';
import { gaussian, type Chance } from './chance.ts';
import { synthesizePulse, type BeatTrain, type WaveShape } from './synthesis.ts';

/** A face to make traces of. Amplitudes are shares of the light. */
export interface FacePlan {
  readonly timesSeconds: Float64Array;
  readonly chance: Chance;
  /** Patches, four to a region. */
  readonly patches?: number;
  /** Height of the pulse; 0.5 % by default, a face in good light. 0 is a face without a pulse. */
  readonly pulse?: number;
  /** Standard deviation of the noise of each patch and colour by itself. */
  readonly noise?: number;
  /** Swing of the light, 6 per minute, the same for all patches and colours. */
  readonly drift?: number;
  /** Swing of the light as the head sways, and how often a minute. */
  readonly sway?: number;
  readonly swayRate?: number;
  readonly shape?: WaveShape;
}

/** Light skin under white light, R'G'B'. */
const SKIN = { red: 170, green: 120, blue: 100 } as const;

type Colour = keyof typeof SKIN;

/** The light that falls on one patch over time, and its own share in each disturbance. */
interface Lit {
  readonly pulse: Float64Array;
  readonly amplitude: number;
  readonly light: Float64Array;
  readonly noise: number;
  readonly chance: Chance;
}

const traceOf = (lit: Lit, colour: Colour): Float64Array =>
  lit.pulse.map(
    (blood, i) =>
      SKIN[colour] * (1 - BLOOD[colour] * lit.amplitude * blood + lit.light[i]! + lit.noise * gaussian(lit.chance)),
  );

/**
 * Traces of a face whose blood follows a train of beats: patches differ in depth of pulse and noise by a factor of up to
 * three, and the pulse reaches them within some 10 ms of each other.
 */
export const synthesizeFace = (train: BeatTrain, plan: FacePlan): FaceTraces => {
  const { timesSeconds, chance, patches = 16, pulse = 0.005, noise = 0.001, drift = 0.01, sway = 0 } = plan;
  const swayHz = (plan.swayRate ?? 90) / 60;
  const traces: PatchTrace[] = [];
  for (let p = 0; p < patches; p++) {
    const delay = 0.01 * gaussian(chance);
    const closeness = 0.5 + chance();
    const lit: Lit = {
      pulse: synthesizePulse(
        train,
        timesSeconds.map((time) => time - delay),
        plan.shape,
      ),
      amplitude: pulse * (0.5 + chance()),
      light: timesSeconds.map(
        (time) => drift * Math.sin(2 * Math.PI * 0.1 * time) + sway * closeness * Math.sin(2 * Math.PI * swayHz * time),
      ),
      noise: noise * (0.5 + chance()),
      chance,
    };
    const region = Math.floor(p / 4);
    traces.push({
      name: `region_${region}.part_${p}`,
      red: traceOf(lit, 'red'),
      green: traceOf(lit, 'green'),
      blue: traceOf(lit, 'blue'),
    });
  }
  return { timesSeconds, patches: traces };
};

/** Times of the frames of a camera whose steps vary by a share of themselves (0: a perfect clock). */
export const synthesizeFrameTimes = (
  durationSeconds: number,
  framesPerSecond: number,
  unevenness: number,
  chance: Chance,
): Float64Array => {
  const times: number[] = [];
  for (let time = 0; time < durationSeconds; ) {
    times.push(time);
    time += (1 + unevenness * (2 * chance() - 1)) / framesPerSecond;
  }
  return Float64Array.from(times);
};
