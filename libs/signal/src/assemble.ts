import type { MethodReading, PatchReading, PulseAnalysis, PulseReason } from './analysis.ts';
import { BEAT_RATE_HZ, type Grid } from './clock.ts';
import { estimatesOf, refused } from './estimates.ts';
import { where } from './intervals.ts';
import { beatTimes, type Reading } from './reading.ts';

/** What is known of a trace before and beside its beats. */
export interface Frame {
  readonly mode: PulseAnalysis['mode'];
  readonly grid: Grid | null;
  readonly framesUsed: number;
  readonly coverage: number;
  readonly snrDecibels: number;
  readonly methods: readonly MethodReading[];
  readonly patches: readonly PatchReading[];
  readonly reasons: readonly PulseReason[];
}

/** The analysis of a trace that holds no pulse to read: every estimate refused. */
export const withoutBeats = (frame: Frame): PulseAnalysis => {
  const none = refused(frame.reasons);
  return {
    mode: frame.mode,
    durationSeconds: frame.grid?.durationSeconds ?? 0,
    framesPerSecond: frame.grid?.framesPerSecond ?? 0,
    framesUsed: frame.framesUsed,
    coverage: frame.coverage,
    snrDecibels: frame.snrDecibels,
    methods: frame.methods,
    patches: frame.patches,
    heartRate: none,
    sdnn: none,
    rmssd: none,
    pnn50: none,
    respiratoryRate: none,
    cleanShare: 0,
    cleanSeconds: 0,
    beatTimesSeconds: new Float64Array(),
    cleanIntervalsMs: new Float64Array(),
    cleanTimesSeconds: new Float64Array(),
    soundIntervals: 0,
    waveform: new Float64Array(),
    waveformRateHz: BEAT_RATE_HZ,
  };
};

const unitVariance = (wave: Float64Array): Float64Array => {
  let squares = 0;
  for (const value of wave) squares += value * value;
  const scale = squares > 0 ? Math.sqrt(wave.length / squares) : 0;
  return wave.map((value) => value * scale);
};

/** The analysis of a trace whose beats were read. */
export const withBeats = (
  frame: Frame & { readonly grid: Grid },
  reading: Reading,
  band: { readonly rateHz: number; readonly harmonics: number },
): PulseAnalysis => ({
  ...withoutBeats(frame),
  ...estimatesOf(reading, {
    mode: frame.mode,
    durationSeconds: frame.grid.durationSeconds,
    framesPerSecond: frame.grid.framesPerSecond,
    reasons: frame.reasons,
    ...band,
  }),
  cleanShare: reading.cleanShare,
  cleanSeconds: reading.cleanSeconds,
  beatTimesSeconds: beatTimes(reading, frame.grid.startSeconds),
  cleanIntervalsMs: where(reading.intervals.ms, reading.intervals.clean),
  cleanTimesSeconds: where(beatTimes(reading, frame.grid.startSeconds).subarray(1), reading.intervals.clean),
  soundIntervals: where(reading.intervals.ms, reading.intervals.sound).length,
  waveform: unitVariance(reading.fine.wave),
});
