/**
 * Scores videos that are crops of skin, without a face to find: `npm run -s score:crops -- DIR [--window SECONDS]`.
 *
 * DIR is walked; pulse/face-crops.ts says what it is to hold.
 *
 * Prints a JSON line per window: {"recording", "startSeconds", "value", "truth", "reasons", "snrDecibels", "methods"}
 * and a last line: {"summary": {"windows", "emitted", "meanAbsoluteError", "constant", "constantError", "methods"}}, with
 * the error of each method without its gates beside that of the constant.
 */
import process, { argv, stderr, stdout } from 'node:process';
import { type PulseAnalysis } from '@smartscan/signal';
import { readFaceCrops, type CropWindow } from './pulse/face-crops.ts';
import { meanOf, walk } from './pulse/folders.ts';

const DEFAULT_WINDOW_SECONDS = 30;

const lineOf = ({ recording, startSeconds, truth, analysis }: CropWindow): object => ({
  recording,
  startSeconds,
  value: analysis.heartRate.value,
  truth,
  reasons: analysis.heartRate.reasons,
  snrDecibels: Number(analysis.snrDecibels.toFixed(1)),
  methods: Object.fromEntries(analysis.methods.map(({ method, ratePerMinute }) => [method, Math.round(ratePerMinute)])),
});

const summaryOf = (windows: readonly CropWindow[]): object => {
  const known = windows.flatMap(({ truth, analysis }) => (truth === null ? [] : [{ truth, analysis }]));
  const constant = meanOf(known.map(({ truth }) => truth));
  const error = (rateOf: (analysis: PulseAnalysis) => number | null | undefined): number | null => {
    const errors = known.flatMap(({ truth, analysis }) => {
      const rate = rateOf(analysis);
      return typeof rate === 'number' ? [Math.abs(rate - truth)] : [];
    });
    return errors.length === 0 ? null : Number(meanOf(errors).toFixed(2));
  };
  const methods = (['PBV', 'POS', 'CHROM', 'GREEN'] as const).map((name) => [
    name,
    error(({ methods }) => methods.find(({ method }) => method === name)?.ratePerMinute),
  ]);
  return {
    windows: windows.length,
    emitted: windows.filter(({ analysis }) => analysis.heartRate.value !== null).length,
    meanAbsoluteError: error(({ heartRate }) => heartRate.value),
    constant: Number(constant.toFixed(2)),
    constantError: error(() => constant),
    methods: Object.fromEntries(methods) as object,
  };
};

const main = (args: readonly string[]): number => {
  const root = args[0];
  const at = args.indexOf('--window');
  const seconds = at < 0 ? DEFAULT_WINDOW_SECONDS : Number(args[at + 1]);
  if (root === undefined || root.startsWith('--') || !(seconds > 0)) {
    stderr.write('usage: score:crops DIR [--window SECONDS]\n');
    return 2;
  }
  const windows = [...walk(root)].flatMap((folder) => readFaceCrops(folder, seconds));
  for (const window of windows) stdout.write(`${JSON.stringify(lineOf(window))}\n`);
  stdout.write(`${JSON.stringify({ summary: summaryOf(windows) })}\n`);
  return windows.length === 0 ? 1 : 0;
};

// Not exit(): it would cut off what a pipe has not taken yet.
process.exitCode = main(argv.slice(2));
