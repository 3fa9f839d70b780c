/**
 * Scans videos as the API would: `npm run -s score:video -- FILE…`.
 *
 * Prints a JSON line per file, in the order given:
 *   {"file", "markers": {NAME: {"value", "unit", "confidence", "status", "reasons", …}}, "quality", "timings"}
 * or, where the API would answer with a problem,
 *   {"file", "problem": {"title", "status", "code", "detail"}}
 * SMARTSCAN_SCORE_DECODER=ffmpeg or webcodecs insists on a decoder; else ffmpeg is taken where there is one.
 * Exits with 0 also where there are problems; with 1 where a file can't be read, 2 without files.
 */
import { readFile } from 'node:fs/promises';
import { argv, env, exit, stderr, stdout } from 'node:process';
import { asFault } from '@smartscan/kernel';
import { markersOf } from '@smartscan/vitals/markers';
import { findDecoder, ScanWorkers } from '@smartscan/vitals/scan';

/** The API takes bodies up to this size. */
const MAX_BODY_BYTES = 100_000_000;

const print = (line: object): void => void stdout.write(`${JSON.stringify(line)}\n`);

const wantedDecoder = (name: string | undefined): 'ffmpeg' | 'webcodecs' | undefined =>
  name === 'ffmpeg' || name === 'webcodecs' ? name : undefined;

const scanFile = async (workers: ScanWorkers, file: string): Promise<object> => {
  const body = await readFile(file);
  try {
    const { analysis, quality, timings_ms } = await workers.run([body], { signal: new AbortController().signal });
    return { file, markers: markersOf({ analysis, person: {} }), quality, timings: timings_ms };
  } catch (error) {
    const { message, status, code, extras } = asFault(error);
    return { file, problem: { title: message, status, code, ...(extras.remedy ? { detail: extras.remedy } : {}) } };
  }
};

const main = async (files: readonly string[]): Promise<number> => {
  if (files.length === 0) {
    stderr.write('usage: score:video FILE…\n');
    return 2;
  }
  const onDefect = (name: string, at: readonly string[]): void => void stderr.write(`${[name, ...at].join('\n')}\n`);
  const decoder = await findDecoder(wantedDecoder(env.SMARTSCAN_SCORE_DECODER));
  const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: MAX_BODY_BYTES, decoder, onDefect });
  let unread = 0;
  for (const file of files) {
    try {
      print(await scanFile(workers, file));
    } catch {
      unread++;
      stderr.write(`${file} can't be read\n`);
    }
  }
  await workers.close();
  return unread > 0 ? 1 : 0;
};

exit(await main(argv.slice(2)));
