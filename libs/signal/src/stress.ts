import { medianOf, standardDeviation } from './variability.ts';

/** Width of the histogram's bins (Baevsky and Chernikova, Cardiometry 2017;10:66). */
const BIN_MS = 50;

/** The largest share of the values that lies within one width, wherever that lies: no bin edge cuts a mode in two. */
const largestShare = (values: Float64Array, width: number): number => {
  const sorted = values.slice().sort();
  let most = 0;
  for (let from = 0, to = 0; from < sorted.length; from++) {
    while (to < sorted.length && sorted[to]! - sorted[from]! <= width) to++;
    most = Math.max(most, to - from);
  }
  return most / sorted.length;
};

/**
 * Stress index of the heart's regulation: AMo / (2 · Mo · MxDMn), where AMo is the share of the intervals in the fullest bin
 * of 50 ms in percent, Mo their mode and MxDMn their range in seconds (Baevsky and Chernikova 2017). 50 to 150 at rest. The
 * mode is the median, which 30 beats know better. %/s²; NaN for fewer than two intervals or equal ones.
 *
 * `sdnn`: the standard deviation that the intervals truly have, ms. Timing noise widens them, so they are first drawn
 * together about their median to that.
 */
export const stressIndex = (intervalsMs: Float64Array, sdnn: number): number => {
  const raw = standardDeviation(intervalsMs);
  if (!(raw > 0)) return NaN;
  const mode = medianOf(intervalsMs);
  const drawn = intervalsMs.map((interval) => mode + (interval - mode) * (sdnn / raw)).sort();
  const rangeSeconds = (drawn[drawn.length - 1]! - drawn[0]!) / 1000;
  return (100 * largestShare(drawn, BIN_MS)) / (2 * (mode / 1000) * rangeSeconds);
};
