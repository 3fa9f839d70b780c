import type { FingerTrace, PulseAnalysis, PulseReason } from './analysis.ts';
import { withBeats, withoutBeats, type Frame } from './assemble.ts';
import { fineTrace, transformPair, type Transform } from './band.ts';
import { GRID_RATE_HZ, gridOf, ontoGrid, type Grid } from './clock.ts';
import { allowance, frameReasons, halfRateSuspected, LEAST_FACE_DECIBELS } from './gates.ts';
import { read, readFace, type Reading } from './reading.ts';
import { decibels, powerOf, pulsePeak, spectraOf, splitAt, waveformDecibels, type Power } from './spectrum.ts';
import { withoutTrend } from './trend.ts';

/**
 * Top of the pass band in multiples of the rate. A fingertip's wave is clean up to the third harmonic; of 2.2, 3, 4 and
 * 5 this gave the least error of RMSSD on 14 recordings.
 */
const HARMONICS = 3;

/** Drift slower than this window is taken off before the rate is looked for: a beat at 30 bpm. */
const TREND_SAMPLES = 2 * GRID_RATE_HZ;

/**
 * Weakest signal of a fingertip, dB. Its ratio is lower than its quality, for a lively heart smears its own peak: the
 * weakest of 14 good recordings has -2.2.
 */
const LEAST_FINGER_DECIBELS = -3;

interface Candidate {
  readonly reading: Reading;
  readonly rateHz: number;
  readonly harmonics: number;
  readonly snrDecibels: number;
  readonly coverage: number;
  readonly power: Power;
}

/** A swing below this share of the level is rounding of numbers, not light. */
const ROUNDING = 1e-9;

const isFlat = (values: Float64Array): boolean => {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return !(most - least > ROUNDING * Math.max(Math.abs(most), Math.abs(least)));
};

/** A pulse wave rises faster than it falls: the slope's third moment tells which way is up. */
const upright = (transform: Transform, rateHz: number): Transform => {
  const { slope } = fineTrace(transform, { low: 0.5 * rateHz, high: HARMONICS * rateHz });
  let third = 0;
  for (const value of slope) third += value ** 3;
  return third >= 0
    ? transform
    : { ...transform, re: transform.re.map((value) => -value), im: transform.im.map((value) => -value) };
};

interface Style {
  readonly mode: PulseAnalysis['mode'];
  /** -1 where the trace is light (it falls as blood comes), 1 for a wave of unknown direction. */
  readonly sign: 1 | -1;
}

const readIn = (
  mode: Style['mode'],
  transform: Transform,
  rateHz: number,
  covered: Uint8Array,
): Pick<Candidate, 'reading' | 'harmonics'> =>
  mode === 'face'
    ? readFace(transform, rateHz, covered)
    : { reading: read(transform, { rateHz, covered, harmonics: HARMONICS, unevenCounts: true }), harmonics: HARMONICS };

const candidateOf = (trace: FingerTrace, channel: Float64Array, grid: Grid, style: Style): Candidate | null => {
  const gridded = ontoGrid(trace.timesSeconds, channel, grid);
  if (gridded === null || isFlat(gridded.values)) return null;
  const blood = gridded.values.map((value) => style.sign * value);
  const steady = withoutTrend(blood, TREND_SAMPLES);
  const power = powerOf(spectraOf([steady])[0]!);
  const rateHz = pulsePeak(power);
  if (!(rateHz > 0)) return null;
  const [transform] = transformPair(blood, blood);
  const turned = style.sign === 1 ? upright(transform, rateHz) : transform;
  return {
    ...readIn(style.mode, turned, rateHz, gridded.covered),
    rateHz,
    snrDecibels: waveformDecibels(steady),
    coverage: gridded.coverage,
    power,
  };
};

const readableFrames = (channel: Float64Array | undefined): number =>
  channel?.reduce((sum, value) => sum + (Number.isFinite(value) ? 1 : 0), 0) ?? 0;

const reasonsOf = (candidate: Candidate, grid: Grid, style: Style): PulseReason[] => {
  const reasons = frameReasons(grid, candidate.coverage);
  const face = style.mode === 'face';
  const least = (face ? LEAST_FACE_DECIBELS : LEAST_FINGER_DECIBELS) + allowance(grid.durationSeconds);
  if (!(candidate.snrDecibels >= least)) reasons.push('low_snr');
  if (face && halfRateSuspected(candidate.power, candidate.rateHz)) reasons.push('half_rate_suspected');
  return reasons;
};

const analyseSingle = (trace: FingerTrace, style: Style): PulseAnalysis => {
  const grid = gridOf(trace.timesSeconds);
  const candidates = grid === null ? [] : trace.channels.map((channel) => candidateOf(trace, channel, grid, style));
  // The channel whose beats look most alike; a strong but rough channel has the better spectrum and the worse beats.
  const best = candidates
    .filter((candidate) => candidate !== null)
    .sort((a, b) => b.reading.cleanShare - a.reading.cleanShare)[0];
  const frame: Frame = {
    mode: style.mode,
    grid,
    framesUsed: Math.max(0, ...trace.channels.map(readableFrames)),
    coverage: best?.coverage ?? 0,
    snrDecibels: best?.snrDecibels ?? -Infinity,
    methods: [],
    patches: [],
    reasons: ['no_signal'],
  };
  if (grid === null || best === undefined) return withoutBeats(frame);
  const split = decibels(splitAt(best.power, best.rateHz));
  const methods = [{ method: 'TRACE' as const, ratePerMinute: 60 * best.rateHz, snrDecibels: split }];
  return withBeats({ ...frame, grid, methods, reasons: reasonsOf(best, grid, style) }, best.reading, best);
};

/**
 * The pulse of a fingertip on the lens: light falls as blood comes. Never throws on what a camera delivers; what can't
 * be read is refused with its reason.
 */
export const analyseFinger = (trace: FingerTrace): PulseAnalysis => analyseSingle(trace, { mode: 'finger', sign: -1 });

/**
 * A ready-made pulse waveform, up or down, under the gates of a face as far as one trace allows: signal-to-noise and
 * half rate; there are no methods and regions to agree.
 */
export const analyseWaveform = (timesSeconds: Float64Array, pulse: Float64Array): PulseAnalysis =>
  analyseSingle({ timesSeconds, channels: [pulse] }, { mode: 'face', sign: 1 });

/**
 * A contact sensor's waveform, up or down, under the gates of a fingertip: the reference that a camera is compared with.
 */
export const analyseContact = (timesSeconds: Float64Array, pulse: Float64Array): PulseAnalysis =>
  analyseSingle({ timesSeconds, channels: [pulse] }, { mode: 'finger', sign: 1 });
