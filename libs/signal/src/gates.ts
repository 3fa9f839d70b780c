import type { MethodReading, PulseReason } from './analysis.ts';
import type { Grid } from './clock.ts';
import { doubleOver, FASTEST_HZ, type Power } from './spectrum.ts';

/** The fused signal must be at least as strong as its noise: kept 78 % of real face windows, none without a pulse. */
export const LEAST_FACE_DECIBELS = 0;

/**
 * Below 25 s the bars rise: flat noise then shows one chance peak of few, and its share of the band grows as the duration
 * shrinks. 4 dB at 10 s.
 */
const FULL_SECONDS = 25;

export const allowance = (durationSeconds: number): number =>
  Math.max(0, 10 * Math.log10(FULL_SECONDS / durationSeconds));

/** Methods and regions agree within 3 per minute. */
export const AGREEMENT_PER_MINUTE = 3;

/** A method that agrees must see something itself: flat noise gives -5 dB and less over 30 s. */
const LEAST_METHOD_DECIBELS = -3;

/** More power than this at twice the rate, relative to the rate: on faces the rate is then half the true one. */
const HALF_RATE_POWER = 0.2;

/** Below this a pulse of 180 bpm has fewer than four frames a beat. */
const LEAST_FRAMES_PER_SECOND = 12;

/** Less of the duration covered than this, and the bridges outweigh the trace. */
const LEAST_COVERAGE = 0.7;

/** What speaks against reading anything off these frames. */
export const frameReasons = (grid: Grid, coverage: number): PulseReason[] => {
  const reasons: PulseReason[] = [];
  if (grid.framesPerSecond < LEAST_FRAMES_PER_SECOND) reasons.push('low_frame_rate');
  if (coverage < LEAST_COVERAGE) reasons.push('too_many_gaps');
  return reasons;
};

/** Whether the rate may be half the true one; only where the double is still a pulse rate. */
export const halfRateSuspected = (power: Power, rateHz: number): boolean =>
  2 * rateHz <= FASTEST_HZ && doubleOver(power, rateHz) > HALF_RATE_POWER;

/** The methods that agree with another one, best first; empty where no two do. */
export const agreeingMethods = (
  methods: readonly MethodReading[],
  durationSeconds: number,
): readonly MethodReading[] => {
  const least = LEAST_METHOD_DECIBELS + allowance(durationSeconds);
  const able = methods.filter((method) => method.snrDecibels >= least);
  return able
    .filter((method) =>
      able.some(
        (other) => other !== method && Math.abs(other.ratePerMinute - method.ratePerMinute) <= AGREEMENT_PER_MINUTE,
      ),
    )
    .sort((a, b) => b.snrDecibels - a.snrDecibels);
};

/** Whether at least two regions, and a third of them, show the rate. Rates per minute. */
export const regionsAgree = (rates: readonly number[], ratePerMinute: number): boolean => {
  const agreeing = rates.filter((rate) => Math.abs(rate - ratePerMinute) <= AGREEMENT_PER_MINUTE).length;
  return agreeing >= Math.max(2, rates.length / 3);
};
