/**
 * Scores recorded pulses: `npm run -s score:pulse -- DIR [--window SECONDS]`.
 *
 * DIR is walked; each recording is taken in the format that its files show (see the readers for the layouts):
 *   finger-rr         a folder with PPG.csv and RR.txt                         (pulse/finger-rr.ts)
 *   finger-oximetry   a folder with reference/ID.csv beside left/ and right/   (pulse/finger-oximetry.ts)
 *   waveform          a CSV whose header is t,pulse,reference                  (pulse/waveform.ts)
 *
 * Prints a JSON line per recording, or per window of a long one:
 *   {"recording", "format", "startSeconds", "seconds", "markers": {NAME: {"value", "truth", "error", "reasons"}},
 *    "snrDecibels", "cleanShare"}; "value" is null where the gates refuse; {"recording", "problem"} for a file that
 *   can't be read.
 * and a last line:
 *   {"summary": {FORMAT: {NAME: {"windows", "kept", "meanAbsoluteError", "constant", "constantError",
 *    "constantErrorKept", "delaySeconds", "undelayedError"}}}}
 * The constant is the mean of the truth over the set; its error is given over all windows and over those kept.
 */
import process, { argv, stderr, stdout } from 'node:process';
import { readFingerOximetry } from './pulse/finger-oximetry.ts';
import { readFingerRr } from './pulse/finger-rr.ts';
import { walk, type Folder } from './pulse/folders.ts';
import { lineOf, summaryOf, type Scored } from './pulse/summary.ts';
import { readWaveforms } from './pulse/waveform.ts';

const DEFAULT_WINDOW_SECONDS = 30;

const READERS: readonly ((folder: Folder, windowSeconds: number) => Iterable<Scored>)[] = [
  readFingerRr,
  readFingerOximetry,
  readWaveforms,
];

const windowFrom = (args: readonly string[]): number => {
  const at = args.indexOf('--window');
  return at < 0 ? DEFAULT_WINDOW_SECONDS : Number(args[at + 1]);
};

const main = (args: readonly string[]): number => {
  const root = args[0];
  const windowSeconds = windowFrom(args);
  if (root === undefined || root.startsWith('--') || !(windowSeconds > 0)) {
    stderr.write('usage: score:pulse DIR [--window SECONDS]\n');
    return 2;
  }
  const scored: Scored[] = [];
  for (const folder of walk(root)) {
    for (const reader of READERS) {
      for (const one of reader(folder, windowSeconds)) {
        scored.push(one);
        stdout.write(`${JSON.stringify(lineOf(one))}\n`);
      }
    }
  }
  if (scored.length === 0) {
    stderr.write('no recordings of a known format found\n');
    return 1;
  }
  stdout.write(`${JSON.stringify({ summary: summaryOf(scored) })}\n`);
  return 0;
};

// Not exit(): it would cut off what a pipe has not taken yet.
process.exitCode = main(argv.slice(2));
