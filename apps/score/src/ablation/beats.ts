import { rootMeanSquare, standardDeviation, successiveDifferences, type PulseAnalysis } from '@smartscan/signal';
import { readFingerRr } from '../pulse/finger-rr.ts';
import { meanOf, walk } from '../pulse/folders.ts';
import type { Face } from './faces.ts';
import { meanError, table } from './table.ts';

/** An analysis whose variability passed the gates, and the truth. */
interface Known {
  readonly analysis: PulseAnalysis;
  readonly sdnn: number;
  readonly rmssd: number;
}

const hasVariability = ({ analysis }: Known): boolean => analysis.sdnn.value !== null && analysis.rmssd.value !== null;

export const synthesizedBeats = (faces: readonly Face[]): Known[] =>
  faces.flatMap(({ analysis, truth }) => (truth === null ? [] : [{ analysis, sdnn: truth.sdnn, rmssd: truth.rmssd }]));

export const recordedBeats = (root: string): Known[] =>
  [...walk(root)]
    .flatMap((folder) => [...readFingerRr(folder)])
    .flatMap((scored) => {
      if ('problem' in scored) return [];
      const { hrv_sdnn: sdnn, hrv_rmssd: rmssd } = scored.markers;
      return [{ analysis: scored.analysis, sdnn: sdnn?.truth ?? NaN, rmssd: rmssd?.truth ?? NaN }];
    });

const allIntervals = ({ beatTimesSeconds }: PulseAnalysis): Float64Array =>
  successiveDifferences(beatTimesSeconds).map((seconds) => 1000 * seconds);

type Pair = readonly [sdnn: number, rmssd: number];

const rawOf = (intervals: Float64Array): Pair => [
  standardDeviation(intervals),
  rootMeanSquare(successiveDifferences(intervals)),
];

const READERS: readonly (readonly [string, (analysis: PulseAnalysis) => Pair])[] = [
  ['all beats', (analysis) => rawOf(allIntervals(analysis))],
  ['intervals that pass the filter', (analysis) => rawOf(analysis.cleanIntervalsMs)],
  ['and the floor of the timing noise taken off', ({ sdnn, rmssd }) => [sdnn.value!, rmssd.value!]],
];

export const beatsTable = (set: string, all: readonly Known[]): string[] => {
  const known = all.filter(hasVariability);
  const constant: Pair = [meanOf(known.map(({ sdnn }) => sdnn)), meanOf(known.map(({ rmssd }) => rmssd))];
  const rows = [['a constant, the mean of the truth', () => constant] as const, ...READERS].map(([name, read]) => {
    const errors = known.map(({ analysis, sdnn, rmssd }) => {
      const [first, second] = read(analysis);
      return [Math.abs(first - sdnn), Math.abs(second - rmssd)] as const;
    });
    return [name, meanError(errors.map(([first]) => first)), meanError(errors.map(([, second]) => second))];
  });
  return [
    `## Variability: ${set}, the ${known.length} of ${all.length} whose SDNN and RMSSD pass the gates`,
    '',
    ...table(['intervals', 'mean error of SDNN, ms', 'of RMSSD, ms'], rows),
  ];
};
