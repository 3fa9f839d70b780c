import { analyseFace, type PulseAnalysis, type PulseReason } from '@smartscan/signal';
import { within } from '@smartscan/vitals/marker';
import { MARKERS } from '@smartscan/vitals/marker-table';
import { synthesizedFaces } from '../ablation/faces.ts';
import { readFaceCrops } from '../pulse/face-crops.ts';
import { walk } from '../pulse/folders.ts';
import { caseOf, caseWith, type Case } from './cases.ts';
import { qualityFeatures, ungatedRate } from './features.ts';
import type { Waves } from './waves.ts';

/** By what they are for: weights, temperature, judgement. */
export const SPLITS = ['training', 'calibration', 'held-out'] as const;
export type Split = (typeof SPLITS)[number];

/** Of the held-out ones: how far they are from what was trained on. */
export const HELD_OUT_SETS = ['faces', 'recorded pulses', 'other synthesis', 'crops without a pulse'] as const;
export type ExampleSet = (typeof HELD_OUT_SETS)[number];

export interface Example {
  readonly set: ExampleSet;
  /** NaN where nobody knows. */
  readonly melanin: number;
  /** Per minute; null where there is no pulse. */
  readonly truth: number | null;
  /** How far the rate is off, per minute; null where there is no pulse to have a rate. */
  readonly error: number | null;
  /** Whether the gates let the rate out. */
  readonly emitted: boolean;
  /** Whether none of those gates refuses it that a picture, a lamp or a moving head meet: no head may overrule them. */
  readonly alive: boolean;
  /** Probability by today's standard error that the rate is off by 5 at most; 0 where the gates refuse it. */
  readonly classical: number;
  readonly features: Float32Array;
}

/** What the head gives the probability of. */
export const TOLERANCE_PER_MINUTE = 5;

/** What remains of a gated rate's error that its trace does not show. */
const RESIDUAL_PER_MINUTE = MARKERS.heart_rate.kind === 'measured' ? MARKERS.heart_rate.residual : NaN;

/** The gates that tell blood from what only swings like it. */
const LIVENESS_GATES: readonly PulseReason[] = [
  'methods_disagree',
  'regions_disagree',
  'too_much_motion',
  'light_flickers',
  'too_few_patches',
  'no_signal',
];

const exampleOf = (
  set: ExampleSet,
  analysis: PulseAnalysis,
  { truth, melanin }: { readonly truth: number | null; readonly melanin: number },
): Example => {
  const { value, standardError, reasons } = analysis.heartRate;
  const deviation = Math.hypot(standardError ?? NaN, RESIDUAL_PER_MINUTE);
  const rate = ungatedRate(analysis);
  return {
    set,
    melanin,
    truth,
    // Where not even the spectrum shows a rate, it is as far off as can be.
    error: truth === null ? null : Number.isNaN(rate) ? 200 : Math.abs(rate - truth),
    emitted: value !== null,
    alive: !reasons.some((reason) => LIVENESS_GATES.includes(reason)),
    classical: value === null ? 0 : within(TOLERANCE_PER_MINUTE, deviation),
    features: qualityFeatures(analysis),
  };
};

const analysed = (set: ExampleSet, { traces, truth, melanin }: Case): Example =>
  exampleOf(set, analyseFace(traces), { truth: truth?.heartRate ?? null, melanin });

/** Where the numbers of each split begin: they never meet. */
export const FIRST_SEED: Readonly<Record<Split, number>> = {
  training: 1_000_000,
  calibration: 2_000_000,
  'held-out': 3_000_000,
};

/** Where those of faces with held-out recordings begin. */
export const FIRST_WAVE_SEED = 4_000_000;

/** Faces of a split, for so many of training. */
const SHARE: Readonly<Record<Split, number>> = { training: 1, calibration: 0.3, 'held-out': 0.4 };

/** A recording of finger-rr is worn by so many faces, one of finger-oximetry by one: there are 20 times as many. */
const FACES_A_WAVE = { 'finger-rr': 12, 'finger-oximetry': 1 } as const;

const CROP_SECONDS = 30;
const OTHER_FACES = 200;

export interface Material {
  /** Of recordings. */
  readonly root: string;
  readonly waves: Waves;
  /** To train on. */
  readonly faces: number;
}

function* heldOutOf({ root, waves }: Material): Iterable<Example> {
  for (const [i, wave] of waves.heldOut.entries()) {
    for (let k = 0; k < FACES_A_WAVE[wave.source]; k++) {
      yield analysed('recorded pulses', caseWith(FIRST_WAVE_SEED + 100 * i + k, wave));
    }
  }
  for (const { truth, analysis } of synthesizedFaces(OTHER_FACES, OTHER_FACES)) {
    yield exampleOf('other synthesis', analysis, { truth: truth?.heartRate ?? null, melanin: NaN });
  }
  for (const folder of walk(root)) {
    // Their mean rate is known, but it is in no pixel: whatever comes out is a guess.
    for (const { analysis } of readFaceCrops(folder, CROP_SECONDS)) {
      yield exampleOf('crops without a pulse', analysis, { truth: null, melanin: NaN });
    }
  }
}

/** The examples of a split, one after the other. */
export function* examplesOf(split: Split, material: Material): Iterable<Example> {
  const { faces, waves } = material;
  const known = split === 'held-out' ? waves.heldOut : waves.training;
  for (let i = 0; i < Math.round(SHARE[split] * faces); i++) {
    yield analysed('faces', caseOf(FIRST_SEED[split] + i, known));
  }
  if (split === 'held-out') yield* heldOutOf(material);
}
