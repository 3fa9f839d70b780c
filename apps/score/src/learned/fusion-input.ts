import type { FaceTraces } from '@smartscan/signal';

/** What the network sees: so many patches, so many samples a second. */
export const FUSION_PATCHES = 20;
export const FUSION_RATE_HZ = 30;

/** Light is compared with its own mean over so long, to either side: slower is drift. */
const MEAN_SECONDS = 1;

/** In robust standard deviations of the green of all patches: a jolt is 20 and would own everything. */
const CLAMP = 8;

/** Straight lines between the frames that show something. */
const ontoClock = (timesSeconds: Float64Array, values: Float64Array, count: number): Float64Array => {
  const seen = Array.from(values.keys()).filter((i) => Number.isFinite(values[i]!));
  const out = new Float64Array(count);
  if (seen.length === 0) return out;
  const start = timesSeconds[0]!;
  let k = 0;
  for (let i = 0; i < count; i++) {
    const time = start + i / FUSION_RATE_HZ;
    while (k + 2 < seen.length && timesSeconds[seen[k + 1]!]! <= time) k++;
    const [from, to] = [seen[k]!, seen[Math.min(k + 1, seen.length - 1)]!];
    const width = timesSeconds[to]! - timesSeconds[from]!;
    const share = width > 0 ? Math.min(1, Math.max(0, (time - timesSeconds[from]!) / width)) : 0;
    out[i] = values[from]! + share * (values[to]! - values[from]!);
  }
  return out;
};

/** Each sample less the mean around it; over that mean where `relative`. */
export const changesAround = (values: Float64Array, relative: boolean): Float64Array => {
  const reach = MEAN_SECONDS * FUSION_RATE_HZ;
  let [from, to, sum] = [0, 0, 0];
  return values.map((value, i) => {
    while (to < values.length && to <= i + reach) sum += values[to++]!;
    while (from < i - reach) sum -= values[from++]!;
    const mean = sum / (to - from);
    return relative ? (mean > 0 ? value / mean - 1 : 0) : value - mean;
  });
};

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/**
 * Relative changes of each patch and colour on a clock of 30 Hz, by timestamps: patches × 3 × samples, in units of the middle
 * patch's green. The colours keep their ratio, which is what tells blood from light. Patches that there are not are zero.
 */
export const fusionInput = (traces: FaceTraces): { readonly samples: number; readonly input: Float32Array } => {
  const { timesSeconds, patches } = traces;
  const seconds = timesSeconds[timesSeconds.length - 1]! - timesSeconds[0]!;
  const samples = Math.floor(seconds * FUSION_RATE_HZ) + 1;
  const rows = patches
    .slice(0, FUSION_PATCHES)
    .map(({ red, green, blue }) =>
      [red, green, blue].map((colour) => changesAround(ontoClock(timesSeconds, colour, samples), true)),
    );
  const unit = middle(rows.map(([, green]) => 1.4826 * middle(Array.from(green!, Math.abs)))) || 1;
  const input = new Float32Array(FUSION_PATCHES * 3 * samples);
  rows.flat().forEach((changes, k) => {
    for (let i = 0; i < samples; i++) {
      input[k * samples + i] = Math.min(CLAMP, Math.max(-CLAMP, changes[i]! / unit));
    }
  });
  return { samples, input };
};
