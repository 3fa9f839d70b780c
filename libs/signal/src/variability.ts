/**
 * Statistics of the intervals between beats, as the Task Force of the European Society of Cardiology defined them
 * (Circulation 1996;93:1043-1065).
 */

/** Sample standard deviation of intervals; 0 for fewer than two. The unit is that of the input. */
export const standardDeviation = (values: ArrayLike<number>): number => {
  const count = values.length;
  if (count < 2) return 0;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return Math.sqrt(squares / (count - 1));
};

/** Root mean square of successive differences (RMSSD); 0 for an empty input. */
export const rootMeanSquare = (differences: ArrayLike<number>): number => {
  let squares = 0;
  for (let i = 0; i < differences.length; i++) squares += differences[i]! ** 2;
  return differences.length === 0 ? 0 : Math.sqrt(squares / differences.length);
};

/** Differences of neighbours: one fewer than the values. */
export const successiveDifferences = (values: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(Math.max(0, values.length - 1));
  for (let i = 0; i < out.length; i++) out[i] = values[i + 1]! - values[i]!;
  return out;
};

/** Share of successive differences beyond 50 ms, in percent (pNN50). Input in ms. */
export const shareBeyond50 = (differencesMs: ArrayLike<number>): number => {
  let beyond = 0;
  for (let i = 0; i < differencesMs.length; i++) if (Math.abs(differencesMs[i]!) > 50) beyond++;
  return differencesMs.length === 0 ? 0 : (100 * beyond) / differencesMs.length;
};

/** The middle of the values, or the mean of the middle two; NaN of none. The unit is that of the input. */
export const medianOf = (values: ArrayLike<number>): number => {
  const ordered = Float64Array.from(values).sort();
  const half = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[half]! : (ordered[half - 1]! + ordered[half]!) / 2;
};

/** The mean of the values that are there: NaN is none. NaN of none. */
export const meanOfSeen = (values: ArrayLike<number>): number => {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    sum += values[i]!;
    count++;
  }
  return sum / count;
};
