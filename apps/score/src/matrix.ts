/**
 * Scores generated videos of known truth: `npm run -s score:matrix -- RESULTS [--rounds N] [--videos N] [--table FILE]`.
 *
 * Makes the videos of the suite one after the other, scans each as the API would, and adds a JSON line to RESULTS:
 *   {"id", "factor", "level", "alive", "truth", "value", "reasons"}
 * Videos that RESULTS already holds are not made again, so that a run which was ended goes on. No video is kept.
 *   --rounds  videos of each level, 3 by default; the same number gives the same videos
 *   --videos  stop after so many new ones
 *   --table   write the tables into this Markdown file, in the place of those that it has
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process, { argv, stderr } from 'node:process';
import { asFault } from '@smartscan/kernel';
import { makeFaceVideo } from '@smartscan/testing/face-video';
import { markersOf } from '@smartscan/vitals/markers';
import { ScanWorkers } from '@smartscan/vitals/scan';
import { casesOf, type Case } from './matrix/cases.ts';
import { keepResult, readResults, type Result } from './matrix/results.ts';
import { tablesOf } from './matrix/table.ts';

const MAX_BODY_BYTES = 100_000_000;
const DEFAULT_ROUNDS = 3;

/** What stands before the tables in the file, and stays. */
const TABLES_FROM = '<!-- tables -->';

const optionOf = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

const scanCase = async (workers: ScanWorkers, { id, factor, level, alive, options }: Case): Promise<Result> => {
  const { bytes, truth } = await makeFaceVideo(options);
  const known = { id, factor, level, alive, truth: Number(truth.heartRate.toFixed(2)) };
  try {
    const { analysis } = await workers.run([bytes], { signal: new AbortController().signal });
    const { value, reasons } = markersOf({ analysis, person: {} }).heart_rate;
    return { ...known, value, reasons };
  } catch (error) {
    return { ...known, value: null, reasons: [asFault(error).code] };
  }
};

const measure = async (cases: readonly Case[], file: string): Promise<void> => {
  const onDefect = (name: string, at: readonly string[]): void => void stderr.write(`${[name, ...at].join('\n')}\n`);
  const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: MAX_BODY_BYTES, onDefect });
  for (const one of cases) keepResult(file, await scanCase(workers, one));
  await workers.close();
};

const writeTables = (file: string, results: readonly Result[]): void => {
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf(TABLES_FROM);
  if (at < 0) throw new Error(`${file} has no place for the tables: ${TABLES_FROM}`);
  writeFileSync(file, `${text.slice(0, at)}${TABLES_FROM}\n\n${tablesOf(results)}\n`);
};

const main = async (args: readonly string[]): Promise<number> => {
  const file = args[0];
  if (file === undefined || file.startsWith('--')) {
    stderr.write('usage: score:matrix RESULTS [--rounds N] [--videos N] [--table FILE]\n');
    return 2;
  }
  const cases = casesOf(Number(optionOf(args, '--rounds') ?? DEFAULT_ROUNDS));
  const done = new Set(readResults(file).map(({ id }) => id));
  const missing = cases.filter(({ id }) => !done.has(id));
  const next = missing.slice(0, Number(optionOf(args, '--videos') ?? missing.length));
  if (next.length > 0) await measure(next, file);
  const wanted = new Set(cases.map(({ id }) => id));
  const results = readResults(file).filter(({ id }) => wanted.has(id));
  stderr.write(`${results.length} of ${cases.length} videos scored\n`);
  const table = optionOf(args, '--table');
  if (table !== undefined) writeTables(table, results);
  return 0;
};

process.exitCode = await main(argv.slice(2));
