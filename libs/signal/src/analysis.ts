/**
 * What goes into an analysis of the pulse and what comes out. Everything else in this library is a step between the two.
 */

/** Mean colour of one skin patch, a value per frame. R'G'B' 0-255; NaN where the patch is not visible. */
export interface PatchTrace {
  readonly name: string;
  readonly red: Float64Array;
  readonly green: Float64Array;
  readonly blue: Float64Array;
}

/** How shoulders move, a value per look at them. In face widths, downwards, from where they were first seen. */
export interface ShoulderTrace {
  readonly timesSeconds: Float64Array;
  readonly shift: Float64Array;
  /** How the head moved meanwhile, downwards and to a side. */
  readonly head: { readonly down: Float64Array; readonly aside: Float64Array };
}

export interface FaceTraces {
  /** Presentation times of the frames, ascending, in seconds. Gaps and a variable frame rate are fine. */
  readonly timesSeconds: Float64Array;
  readonly patches: readonly PatchTrace[];
  /** How far the face has moved since the frame before, in face widths. */
  readonly motion?: Float64Array;
  /** Where the face has moved to since the first frame, to the side and down, in face widths. */
  readonly position?: { readonly x: Float64Array; readonly y: Float64Array };
  /** Places beside the face that no blood reaches: they witness what the light does. */
  readonly backdrop?: readonly PatchTrace[];
  /** Where shoulders are in sight: they witness the breath. */
  readonly shoulders?: ShoulderTrace;
}

/** One colour trace of a fingertip on the lens, or any single trace of a pulse. Units are free; brightness scales out. */
export interface FingerTrace {
  readonly timesSeconds: Float64Array;
  /** One to three colour channels (or one ready-made waveform), a value per frame; NaN where there is none. */
  readonly channels: readonly Float64Array[];
}

/** Why an estimate is refused or doubted. Closed: clients switch on it. */
export const PULSE_REASONS = [
  'too_short',
  'low_frame_rate',
  'too_few_patches',
  'too_many_gaps',
  'no_signal',
  'low_snr',
  'methods_disagree',
  'regions_disagree',
  'half_rate_suspected',
  'beats_and_spectrum_disagree',
  'too_much_motion',
  'light_flickers',
  'too_few_clean_beats',
  'modulations_disagree',
  'weak_modulation',
  'noise_exceeds_variability',
] as const;
export type PulseReason = (typeof PULSE_REASONS)[number];

/** A value, or the reasons why there is none. `value` is null exactly when `reasons` holds what refused it. */
export interface Estimate {
  readonly value: number | null;
  /** One standard error in the value's own unit, as far as the trace tells; null where the value is. */
  readonly standardError: number | null;
  readonly reasons: readonly PulseReason[];
}

export type PulseMethod = 'PBV' | 'POS' | 'CHROM' | 'GREEN' | 'TRACE';

/** Rate that one method reads off the fused spectrum, per minute, and its signal-to-noise ratio (de Haan) in dB. */
export interface MethodReading {
  readonly method: PulseMethod;
  readonly ratePerMinute: number;
  readonly snrDecibels: number;
}

/** What one skin patch contributed. `weight` is its share of the fused signal, 0-1. */
export interface PatchReading {
  readonly name: string;
  readonly ratePerMinute: number;
  readonly snrDecibels: number;
  readonly weight: number;
}

export interface PulseAnalysis {
  readonly mode: 'face' | 'finger';
  /** From the first frame to the last. */
  readonly durationSeconds: number;
  /** Frames a second as seen: the reciprocal of the median time between frames. */
  readonly framesPerSecond: number;
  readonly framesUsed: number;
  /** Share of the duration that frames cover, 0-1. */
  readonly coverage: number;
  /** Signal-to-noise ratio of the fused signal, dB; -Infinity where there is no signal at all. */
  readonly snrDecibels: number;
  readonly methods: readonly MethodReading[];
  readonly patches: readonly PatchReading[];
  /** Per minute. */
  readonly heartRate: Estimate;
  /** Milliseconds. */
  readonly sdnn: Estimate;
  /** Milliseconds. */
  readonly rmssd: Estimate;
  /** Percent. */
  readonly pnn50: Estimate;
  /** Per minute. */
  readonly respiratoryRate: Estimate;
  /** Share of the intervals between beats that passed the filter, 0-1. */
  readonly cleanShare: number;
  /** Sum of the clean intervals, seconds. */
  readonly cleanSeconds: number;
  /** Seconds on the clock of the input. */
  readonly beatTimesSeconds: Float64Array;
  /** Intervals that passed the filter, ms, in order. */
  readonly cleanIntervalsMs: Float64Array;
  /** When each of them ended, seconds on the clock of the input. */
  readonly cleanTimesSeconds: Float64Array;
  /** How many intervals lie between two beats beyond doubt, even or uneven. */
  readonly soundIntervals: number;
  /** The fused, band-passed pulse, unit variance, on a uniform clock. */
  readonly waveform: Float64Array;
  readonly waveformRateHz: number;
}
