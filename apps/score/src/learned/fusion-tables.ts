import { analyseFace, analyseWaveform, type FaceTraces, type PulseAnalysis } from '@smartscan/signal';
import { table } from '../ablation/table.ts';
import { readFaceCrops } from '../pulse/face-crops.ts';
import { meanOf, walk } from '../pulse/folders.ts';
import { caseOf, caseWith } from './cases.ts';
import { FIRST_SEED, FIRST_WAVE_SEED, TOLERANCE_PER_MINUTE, type ExampleSet } from './examples.ts';
import { ungatedRate } from './features.ts';
import { FUSION_PATCHES, FUSION_RATE_HZ, fusionInput } from './fusion-input.ts';
import { emissionOf, strongest, upperShare, type Outcome } from './judgement.ts';
import type { Network } from './network.ts';
import type { Waves } from './waves.ts';

interface Scan {
  readonly set: ExampleSet;
  readonly traces: FaceTraces;
  readonly truth: { readonly heartRate: number; readonly sdnn: number | null } | null;
}

/** What one way of fusing says of a scan. */
interface Said extends Outcome {
  readonly emitted: boolean;
  /** What it is ranked by. */
  readonly strength: number;
  /** Off by so many ms; null where the truth or the gates give none. */
  readonly sdnnError: number | null;
}

interface Compared {
  readonly set: ExampleSet;
  readonly truth: Scan['truth'];
  readonly classical: Said;
  readonly network: Said;
}

const CROP_SECONDS = 30;

function* scansOf(root: string, waves: Waves, faces: number): Iterable<Scan> {
  for (let i = 0; i < faces; i++) yield { set: 'faces', ...caseOf(FIRST_SEED['held-out'] + i, waves.heldOut) };
  for (const [i, wave] of waves.heldOut.entries()) {
    if (wave.source === 'finger-rr' || i % 2 === 0) {
      yield { set: 'recorded pulses', ...caseWith(FIRST_WAVE_SEED + 100 * i, wave) };
    }
  }
  for (const folder of walk(root)) {
    for (const { traces } of readFaceCrops(folder, CROP_SECONDS)) {
      yield { set: 'crops without a pulse', traces, truth: null };
    }
  }
}

const saidBy = (analysis: PulseAnalysis, truth: Scan['truth'], strength: number): Said => {
  const rate = ungatedRate(analysis);
  const error = truth === null ? null : Number.isNaN(rate) ? 200 : Math.abs(rate - truth.heartRate);
  const sdnn = analysis.sdnn.value;
  return {
    emitted: analysis.heartRate.value !== null,
    strength,
    error,
    right: error !== null && error <= TOLERANCE_PER_MINUTE,
    sdnnError: sdnn === null || truth?.sdnn == null ? null : Math.abs(sdnn - truth.sdnn),
  };
};

const compare = async ({ set, traces, truth }: Scan, network: Network): Promise<Compared> => {
  const { samples, input } = fusionInput(traces);
  const { pulse, confidence } = await network.run([1, FUSION_PATCHES, 3, samples], input);
  const timesSeconds = Float64Array.from({ length: samples }, (_, i) => traces.timesSeconds[0]! + i / FUSION_RATE_HZ);
  const classical = analyseFace(traces);
  return {
    set,
    truth,
    classical: saidBy(classical, truth, classical.snrDecibels),
    network: saidBy(analyseWaveform(timesSeconds, Float64Array.from(pulse!)), truth, meanOf(confidence!)),
  };
};

const percent = (part: number, whole: number): string => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`);
const figure = (value: number): string => (Number.isNaN(value) ? '' : value.toFixed(2));

const rowOf = (set: string, rule: string, emitted: readonly Outcome[], whole: number): string[] => {
  const { emitted: count, wrong, meanError } = emissionOf(emitted);
  const most = count === 0 ? '' : `${(100 * upperShare(wrong, count)).toFixed(1)} %`;
  return [set, rule, percent(count, whole), percent(wrong, count), most, figure(meanError)];
};

const constantly = (all: readonly Compared[]): Outcome[] => {
  const constant = meanOf(all.flatMap(({ truth }) => (truth === null ? [] : [truth.heartRate])));
  return all.map(({ truth }) => {
    const error = truth === null ? null : Math.abs(truth.heartRate - constant);
    return { error, right: error !== null && error <= TOLERANCE_PER_MINUTE };
  });
};

const rateRows = (set: string, all: readonly Compared[]): string[][] => {
  const [classical, network] = [all.map((one) => one.classical), all.map((one) => one.network)];
  const gated = classical.filter(({ emitted }) => emitted);
  const byStrength = ({ strength }: Said): number => strength;
  const beating = all.filter(({ truth }) => truth !== null);
  const ofBeating = [
    rowOf(
      set,
      'with a pulse, classical fusion, ungated',
      beating.map((one) => one.classical),
      beating.length,
    ),
    rowOf(
      set,
      'with a pulse, the network, ungated',
      beating.map((one) => one.network),
      beating.length,
    ),
  ];
  return [
    rowOf(set, 'a constant rate', constantly(all), all.length),
    ...(beating.length === 0 ? [] : ofBeating),
    rowOf(set, 'classical fusion and its gates', gated, all.length),
    rowOf(
      set,
      'the network, as many by its confidence',
      strongest(network, byStrength).slice(0, gated.length),
      all.length,
    ),
    rowOf(
      set,
      'the network under the gates of a single trace',
      network.filter(({ emitted }) => emitted),
      all.length,
    ),
  ];
};

const variabilityRows = (set: string, all: readonly Compared[]): string[][] => {
  const both = all.filter(({ classical, network }) => classical.sdnnError !== null && network.sdnnError !== null);
  if (both.length === 0) return [];
  const truths = both.map(({ truth }) => truth!.sdnn!);
  const constant = meanOf(truths);
  return [
    ['a constant, the mean of the truth', meanOf(truths.map((truth) => Math.abs(truth - constant)))] as const,
    ['classical fusion', meanOf(both.map(({ classical }) => classical.sdnnError!))] as const,
    ['the network', meanOf(both.map(({ network }) => network.sdnnError!))] as const,
  ].map(([rule, error]) => [`${set}, ${both.length}`, rule, figure(error)]);
};

const SETS = ['faces', 'recorded pulses', 'crops without a pulse'] as const satisfies readonly ExampleSet[];

/** The held-out tables of the fusion network's card: so many synthesized faces, and what is recorded below `root`. */
export const fusionTables = async (
  network: Network,
  { root, waves, faces }: { readonly root: string; readonly waves: Waves; readonly faces: number },
): Promise<string[]> => {
  const all: Compared[] = [];
  for (const scan of scansOf(root, waves, faces)) all.push(await compare(scan, network));
  const sets = SETS.map((set) => [set, all.filter((one) => one.set === set)] as const);
  return [
    '### Heart rate',
    '',
    ...table(
      ['set', 'rule', 'emitted', 'wrong among emitted', 'at most (95 %)', 'mean error, per minute'],
      sets.flatMap(([set, own]) => rateRows(`${set}, ${own.length}`, own)),
    ),
    '### SDNN, where both ways give one',
    '',
    ...table(
      ['set', 'fusion', 'mean error, ms'],
      sets.flatMap(([set, own]) => variabilityRows(set, own)),
    ),
  ];
};
