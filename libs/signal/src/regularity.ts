import type { Estimate, PulseAnalysis } from './analysis.ts';

/**
 * Share of the intervals between beats beyond doubt that are normal-to-normal, percent: within 15 % of the median of the five
 * around them (the ratio NN/RR of Goldberger et al., Circulation 2000;101:e215). 100 for a pulse without early, late or
 * dropped beats. An irregular pulse lowers it whatever the cause; it names none.
 *
 * Refused where the heart rate is. The standard error is binomial, with half a beat added to either side (Agresti and Coull,
 * Am Stat 1998;52:119, who add two), so that 30 regular beats are no proof of the 31st.
 */
export const pulseRegularityOf = ({ heartRate, soundIntervals, cleanIntervalsMs }: PulseAnalysis): Estimate => {
  if (heartRate.value === null) return heartRate;
  if (soundIntervals === 0) return { value: null, standardError: null, reasons: ['too_few_clean_beats'] };
  const share = cleanIntervalsMs.length / soundIntervals;
  const shrunk = (cleanIntervalsMs.length + 0.5) / (soundIntervals + 1);
  return {
    value: 100 * share,
    standardError: 100 * Math.sqrt((shrunk * (1 - shrunk)) / (soundIntervals + 1)),
    reasons: [],
  };
};
