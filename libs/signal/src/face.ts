import type { FaceTraces, PatchReading, PulseAnalysis, PulseReason } from './analysis.ts';
import { withBeats, withoutBeats, type Frame } from './assemble.ts';
import { transformPair, type Transform } from './band.ts';
import { swingColour } from './blood.ts';
import { gridOf, type Grid } from './clock.ts';
import { concord, fuse, fuseTransforms, type Fusion } from './fuse.ts';
import {
  agreeingMethods,
  allowance,
  bloodLike,
  frameReasons,
  halfRateSuspected,
  LEAST_FACE_DECIBELS,
  regionsAgree,
  SWAYING_DECIBELS,
  type Witness,
} from './gates.ts';
import { lightFlickers } from './illumination.ts';
import { motionOf, type Motion } from './motion.ts';
import { patchPulses, type PatchPulse } from './patches.ts';
import { readFace } from './reading.ts';
import { rocksAt } from './rocking.ts';
import { decibels, powerOf, pulsePeak, spectraOf, splitAt, type Spectrum } from './spectrum.ts';

/** Those that let the least of everything but blood through come first. */
const METHODS = ['PBV', 'POS', 'CHROM', 'GREEN'] as const;
type FaceMethod = (typeof METHODS)[number];

/** More of the scan in fast motion than this, and what is left is too short of anything. */
const LEAST_STILL_SHARE = 0.6;

/** Two patches are the least that can agree. */
const FEWEST_PATCHES = 2;

/** One method over all patches. */
interface MethodFusion extends Witness {
  readonly method: FaceMethod;
  readonly spectra: readonly Spectrum[];
  readonly fusion: Fusion;
}

const fusionsOf = (patches: readonly PatchPulse[]): MethodFusion[] =>
  METHODS.flatMap((method) => {
    const spectra = spectraOf(patches.map((patch) => patch[method]));
    const fusion = fuse(spectra);
    if (fusion === null) return [];
    const { rateHz, snrDecibels, spectrum } = fusion;
    return [{ method, spectra, fusion, spectrum, snrDecibels, ratePerMinute: 60 * rateHz }];
  });

/** Patches are named `region` or `region.part`: parts of one region are one witness. */
const regionOf = (name: string): string => name.split('.', 1)[0]!;

/** The rate that each region shows by itself, per minute. */
const regionRates = (patches: readonly PatchPulse[], spectra: readonly Spectrum[]): number[] => {
  const regions = new Map<string, Spectrum[]>();
  patches.forEach((patch, i) => {
    const region = regionOf(patch.name);
    regions.set(region, [...(regions.get(region) ?? []), spectra[i]!]);
  });
  return [...regions.values()].map((members) => 60 * (fuse(members)?.rateHz ?? NaN));
};

const transformsOf = (traces: readonly Float64Array[]): Transform[] => {
  const out: Transform[] = [];
  for (let i = 0; i < traces.length; i += 2) {
    const [first, second] = transformPair(traces[i]!, traces[i + 1] ?? traces[i]!);
    out.push(first);
    if (i + 1 < traces.length) out.push(second);
  }
  return out;
};

/** A grid sample counts where patches that bring half the fused signal see it and the face holds still. */
const coveredOf = (patches: readonly PatchPulse[], fusion: Fusion, motion: Motion): Uint8Array =>
  motion.still.map((still, i) => {
    let share = 0;
    patches.forEach((patch, p) => (share += patch.covered[i]! * fusion.parts[p]!.share));
    return still === 1 && share >= 0.5 ? 1 : 0;
  });

const shareOf = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0) / Math.max(1, mask.length);

const patchReadings = (patches: readonly PatchPulse[], { spectra, fusion }: MethodFusion): PatchReading[] =>
  patches.map((patch, i) => {
    const power = powerOf(spectra[i]!);
    return {
      name: patch.name,
      ratePerMinute: 60 * pulsePeak(power),
      snrDecibels: decibels(splitAt(power, fusion.rateHz)),
      weight: fusion.parts[i]!.share,
    };
  });

/** The method that the beats are read from, and all that confirm each other, itself among them; none where none does. */
interface Choice {
  readonly chosen: MethodFusion;
  readonly agreeing: readonly MethodFusion[];
}

/**
 * Whether the methods confirm each other, and on blood. Its colour is looked up in step with the method that lets through the
 * least of everything else: what sways along with GREEN bends it.
 */
const methodsAgree = (patches: readonly PatchPulse[], agreeing: readonly MethodFusion[]): boolean => {
  const clearest = METHODS.map((name) => agreeing.find(({ method }) => method === name)).find(
    (one) => one !== undefined,
  );
  return clearest !== undefined && bloodLike(swingColour(patches, clearest.fusion));
};

/** What the fused spectra say against the rate. */
const spectralReasons = (
  patches: readonly PatchPulse[],
  { chosen, agreeing }: Choice,
  { grid, motion }: { readonly grid: Grid; readonly motion: Motion },
): PulseReason[] => {
  const { fusion, spectra } = chosen;
  const reasons: PulseReason[] = [];
  const least = LEAST_FACE_DECIBELS + allowance(grid.durationSeconds) + (motion.sways ? SWAYING_DECIBELS : 0);
  if (!(fusion.snrDecibels >= least)) reasons.push('low_snr');
  if (!methodsAgree(patches, agreeing)) reasons.push('methods_disagree');
  const patchwork = { regionRates: regionRates(patches, spectra), concord: concord(spectra, fusion) };
  if (!regionsAgree(patchwork, 60 * fusion.rateHz, grid.durationSeconds)) reasons.push('regions_disagree');
  if (halfRateSuspected(fusion.power, fusion.rateHz)) reasons.push('half_rate_suspected');
  return reasons;
};

/** The strongest method that another one confirms, else the strongest; null where there is none. */
const choose = (fusions: readonly MethodFusion[], grid: Grid): Choice | null => {
  const agreeing = agreeingMethods(fusions, grid.durationSeconds);
  const chosen = agreeing[0] ?? [...fusions].sort((a, b) => b.snrDecibels - a.snrDecibels)[0];
  return chosen === undefined ? null : { chosen, agreeing };
};

const analyseOn = (traces: FaceTraces, grid: Grid, frame: Frame): PulseAnalysis => {
  const patches = patchPulses(traces, grid);
  if (patches.length < FEWEST_PATCHES) return withoutBeats({ ...frame, reasons: ['too_few_patches'] });
  const fusions = fusionsOf(patches);
  const choice = choose(fusions, grid);
  if (choice === null) return withoutBeats({ ...frame, reasons: ['no_signal'] });
  const { method, fusion } = choice.chosen;
  const motion = motionOf(traces, grid);
  const covered = coveredOf(patches, fusion, motion);
  const coverage = shareOf(covered);
  const reasons = [...frameReasons(grid, coverage), ...spectralReasons(patches, choice, { grid, motion })];
  const moving = motion.stillShare < LEAST_STILL_SHARE || motion.follows(fusion.rateHz);
  if (moving || rocksAt(traces, grid, fusion.rateHz)) reasons.push('too_much_motion');
  const [pos, green] = (['POS', 'GREEN'] as const).map((name) => fusions.find((one) => one.method === name));
  const lit = pos && green && { pos: pos.spectrum, green: green.spectra };
  if (lit && lightFlickers(traces, grid, lit, fusion.rateHz)) reasons.push('light_flickers');
  const transform = fuseTransforms(transformsOf(patches.map((patch) => patch[method])), fusion);
  const { reading, harmonics } = readFace(transform, fusion.rateHz, covered, traces.shoulders);
  return withBeats(
    {
      ...frame,
      grid,
      coverage,
      snrDecibels: fusion.snrDecibels,
      methods: fusions.map(({ method, ratePerMinute, snrDecibels }) => ({ method, ratePerMinute, snrDecibels })),
      patches: patchReadings(patches, choice.chosen),
      reasons,
    },
    reading,
    { rateHz: fusion.rateHz, harmonics },
  );
};

/**
 * The pulse of a face from the mean colours of its skin patches: POS, CHROM and GREEN per patch, fused over the patches
 * by their signal-to-noise ratio, gated, and read beat by beat. Never throws on what a camera delivers; what can't be
 * read is refused with its reasons.
 */
export const analyseFace = (traces: FaceTraces): PulseAnalysis => {
  const grid = gridOf(traces.timesSeconds);
  const frame: Frame = {
    mode: 'face',
    grid,
    framesUsed: traces.timesSeconds.length,
    coverage: 0,
    snrDecibels: -Infinity,
    methods: [],
    patches: [],
    reasons: ['no_signal'],
  };
  return grid === null ? withoutBeats(frame) : analyseOn(traces, grid, frame);
};
