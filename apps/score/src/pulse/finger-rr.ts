/**
 * finger-rr: a folder with
 *   PPG.csv   time,R,G,B: capture time of a frame in ms (uneven), mean of each colour
 *   RR.txt    intervals of an ECG chest strap over the same measurement, ms, separated by blanks
 * The truth are mean rate, SDNN and RMSSD of the intervals as they stand, and what formulas make of them. They cover the
 * measurement, so nothing is to be aligned; the whole recording is one window.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  analyseFinger,
  rootMeanSquare,
  shareBeyond50,
  standardDeviation,
  successiveDifferences,
} from '@smartscan/signal';
import { derivedOf } from './derived.ts';
import { column, meanOf, readCsv, type Folder } from './folders.ts';
import { problemOf, type Scored } from './summary.ts';

const score = (folder: Folder): Scored => {
  const csv = readCsv(join(folder.path, 'PPG.csv'));
  const intervals = readFileSync(join(folder.path, 'RR.txt'), 'utf8').trim().split(/\s+/).map(Number);
  if (intervals.length < 3 || !intervals.every((interval) => interval > 0))
    throw new Error('RR.txt holds no intervals');
  const differences = successiveDifferences(intervals);
  const analysis = analyseFinger({
    timesSeconds: column(csv, 0).map((ms) => ms / 1000),
    channels: [column(csv, 1), column(csv, 2), column(csv, 3)],
  });
  return {
    recording: folder.name,
    format: 'finger-rr',
    startSeconds: 0,
    analysis,
    markers: {
      heart_rate: { estimate: analysis.heartRate, truth: 60_000 / meanOf(intervals) },
      hrv_sdnn: { estimate: analysis.sdnn, truth: standardDeviation(intervals) },
      hrv_rmssd: { estimate: analysis.rmssd, truth: rootMeanSquare(differences) },
      hrv_pnn50: { estimate: analysis.pnn50, truth: shareBeyond50(differences) },
      ...derivedOf(analysis, Float64Array.from(intervals)),
    },
  };
};

export function* readFingerRr(folder: Folder): Iterable<Scored> {
  if (!folder.files.includes('PPG.csv') || !folder.files.includes('RR.txt')) return;
  try {
    yield score(folder);
  } catch (error) {
    yield problemOf(folder.name, 'finger-rr', error);
  }
}
