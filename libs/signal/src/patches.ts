import type { FaceTraces, PatchTrace } from './analysis.ts';
import { ontoGrid, type Grid } from './clock.ts';
import { COLOURS, changesOf, chrom, chromTuning, green, pos, posTuning, type Colour } from './colour.ts';
import { pbv, pbvWeights } from './pbv.ts';

/** A patch on the grid with its pulse by each method. */
export interface PatchPulse {
  readonly name: string;
  readonly covered: Uint8Array;
  /** Relative changes of the three colours, outliers moved in. */
  readonly changes: Colour;
  readonly PBV: Float64Array;
  readonly POS: Float64Array;
  readonly CHROM: Float64Array;
  readonly GREEN: Float64Array;
}

/** A patch seen for less than this share of the scan is left out: bridges would outweigh it (ours). */
const LEAST_COVERAGE = 0.6;

/**
 * A sample beyond this many robust standard deviations is moved in. The crest of a pulse is at most 3 of them; a jolt is
 * 20, and would own the spectrum.
 */
const CLAMP = 4;

/** Relative changes below this are rounding of numbers, not light: a camera's finest step is 1e-6 of a patch's mean. */
const ROUNDING = 1e-9;

/** Moves outliers in; a trace that only holds rounding errors becomes nothing, or they would look like a signal. */
const clamped = (values: Float64Array): Float64Array => {
  const sizes = values.map((value) => (value < 0 ? -value : value)).sort();
  if (sizes[sizes.length - 1]! < ROUNDING) return values.fill(0);
  const bound = CLAMP * 1.4826 * sizes[sizes.length >> 1]!;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > bound) values[i] = bound;
    else if (values[i]! < -bound) values[i] = -bound;
  }
  return values;
};

/** The mean of colours, sample by sample. */
const meanOf = (colours: readonly Colour[]): Colour => {
  const mean = (name: (typeof COLOURS)[number]): Float64Array => {
    const sum = new Float64Array(colours[0]!.red.length);
    for (const colour of colours) {
      const values = colour[name];
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[i]! / colours.length;
    }
    return sum;
  };
  return { red: mean('red'), green: mean('green'), blue: mean('blue') };
};

/** A patch on the grid: its colours, and their relative changes with the outliers moved in. */
interface GriddedPatch {
  readonly name: string;
  readonly covered: Uint8Array;
  readonly colour: Colour;
  readonly changes: Colour;
}

const griddedPatch = (times: Float64Array, patch: PatchTrace, grid: Grid): GriddedPatch | null => {
  const red = ontoGrid(times, patch.red, grid);
  const greenTrace = ontoGrid(times, patch.green, grid);
  const blue = ontoGrid(times, patch.blue, grid);
  if (red === null || greenTrace === null || blue === null) return null;
  if (Math.min(red.coverage, greenTrace.coverage, blue.coverage) < LEAST_COVERAGE) return null;
  const colour: Colour = { red: red.values, green: greenTrace.values, blue: blue.values };
  return { name: patch.name, covered: greenTrace.covered, colour, changes: changesOf(colour) };
};

const usable = ({ timesSeconds, patches }: FaceTraces, grid: Grid): GriddedPatch[] =>
  patches.map((patch) => griddedPatch(timesSeconds, patch, grid)).filter((patch) => patch !== null);

/** GREEN of those places that are seen for long enough. */
export const greenOf = (places: readonly PatchTrace[], timesSeconds: Float64Array, grid: Grid): Float64Array[] =>
  usable({ timesSeconds, patches: places }, grid).map(({ changes }) => clamped(green(changes)));

/**
 * The usable patches of a face. What tunes a method is the same for all, light and noise, and is read off their mean: noise
 * of a patch alone would detune it.
 */
export const patchPulses = (traces: FaceTraces, grid: Grid): PatchPulse[] => {
  const patches = usable(traces, grid);
  if (patches.length === 0) return [];
  const forPos = posTuning(meanOf(patches.map(({ colour }) => colour)));
  const forChrom = chromTuning(meanOf(patches.map(({ changes }) => changes)));
  const chroms = patches.map(({ changes }) => clamped(chrom(changes, forChrom)));
  for (const { changes } of patches) for (const name of COLOURS) clamped(changes[name]);
  const forPbv = pbvWeights(meanOf(patches.map(({ changes }) => changes)));
  return patches.map(({ name, covered, colour, changes }, i) => ({
    name,
    covered,
    changes,
    PBV: pbv(changes, forPbv),
    POS: clamped(pos(colour, forPos)),
    CHROM: chroms[i]!,
    GREEN: green(changes),
  }));
};
