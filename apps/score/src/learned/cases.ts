/** The faces that the learned parts are trained and judged on, each drawn from its number alone. */
import {
  mulberry32,
  synthesizeBeats,
  synthesizeFrameTimes,
  synthesizePulse,
  type Chance,
  type FaceTraces,
} from '@smartscan/signal';
import { faceUnder, type BloodAt, type LightPlan } from './light.ts';
import { WAVE_SECONDS, type Wave } from './waves.ts';

export interface Case {
  readonly traces: FaceTraces;
  /** Null where there is no pulse. */
  readonly truth: { readonly heartRate: number; readonly sdnn: number | null } | null;
  /** Blood volume at any time, the patches' delays left out; null without a pulse. */
  readonly bloodAt: BloodAt | null;
  /** 0 the lightest skin, 1 the darkest. */
  readonly melanin: number;
}

const PATCHES = 20;

/** Shares of the cases. */
const WITHOUT_PULSE = 0.3;
const WITH_RECORDED_WAVE = 0.4;

const between = (chance: Chance, least: number, most: number): number => least + (most - least) * chance();

/** Even in its logarithm: as many faces between 0.1 and 0.3 % as between 0.3 and 0.9. */
const scaled = (chance: Chance, least: number, most: number): number => least * (most / least) ** chance();

/** 0 in all but a share of the cases. */
const sometimes = (chance: Chance, share: number, draw: () => number): number => {
  const value = draw();
  return chance() < share ? value : 0;
};

const FRAME_RATES = [15, 20, 24, 30, 30, 30, 30, 60] as const;

/** A camera's clock, in every fifth case with a stretch missing. */
const frameTimes = (seconds: number, chance: Chance): Float64Array => {
  const fps = FRAME_RATES[Math.floor(chance() * FRAME_RATES.length)]!;
  const times = synthesizeFrameTimes(seconds, fps, 0.5 * chance(), chance);
  const gap = sometimes(chance, 0.2, () => between(chance, 0.2, 0.2 * seconds));
  const from = between(chance, 1, seconds - gap - 1);
  return times.filter((time) => time < from || time > from + gap);
};

/** From barely seen to well lit: pulses of 0.1-1 % in light skin, noise of 0.03-1 % a patch, heads that hold still and don't. */
const planOf = (timesSeconds: Float64Array, hasPulse: boolean, chance: Chance): LightPlan => ({
  timesSeconds,
  chance,
  patches: PATCHES,
  melanin: chance(),
  pulse: hasPulse ? scaled(chance, 0.001, 0.01) : 0,
  noise: scaled(chance, 0.0003, 0.01),
  commonNoise: scaled(chance, 0.00003, 0.001),
  sway: sometimes(chance, 0.5, () => scaled(chance, 0.0005, 0.02)),
  swayPerMinute: between(chance, 20, 150),
  restless: sometimes(chance, 0.5, () => scaled(chance, 0.0003, 0.02)),
  gloss: sometimes(chance, 0.5, () => scaled(chance, 0.0003, 0.01)),
  flicker: sometimes(chance, 0.15, () => scaled(chance, 0.0003, 0.005)),
  flickerPerMinute: between(chance, 20, 200),
});

interface Heart {
  readonly bloodAt: BloodAt;
  readonly truth: NonNullable<Case['truth']>;
}

const synthesizedHeart = (durationSeconds: number, chance: Chance): Heart => {
  const heartRate = between(chance, 42, 170);
  const sdnn = between(chance, 0.01, 0.07) * (60_000 / heartRate);
  const respiratoryRate = between(chance, 8, 24);
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds, chance });
  const shape = { dicrotic: between(chance, 0.1, 0.5) };
  return { bloodAt: (times) => synthesizePulse(train, times, shape), truth: train.truth };
};

const drawn = (plan: LightPlan, heart: Heart | null): Case => ({
  traces: faceUnder(plan, heart?.bloodAt ?? null),
  truth: heart?.truth ?? null,
  bloodAt: heart?.bloodAt ?? null,
  melanin: plan.melanin,
});

/** A case of any kind; of those with a pulse some have one of the given recordings. */
export const caseOf = (seed: number, waves: readonly Wave[]): Case => {
  const chance = mulberry32(seed);
  const hasPulse = chance() >= WITHOUT_PULSE;
  const wave = chance() < WITH_RECORDED_WAVE ? waves[Math.floor(chance() * waves.length)] : undefined;
  const seconds = wave !== undefined || chance() < 0.6 ? WAVE_SECONDS : between(chance, 10, 45);
  const heart = hasPulse ? (wave ?? synthesizedHeart(seconds, chance)) : null;
  return drawn(planOf(frameTimes(seconds, chance), hasPulse, chance), heart);
};

/** A face with a given recording as its blood. */
export const caseWith = (seed: number, wave: Wave): Case => {
  const chance = mulberry32(seed);
  return drawn(planOf(frameTimes(WAVE_SECONDS, chance), true, chance), wave);
};
