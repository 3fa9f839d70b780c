import { gridOf, GRID_RATE_HZ, ontoGrid } from './clock.ts';
import { fuse } from './fuse.ts';
import { spectraOf } from './spectrum.ts';
import { withoutTrend } from './trend.ts';

/** Drift slower than this window is taken off, as CHROM and GREEN do. */
const TREND_SAMPLES = 5 * GRID_RATE_HZ;

/**
 * The rate that traces of one pulse show together, per minute, without any gate: what a method of one's own would read, to
 * be compared with ours. A trace has a value per frame, all rise or all fall as blood comes. Null where none can be read.
 */
export const rateTogether = (timesSeconds: Float64Array, traces: readonly Float64Array[]): number | null => {
  const grid = gridOf(timesSeconds);
  if (grid === null) return null;
  const gridded = traces.map((trace) => ontoGrid(timesSeconds, trace, grid)).filter((trace) => trace !== null);
  const fusion = fuse(spectraOf(gridded.map(({ values }) => withoutTrend(values, TREND_SAMPLES))));
  return fusion === null ? null : 60 * fusion.rateHz;
};
