import type { PatchReading, PulseAnalysis, PulseMethod } from '@smartscan/signal';
import { meanOf } from '../pulse/folders.ts';
import type { Face } from './faces.ts';
import { meanError, percent, table } from './table.ts';

/** The rate that a pipeline with fewer parts would give; null where it gives none. */
type Reader = (face: Face) => number | null;

const byMethod =
  (of: (face: Face) => PulseAnalysis, method: PulseMethod): Reader =>
  (face) =>
    of(face).methods.find((reading) => reading.method === method)?.ratePerMinute ?? null;

const strongest = (patches: readonly PatchReading[]): PatchReading | undefined =>
  [...patches].sort((a, b) => b.snrDecibels - a.snrDecibels)[0];

const middleRate = (patches: readonly PatchReading[]): number | null =>
  patches.map(({ ratePerMinute }) => ratePerMinute).sort((a, b) => a - b)[patches.length >> 1] ?? null;

/** 60 / mean interval, over those that passed the filter or over all. */
const fromClean: Reader = ({ analysis: { cleanIntervalsMs } }) =>
  cleanIntervalsMs.length === 0 ? null : 60_000 / meanOf(cleanIntervalsMs);
const fromAll: Reader = ({ analysis: { beatTimesSeconds: beats } }) =>
  beats.length < 2 ? null : (60 * (beats.length - 1)) / (beats[beats.length - 1]! - beats[0]!);

const METHODS = ['GREEN', 'CHROM', 'POS', 'PBV'] as const;
const OTHERS = ['LGI', 'OMIT'] as const;

const READERS: readonly (readonly [string, Reader])[] = [
  ...METHODS.map(
    (method) => [`one region over the face, ${method}`, byMethod((face) => face.averaged, method)] as const,
  ),
  ...OTHERS.map(
    (method) => [`one region over the face, ${method}`, ({ others }: Face) => others[method].whole] as const,
  ),
  ['patches, the median of their rates', ({ analysis }) => middleRate(analysis.patches)],
  ['patches, the strongest alone', ({ analysis }) => strongest(analysis.patches)?.ratePerMinute ?? null],
  ...METHODS.map(
    (method) => [`patches fused by their noise, ${method}`, byMethod((face) => face.analysis, method)] as const,
  ),
  ...OTHERS.map(
    (method) => [`patches fused by their noise, ${method}`, ({ others }: Face) => others[method].patches] as const,
  ),
  ['the method that is confirmed, all its beats', fromAll],
  ['the method that is confirmed, clean beats', fromClean],
  ['the whole, with its gates', ({ analysis }) => analysis.heartRate.value],
];

export const ratesTable = (faces: readonly Face[]): string[] => {
  const beating = faces.flatMap((face) => (face.truth === null ? [] : [{ face, truth: face.truth.heartRate }]));
  const constant = meanOf(beating.map(({ truth }) => truth));
  const rows = [['a constant, the mean of the truth', () => constant] as const, ...READERS].map(([name, read]) => {
    const errors = beating.flatMap(({ face, truth }) => {
      const rate = read(face);
      return rate === null ? [] : [Math.abs(rate - truth)];
    });
    const beyond = errors.filter((error) => error > 5).length;
    return [name, percent(errors.length, beating.length), meanError(errors), percent(beyond, errors.length)];
  });
  return [
    `## Heart rate: ${beating.length} synthesized faces of 30 s, weak pulses and swaying heads among them`,
    '',
    ...table(['pipeline', 'emitted', 'mean error, per minute', 'beyond 5 among emitted'], rows),
  ];
};
