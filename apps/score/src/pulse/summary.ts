import type { Estimate, PulseAnalysis } from '@smartscan/signal';
import { meanOf } from './folders.ts';

/** A marker of a window: what was emitted and what is true. */
export interface Compared {
  readonly estimate: Estimate;
  /** Null where the reference has none. */
  readonly truth: number | null;
  /** Seconds by which the reference's display ran late and was moved, and the truth as it stands without. */
  readonly delaySeconds?: number;
  readonly truthUndelayed?: number | null;
}

export type Format = 'finger-rr' | 'finger-oximetry' | 'waveform';

/** A scored recording or window, or a file that could not be read. */
export type Scored =
  | {
      readonly recording: string;
      readonly format: Format;
      readonly startSeconds: number;
      readonly analysis: PulseAnalysis;
      readonly markers: Readonly<Record<string, Compared>>;
    }
  | { readonly recording: string; readonly format: Format; readonly problem: string };

const rounded = (value: number | null, digits = 2): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toFixed(digits));

const errorOf = ({ estimate, truth }: Compared): number | null =>
  estimate.value === null || truth === null ? null : estimate.value - truth;

/** The line that is printed for one scored recording or window. */
export const lineOf = (scored: Scored): Record<string, unknown> => {
  if ('problem' in scored) return { ...scored };
  const { analysis } = scored;
  const markers = Object.entries(scored.markers).map(([name, compared]) => [
    name,
    {
      value: rounded(compared.estimate.value),
      truth: rounded(compared.truth),
      error: rounded(errorOf(compared)),
      reasons: compared.estimate.reasons,
    },
  ]);
  return {
    recording: scored.recording,
    format: scored.format,
    startSeconds: scored.startSeconds,
    seconds: rounded(analysis.durationSeconds, 1),
    markers: Object.fromEntries(markers) as Record<string, unknown>,
    snrDecibels: rounded(analysis.snrDecibels, 1),
    cleanShare: rounded(analysis.cleanShare),
  };
};

/** Mean errors of one marker over a set. */
const scoreOf = (compared: readonly Compared[]): Record<string, number | null> => {
  const known = compared.filter(({ truth }) => truth !== null);
  const truths = known.map(({ truth }) => truth!);
  const kept = known.filter(({ estimate }) => estimate.value !== null);
  const constant = meanOf(truths);
  const offConstant = (set: readonly Compared[]): number => meanOf(set.map(({ truth }) => Math.abs(truth! - constant)));
  const delay = known.find(({ delaySeconds }) => delaySeconds !== undefined)?.delaySeconds;
  const undelayed = kept.map(({ estimate, truthUndelayed }) => Math.abs(estimate.value! - (truthUndelayed ?? NaN)));
  return {
    windows: known.length,
    kept: rounded(kept.length / known.length, 3),
    meanAbsoluteError: rounded(meanOf(kept.map((one) => Math.abs(errorOf(one)!)))),
    constant: rounded(constant),
    constantError: rounded(offConstant(known)),
    constantErrorKept: rounded(offConstant(kept)),
    ...(delay === undefined
      ? {}
      : { delaySeconds: delay, undelayedError: rounded(meanOf(undelayed.filter((error) => !Number.isNaN(error)))) }),
  };
};

/** Per format and marker: the mean error beside that of the constant, and the share kept. */
export const summaryOf = (scored: readonly Scored[]): Record<string, Record<string, unknown>> => {
  const sets = new Map<string, Map<string, Compared[]>>();
  for (const one of scored) {
    if ('problem' in one) continue;
    const set = sets.get(one.format) ?? new Map<string, Compared[]>();
    sets.set(one.format, set);
    for (const [name, compared] of Object.entries(one.markers)) set.set(name, [...(set.get(name) ?? []), compared]);
  }
  return Object.fromEntries(
    [...sets].map(([format, set]) => [
      format,
      Object.fromEntries([...set].map(([name, compared]) => [name, scoreOf(compared)])),
    ]),
  );
};

/** What a reader's failure is called in the report: its own message, never a stack. */
export const problemOf = (recording: string, format: Format, error: unknown): Scored => ({
  recording,
  format,
  problem: error instanceof Error ? error.message : 'unreadable',
});
