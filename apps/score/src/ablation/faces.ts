import {
  analyseFace,
  mulberry32,
  rateTogether,
  synthesizeBeats,
  synthesizeFace,
  synthesizeFrameTimes,
  type Chance,
  type FaceTraces,
  type PatchTrace,
  type PulseAnalysis,
  type PulseTruth,
} from '@smartscan/signal';
import { meanOf } from '../pulse/folders.ts';
import { lgi, omit } from './projections.ts';

/** A synthesized face, analysed whole and once more with all its patches averaged into one colour before anything else. */
export interface Face {
  /** Null where the face has no pulse. */
  readonly truth: PulseTruth | null;
  readonly analysis: PulseAnalysis;
  readonly averaged: PulseAnalysis;
  /** Rates per minute of methods that the pipeline is without; null where one finds none. */
  readonly others: Readonly<Record<'LGI' | 'OMIT', OtherRates>>;
}

export interface OtherRates {
  readonly whole: number | null;
  readonly patches: number | null;
}

const SECONDS = 30;

const between = (chance: Chance, least: number, most: number): number => least + (most - least) * chance();

/** Every patch with the mean colour of all: what one region over the whole face would see. */
const averagedPatches = (traces: FaceTraces): FaceTraces => {
  const mean = (colour: 'red' | 'green' | 'blue'): Float64Array =>
    traces.timesSeconds.map((_, i) => meanOf(traces.patches.map((patch) => patch[colour][i]!)));
  const whole = { red: mean('red'), green: mean('green'), blue: mean('blue') };
  return { ...traces, patches: ['a', 'b'].map((name) => ({ name, ...whole })) };
};

const otherRates = (
  traces: FaceTraces,
  whole: FaceTraces,
  method: (trace: PatchTrace) => Float64Array,
): OtherRates => ({
  whole: rateTogether(whole.timesSeconds, whole.patches.slice(0, 1).map(method)),
  patches: rateTogether(traces.timesSeconds, traces.patches.map(method)),
});

/** From barely seen to well lit: 0.1-0.5 % of pulse in noise of 0.1-0.6 % a patch, every second head swaying by 0.1-0.5 %. */
const faceOf = (seed: number, hasPulse: boolean): Face => {
  const chance = mulberry32(seed);
  const heartRate = between(chance, 45, 150);
  const sdnn = between(chance, 0.01, 0.05) * (60_000 / heartRate);
  const respiratoryRate = between(chance, 9, 22);
  const train = synthesizeBeats({ heartRate, sdnn, respiratoryRate, durationSeconds: SECONDS, chance });
  const traces = synthesizeFace(train, {
    timesSeconds: synthesizeFrameTimes(SECONDS, 30, 0.3, chance),
    chance,
    pulse: hasPulse ? between(chance, 0.001, 0.005) : 0,
    noise: between(chance, 0.001, 0.006),
    sway: seed % 2 === 0 ? between(chance, 0.001, 0.005) : 0,
    swayRate: between(chance, 45, 150),
  });
  const whole = averagedPatches(traces);
  return {
    truth: hasPulse ? train.truth : null,
    analysis: analyseFace(traces),
    averaged: analyseFace(whole),
    others: { LGI: otherRates(traces, whole, lgi), OMIT: otherRates(traces, whole, omit) },
  };
};

export const synthesizedFaces = (withPulse: number, without: number): Face[] =>
  Array.from({ length: withPulse + without }, (_, i) => faceOf(i + 1, i < withPulse));
