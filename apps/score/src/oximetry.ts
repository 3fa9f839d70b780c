/**
 * Scores oxygen saturation from the colour of the pulse: `npm run -s score:oximetry -- DIR`.
 *
 * DIR is walked for folders of finger-oximetry (pulse/finger-oximetry.ts says how they are laid out); in the reference,
 * cells 2-6 are the saturation that five oximeters show, 0 where none is worn. Windows of 30 s; nobody is scored by
 * figures that were fitted with his own recordings.
 *
 * Prints a JSON line per predictor: {"predictor", "windows", "meanAbsoluteError", "rootMeanSquareError", "bias"}, %:
 *   mean_of_others       the constant: mean of the other people's truth
 *   published_line       100 - 5 · ratio (Scully et al. 2012, IEEE TBME 59:303)
 *   fitted_line          least squares on the other people
 *   first_reading        the truth of the recording's first window, carried forward
 *   calibrated_line      the same, moved along a slope that is fitted within the recordings of the other people
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import { analyseFinger, colourRatio, publishedSaturation } from '@smartscan/signal';
import { column, meanOf, readCsv, walk, type Folder } from './pulse/folders.ts';

const FRAMES_PER_SECOND = 30;
const WINDOW_SECONDS = 30;
/** A window's truth needs this share of its seconds. */
const LEAST_REFERENCE_SHARE = 0.8;
/** What an oximeter can show, %; 0 means that none was worn. */
const PLAUSIBLE = [50, 100] as const;
/** Beyond it a ratio is one over noise. Blood gives 0.4 to 2 (ours). */
const LARGEST_RATIO = 5;

interface Window {
  readonly person: string;
  readonly recording: string;
  readonly ratio: number;
  readonly truth: number;
}

const isShown = (value: number): boolean => value > PLAUSIBLE[0] && value <= PLAUSIBLE[1];

const saturationOf = (path: string): number[] =>
  readCsv(path).rows.map((row) => {
    const worn = row.slice(1, 6).map(Number).filter(isShown);
    worn.sort((one, other) => one - other);
    return worn[worn.length >> 1] ?? NaN;
  });

const ratioOf = (red: Float64Array, green: Float64Array, blue: Float64Array): number | null => {
  const timesSeconds = Float64Array.from(red, (_, i) => i / FRAMES_PER_SECOND);
  const analysis = analyseFinger({ timesSeconds, channels: [red, green, blue] });
  const found = colourRatio({ timesSeconds, patches: [{ name: 'finger', red, green, blue }] }, analysis);
  return found !== null && Math.abs(found.ratio) < LARGEST_RATIO ? found.ratio : null;
};

const windowsOf = (folder: Folder, hand: string, file: string): Window[] => {
  const saturation = saturationOf(join(folder.path, 'reference', file));
  const csv = readCsv(join(folder.path, hand, file));
  const [red, green, blue] = [0, 1, 2].map((index) => column(csv, index)) as [Float64Array, Float64Array, Float64Array];
  const length = WINDOW_SECONDS * FRAMES_PER_SECOND;
  return Array.from({ length: Math.floor(red.length / length) }, (_, k) => {
    const cut = (values: Float64Array): Float64Array => values.subarray(k * length, (k + 1) * length);
    const known = saturation.slice(k * WINDOW_SECONDS, (k + 1) * WINDOW_SECONDS).filter(isShown);
    const ratio = ratioOf(cut(red), cut(green), cut(blue));
    if (ratio === null || known.length < LEAST_REFERENCE_SHARE * WINDOW_SECONDS) return null;
    return { person: file, recording: join(hand, file), ratio, truth: meanOf(known) };
  }).filter((window) => window !== null);
};

const windowsBelow = (root: string): Window[] =>
  [...walk(root)]
    .filter((folder) => folder.folders.includes('reference'))
    .flatMap((folder) =>
      folder.folders
        .filter((hand) => hand !== 'reference')
        .flatMap((hand) => readdirSync(join(folder.path, hand)).flatMap((file) => windowsOf(folder, hand, file))),
    );

/** Slope of truth over ratio about given origins, least squares. */
const slopeOf = (windows: readonly Window[], originOf: (window: Window) => Pick<Window, 'ratio' | 'truth'>): number => {
  let cross = 0;
  let own = 0;
  for (const window of windows) {
    const origin = originOf(window);
    cross += (window.ratio - origin.ratio) * (window.truth - origin.truth);
    own += (window.ratio - origin.ratio) ** 2;
  }
  return own > 0 ? cross / own : 0;
};

const PREDICTORS = ['mean_of_others', 'published_line', 'fitted_line', 'first_reading', 'calibrated_line'] as const;
type Predictor = (typeof PREDICTORS)[number];

/** Errors of each predictor for one person. */
const errorsOf = (windows: readonly Window[], person: string): Record<Predictor, number[]> => {
  const first = (window: Window): Window => windows.find(({ recording }) => recording === window.recording)!;
  const others = windows.filter((window) => window.person !== person);
  const own = windows.filter((window) => window.person === person);
  const middle = { ratio: meanOf(others.map(({ ratio }) => ratio)), truth: meanOf(others.map(({ truth }) => truth)) };
  const slope = slopeOf(others, () => middle);
  const slopeWithin = slopeOf(others, first);
  const later = own.filter((window) => window !== first(window));
  return {
    mean_of_others: own.map(({ truth }) => truth - middle.truth),
    published_line: own.map(({ ratio, truth }) => truth - Math.min(100, publishedSaturation(ratio))),
    fitted_line: own.map(({ ratio, truth }) => truth - middle.truth - slope * (ratio - middle.ratio)),
    first_reading: later.map((window) => window.truth - first(window).truth),
    calibrated_line: later.map(
      (window) => window.truth - first(window).truth - slopeWithin * (window.ratio - first(window).ratio),
    ),
  };
};

const rounded = (value: number): number => Number(value.toFixed(2));

const main = (args: readonly string[]): number => {
  const [root] = args;
  if (root === undefined) {
    stderr.write('usage: score:oximetry DIR\n');
    return 2;
  }
  const windows = windowsBelow(root);
  const people = [...new Set(windows.map(({ person }) => person))];
  if (people.length < 2) {
    stderr.write('no recordings of two people found\n');
    return 1;
  }
  const errors = people.map((person) => errorsOf(windows, person));
  for (const predictor of PREDICTORS) {
    const all = errors.flatMap((one) => one[predictor]);
    const line = {
      predictor,
      windows: all.length,
      meanAbsoluteError: rounded(meanOf(all.map(Math.abs))),
      rootMeanSquareError: rounded(Math.sqrt(meanOf(all.map((error) => error ** 2)))),
      bias: rounded(meanOf(all)),
    };
    stdout.write(`${JSON.stringify(line)}\n`);
  }
  return 0;
};

// Not exit(): it would cut off what a pipe has not taken yet.
process.exitCode = main(argv.slice(2));
