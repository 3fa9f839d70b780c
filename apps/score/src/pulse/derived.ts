import {
  bandPowersOf,
  isNearLocal,
  lowOverHighOf,
  pulseRegularityOf,
  rootMeanSquare,
  standardDeviation,
  stressIndex,
  successiveDifferences,
  sympatheticIndex,
  vagalIndex,
  type Estimate,
  type PulseAnalysis,
} from '@smartscan/signal';
import type { Compared } from './summary.ts';

/** An index of SDNN and RMSSD, which refuse it together; a score needs no standard error. */
const indexOf = ({ sdnn, rmssd }: PulseAnalysis, index: (sdnn: number, rmssd: number) => number): Estimate => {
  if (sdnn.value === null) return sdnn;
  return rmssd.value === null ? rmssd : { ...sdnn, value: index(sdnn.value, rmssd.value) };
};

/** What formulas make of the intervals, beside what they make of the intervals of a chest strap, ms. */
export const derivedOf = (analysis: PulseAnalysis, trueIntervalsMs: Float64Array): Record<string, Compared> => {
  const sdnn = standardDeviation(trueIntervalsMs);
  const rmssd = rootMeanSquare(successiveDifferences(trueIntervalsMs));
  let seconds = 0;
  const atSeconds = trueIntervalsMs.map((interval) => (seconds += interval / 1000));
  const { low, high } = bandPowersOf({ atSeconds, ms: trueIntervalsMs }, 0);
  const normal = trueIntervalsMs.filter((_, i) => isNearLocal(trueIntervalsMs, i));
  const ratio = lowOverHighOf(analysis);
  const balance = ratio.value === null ? ratio : { ...ratio, value: (100 * ratio.value) / (1 + ratio.value) };
  return {
    hrv_lf_hf: { estimate: ratio, truth: low / high },
    autonomic_balance: { estimate: balance, truth: (100 * low) / (low + high) },
    pulse_regularity: {
      estimate: pulseRegularityOf(analysis),
      truth: (100 * normal.length) / trueIntervalsMs.length,
    },
    stress_index: {
      estimate: indexOf(analysis, (known) => stressIndex(analysis.cleanIntervalsMs, known)),
      truth: stressIndex(trueIntervalsMs, sdnn),
    },
    sympathetic_index: { estimate: indexOf(analysis, sympatheticIndex), truth: sympatheticIndex(sdnn, rmssd) },
    parasympathetic_index: { estimate: indexOf(analysis, vagalIndex), truth: vagalIndex(sdnn, rmssd) },
  };
};
