/**
 * finger-oximetry: a folder with
 *   left/ID.csv, right/ID.csv   R,G,B: mean of each colour, a row per frame, 30 frames a second, no times
 *   reference/ID.csv            a row a second; cells 7-11 are the pulse of five oximeters (0: not worn). The header names
 *                               fewer columns than rows have cells, and the tail is shifted against it: the last nine
 *                               non-empty cells are ECG HR, FiO2, EtCO2 %, EtCO2 mmHg, RR by CO2, RR by ECG, inspired and
 *                               expired volume, rig FiO2.
 * The recordings of camera and reference start together, but a monitor shows means over the seconds past: each series runs
 * late by a delay of its own. One delay a marker for the whole set, that of the least error, is taken off and reported;
 * so is the error without it.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { analyseFinger, type Estimate, type PulseAnalysis } from '@smartscan/signal';
import { column, meanOf, readCsv, type Folder } from './folders.ts';
import { problemOf, type Scored } from './summary.ts';

const FRAMES_PER_SECOND = 30;

/** Delays tried, seconds: pulse displays average up to 16 s, a capnograph over the last few breaths. */
const LONGEST_DELAY_SECONDS = 30;

/** A window's truth needs this share of its seconds. */
const LEAST_REFERENCE_SHARE = 0.8;

type Series = 'heart_rate' | 'heart_rate_oximeter' | 'respiratory_rate';
const SERIES: readonly Series[] = ['heart_rate', 'heart_rate_oximeter', 'respiratory_rate'];

/** What a display can show, per minute; 0 and blanks mean that nothing was worn. */
const PLAUSIBLE: Readonly<Record<Series, readonly [number, number]>> = {
  heart_rate: [25, 230],
  heart_rate_oximeter: [25, 230],
  respiratory_rate: [3, 60],
};

type Reference = Readonly<Record<Series, Float64Array>>;

interface Window {
  readonly recording: string;
  readonly startSeconds: number;
  readonly analysis: PulseAnalysis;
  readonly reference: Reference;
}

const medianWorn = (cells: readonly string[]): number => {
  const worn = cells
    .map(Number)
    .filter((value) => value > 0)
    .sort((a, b) => a - b);
  return worn[worn.length >> 1] ?? NaN;
};

const referenceOf = (path: string): Reference => {
  const { rows } = readCsv(path);
  const tail = rows.map((row) =>
    row
      .filter((cell) => cell !== '')
      .slice(-9)
      .map(Number),
  );
  return {
    heart_rate: Float64Array.from(tail, (cells) => cells[0] ?? NaN),
    heart_rate_oximeter: Float64Array.from(rows, (row) => medianWorn(row.slice(6, 11))),
    respiratory_rate: Float64Array.from(tail, (cells) => cells[4] ?? NaN),
  };
};

const estimateOf = (analysis: PulseAnalysis, series: Series): Estimate =>
  series === 'respiratory_rate' ? analysis.respiratoryRate : analysis.heartRate;

/** Mean of the reference over a window that is moved by a delay; null where too little of it is known. */
const truthOf = (window: Window, series: Series, delay: number, windowSeconds: number): number | null => {
  const [least, most] = PLAUSIBLE[series];
  const from = Math.round(window.startSeconds + delay);
  const seconds = window.reference[series].slice(from, Math.round(from + windowSeconds));
  const known = seconds.filter((value) => value >= least && value <= most);
  return known.length < LEAST_REFERENCE_SHARE * windowSeconds ? null : meanOf(known);
};

/** The delay of the least mean error over the set, among the windows that every delay has a truth for. */
const delayOf = (windows: readonly Window[], series: Series, windowSeconds: number): number => {
  const usable = windows.filter(
    (window) =>
      estimateOf(window.analysis, series).value !== null &&
      truthOf(window, series, 0, windowSeconds) !== null &&
      truthOf(window, series, LONGEST_DELAY_SECONDS, windowSeconds) !== null,
  );
  let best = 0;
  let least = Infinity;
  for (let delay = 0; delay <= LONGEST_DELAY_SECONDS; delay++) {
    const error = meanOf(
      usable.map((window) =>
        Math.abs(estimateOf(window.analysis, series).value! - (truthOf(window, series, delay, windowSeconds) ?? NaN)),
      ),
    );
    if (error < least) {
      best = delay;
      least = error;
    }
  }
  return best;
};

const windowsOf = (folder: Folder, hand: string, id: string, windowSeconds: number): Window[] => {
  const reference = referenceOf(join(folder.path, 'reference', id));
  const csv = readCsv(join(folder.path, hand, id));
  const channels = [0, 1, 2].map((index) => column(csv, index));
  const length = Math.round(windowSeconds * FRAMES_PER_SECOND);
  const timesSeconds = Float64Array.from({ length }, (_, i) => i / FRAMES_PER_SECOND);
  return Array.from({ length: Math.floor(csv.rows.length / length) }, (_, k) => ({
    recording: join(folder.name, hand, id.replace(/\.csv$/, '')),
    startSeconds: k * windowSeconds,
    analysis: analyseFinger({
      timesSeconds,
      channels: channels.map((channel) => channel.subarray(k * length, (k + 1) * length)),
    }),
    reference,
  }));
};

/** The CSVs of a hand that have a reference of the same name. */
const pairsOf = (folder: Folder): { readonly hand: string; readonly id: string }[] => {
  const known = namesIn(folder, 'reference');
  return folder.folders
    .filter((hand) => hand !== 'reference')
    .flatMap((hand) => namesIn(folder, hand).map((id) => ({ hand, id })))
    .filter(({ id }) => known.includes(id));
};

const namesIn = (folder: Folder, name: string): string[] =>
  readdirSync(join(folder.path, name))
    .filter((file) => file.endsWith('.csv'))
    .sort();

export function* readFingerOximetry(folder: Folder, windowSeconds: number): Iterable<Scored> {
  if (!folder.folders.includes('reference')) return;
  const windows: Window[] = [];
  for (const { hand, id } of pairsOf(folder)) {
    try {
      windows.push(...windowsOf(folder, hand, id, windowSeconds));
    } catch (error) {
      yield problemOf(join(folder.name, hand, id), 'finger-oximetry', error);
    }
  }
  const delays = new Map(SERIES.map((series) => [series, delayOf(windows, series, windowSeconds)]));
  for (const window of windows) {
    const markers = SERIES.map((series) => {
      const delaySeconds = delays.get(series)!;
      const truth = truthOf(window, series, delaySeconds, windowSeconds);
      const truthUndelayed = truthOf(window, series, 0, windowSeconds);
      return [series, { estimate: estimateOf(window.analysis, series), truth, truthUndelayed, delaySeconds }] as const;
    });
    const { recording, startSeconds, analysis } = window;
    yield { recording, format: 'finger-oximetry', startSeconds, analysis, markers: Object.fromEntries(markers) };
  }
}
