/** How good probabilities are, and what a rule lets out. Pure. */
import { meanOf } from '../pulse/folders.ts';

/** Something that may come out, and whether it would be right. */
export interface Outcome {
  readonly right: boolean;
  /** Off by so much, per minute; null where there is nothing to be off from. */
  readonly error: number | null;
}

/** What a rule lets out of a set. */
export interface Emission {
  readonly emitted: number;
  readonly wrong: number;
  /** Over those emitted that have a truth; NaN without any. */
  readonly meanError: number;
}

export const emissionOf = (emitted: readonly Outcome[]): Emission => ({
  emitted: emitted.length,
  wrong: emitted.filter(({ right }) => !right).length,
  meanError: meanOf(emitted.flatMap(({ error }) => (error === null ? [] : [error]))),
});

/** Upper end of the 95 % interval of a share (Wilson 1927). */
export const upperShare = (part: number, whole: number): number => {
  if (whole === 0) return 1;
  const z = 1.96;
  const [share, extra] = [part / whole, (z * z) / whole];
  return (share + extra / 2 + z * Math.sqrt((share * (1 - share) + extra / 4) / whole)) / (1 + extra);
};

/** The strongest first; among equals the earlier one. */
export const strongest = <T>(all: readonly T[], strength: (one: T) => number): T[] =>
  all
    .map((one) => ({ one, at: strength(one) }))
    .sort((a, b) => b.at - a.at)
    .map(({ one }) => one);

/** The longest run of the strongest in which no more than this share is wrong. */
export const longestAt = <T extends Outcome>(ordered: readonly T[], wrongShare: number): readonly T[] => {
  let [wrong, longest] = [0, 0];
  ordered.forEach(({ right }, i) => {
    if (!right) wrong++;
    if (wrong <= wrongShare * (i + 1)) longest = i + 1;
  });
  return ordered.slice(0, longest);
};

/** A probability that was given, and what came true. */
export interface Forecast {
  readonly probability: number;
  readonly right: boolean;
}

export interface Bin {
  readonly from: number;
  readonly count: number;
  readonly meanProbability: number;
  readonly rightShare: number;
}

const BINS = 10;

/** The reliability diagram: ten bins of equal width, empty ones left out. */
export const reliabilityOf = (forecasts: readonly Forecast[]): Bin[] =>
  Array.from({ length: BINS }, (_, bin) => {
    const inside = forecasts.filter(({ probability }) => Math.min(BINS - 1, Math.floor(BINS * probability)) === bin);
    return {
      from: bin / BINS,
      count: inside.length,
      meanProbability: meanOf(inside.map(({ probability }) => probability)),
      rightShare: meanOf(inside.map(({ right }) => (right ? 1 : 0))),
    };
  }).filter(({ count }) => count > 0);

/** Expected calibration error: how far probabilities are from what comes true, over the bins by their counts. */
export const calibrationErrorOf = (forecasts: readonly Forecast[]): number =>
  reliabilityOf(forecasts).reduce(
    (sum, { count, meanProbability, rightShare }) =>
      sum + (count / forecasts.length) * Math.abs(meanProbability - rightShare),
    0,
  );

/** Brier 1950: mean square of what a probability misses by. */
export const brierOf = (forecasts: readonly Forecast[]): number =>
  meanOf(forecasts.map(({ probability, right }) => (probability - (right ? 1 : 0)) ** 2));

/** Area under the ROC curve: how often what is right has the higher probability; ties count half. NaN where all are alike. */
export const areaOf = (forecasts: readonly Forecast[]): number => {
  const ordered = [...forecasts].sort((a, b) => a.probability - b.probability);
  const right = ordered.filter((forecast) => forecast.right).length;
  let [sum, at] = [0, 0];
  while (at < ordered.length) {
    let end = at;
    while (end < ordered.length && ordered[end]!.probability === ordered[at]!.probability) end++;
    // Ranks at + 1 … end, shared by all of them.
    for (let i = at; i < end; i++) if (ordered[i]!.right) sum += (at + 1 + end) / 2;
    at = end;
  }
  return (sum - (right * (right + 1)) / 2) / (right * (ordered.length - right));
};
