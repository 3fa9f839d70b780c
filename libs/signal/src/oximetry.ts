import type { FaceTraces, PatchTrace, PulseAnalysis } from './analysis.ts';
import { bandPassPair, type Band } from './band.ts';
import { BEAT_STEPS, gridOf, ontoGrid, type Grid } from './clock.ts';
import { relativeChange } from './colour.ts';
import { medianOf } from './variability.ts';

/** How deep the pulse cuts into red over how deep it cuts into blue: what the colour of the blood shows itself in. */
export interface ColourRatio {
  /** (AC/DC of red) / (AC/DC of blue), middle of the patches. */
  readonly ratio: number;
  /** One standard error of it, from how far the patches differ; null from one patch alone. */
  readonly standardError: number | null;
  /** Patches that went into it. */
  readonly patches: number;
}

/** The pass band around the pulse in multiples of its rate: the first harmonic carries the amplitude. */
const BAND = { low: 0.7, high: 1.5 } as const;

/**
 * A patch counts where the pulse explains this share of its band-passed blue: below, the depth of blue is noise, and a
 * ratio over noise is any number. Ours.
 */
const LEAST_EXPLAINED = 0.2;

/** Standard deviation of a normal distribution over its median absolute deviation. */
const NORMAL_SPREAD = 1.4826;

interface Depth {
  /** Relative change of light for one unit of the pulse. */
  readonly slope: number;
  /** Share of the trace's power that the pulse explains, 0-1. */
  readonly explained: number;
}

/** Least squares of a trace on the pulse, both without mean. */
const depthOf = (trace: Float64Array, pulse: Float64Array): Depth => {
  let cross = 0;
  let own = 0;
  let power = 0;
  for (let i = 0; i < pulse.length; i++) {
    cross += trace[i]! * pulse[i]!;
    own += pulse[i]! * pulse[i]!;
    power += trace[i]! * trace[i]!;
  }
  return own > 0 && power > 0 ? { slope: cross / own, explained: (cross * cross) / (own * power) } : NO_DEPTH;
};
const NO_DEPTH: Depth = { slope: 0, explained: 0 };

/** The ratio that one patch shows; null where its blue does not follow the pulse. */
const patchRatio = (
  timesSeconds: Float64Array,
  { red, blue }: PatchTrace,
  pulse: Float64Array,
  { grid, band }: { readonly grid: Grid; readonly band: Band },
): number | null => {
  const redOnGrid = ontoGrid(timesSeconds, red, grid);
  const blueOnGrid = ontoGrid(timesSeconds, blue, grid);
  if (redOnGrid === null || blueOnGrid === null) return null;
  const changes = bandPassPair(relativeChange(redOnGrid.values), relativeChange(blueOnGrid.values), band);
  const [redDepth, blueDepth] = changes.map((change) => depthOf(change, pulse)) as [Depth, Depth];
  return blueDepth.explained < LEAST_EXPLAINED ? null : redDepth.slope / blueDepth.slope;
};

/**
 * The ratio of ratios of red and blue, the input of camera oximetry (Scully et al. 2012, IEEE TBME 59:303): each patch's
 * light over its own mean, as deep as it follows the fused pulse, so that noise which is not in the pulse's phase adds
 * nothing; the middle of the patches, so that a few bad ones do not count. Null where there is no pulse to follow.
 *
 * It is only an input: on 241 windows of recorded fingers at 65-100 % no line through it, published, fitted to the other
 * people or calibrated at one point, beat their mean.
 */
export const colourRatio = (traces: FaceTraces, analysis: PulseAnalysis): ColourRatio | null => {
  const grid = gridOf(traces.timesSeconds);
  const { value: rate } = analysis.heartRate;
  if (grid === null || rate === null || analysis.waveform.length === 0) return null;
  const band = { low: (BAND.low * rate) / 60, high: (BAND.high * rate) / 60 };
  const wave = Float64Array.from({ length: grid.count }, (_, i) => analysis.waveform[i * BEAT_STEPS] ?? 0);
  const [pulse] = bandPassPair(wave, wave, band);
  const ratios = traces.patches
    .map((patch) => patchRatio(traces.timesSeconds, patch, pulse, { grid, band }))
    .filter((ratio) => ratio !== null);
  if (ratios.length === 0) return null;
  const ratio = medianOf(ratios);
  const spread = NORMAL_SPREAD * medianOf(ratios.map((one) => Math.abs(one - ratio)));
  return {
    ratio,
    standardError: ratios.length === 1 ? null : spread / Math.sqrt(ratios.length),
    patches: ratios.length,
  };
};

/** Oxygen saturation, %, of a colour ratio, by the line of Scully et al. 2012 (IEEE TBME 59:303). Without skill here. */
export const publishedSaturation = (ratio: number): number => 100 - 5 * ratio;
