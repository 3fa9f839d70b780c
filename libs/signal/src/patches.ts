import type { FaceTraces, PatchTrace } from './analysis.ts';
import { ontoGrid, type Grid } from './clock.ts';
import { changesOf, chrom, green, pos, type Colour } from './colour.ts';

/** A patch on the grid with its pulse by each method. */
export interface PatchPulse {
  readonly name: string;
  readonly covered: Uint8Array;
  /** Relative changes of the three colours, outliers moved in. */
  readonly changes: Colour;
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

const pulseOf = (times: Float64Array, patch: PatchTrace, grid: Grid): PatchPulse | null => {
  const red = ontoGrid(times, patch.red, grid);
  const greenTrace = ontoGrid(times, patch.green, grid);
  const blue = ontoGrid(times, patch.blue, grid);
  if (red === null || greenTrace === null || blue === null) return null;
  if (Math.min(red.coverage, greenTrace.coverage, blue.coverage) < LEAST_COVERAGE) return null;
  const colour: Colour = { red: red.values, green: greenTrace.values, blue: blue.values };
  const changes = changesOf(colour);
  const fromChanges = clamped(chrom(changes));
  for (const change of [changes.red, changes.green, changes.blue]) clamped(change);
  return {
    name: patch.name,
    covered: greenTrace.covered,
    changes,
    POS: clamped(pos(colour)),
    CHROM: fromChanges,
    GREEN: green(changes),
  };
};

/** The usable patches of a face. */
export const patchPulses = (traces: FaceTraces, grid: Grid): PatchPulse[] =>
  traces.patches.map((patch) => pulseOf(traces.timesSeconds, patch, grid)).filter((patch) => patch !== null);
