/** Mean of a window centred on each sample, cut off at the ends. O(n). */
export const runningMean = (values: Float64Array, windowSamples: number): Float64Array => {
  const count = values.length;
  const reach = Math.floor(windowSamples / 2);
  const prefix = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) prefix[i + 1] = prefix[i]! + (values[i]! - values[0]!);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const from = i < reach ? 0 : i - reach;
    const to = i + reach < count ? i + reach + 1 : count;
    out[i] = values[0]! + (prefix[to]! - prefix[from]!) / (to - from);
  }
  return out;
};

/** The values less their running mean. */
export const withoutTrend = (values: Float64Array, windowSamples: number): Float64Array => {
  const trend = runningMean(values, windowSamples);
  for (let i = 0; i < trend.length; i++) trend[i] = values[i]! - trend[i]!;
  return trend;
};
