/**
 * Counts what the network of displays finds: `npm run -s score:displays -- LABELS.json [--each]`.
 *
 * LABELS.json is a list of {file, device, values, unit} beside its pictures; what `models/display-glyphs/1/scenes.py` renders
 * carries the glyphs and the factors of each picture as well. Prints a table; with --each a JSON line a picture before it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import { decodePicture, GlyphReader } from '@smartscan/documents';
import { DISPLAY_MODELS } from '@smartscan/documents/models';
import { seenOf, tableOf, type Seen } from './displays/tally.ts';
import { readTruth } from './displays/labelled-picture.ts';
import { cpuMs, openThread } from './open-thread.ts';

const score = async (file: string, each: boolean): Promise<Seen[]> => {
  const thread = await openThread(DISPLAY_MODELS);
  try {
    const reader = new GlyphReader(thread.holder);
    const all: Seen[] = [];
    for (const labelled of readTruth(file)) {
      const picture = await decodePicture(readFileSync(path.join(path.dirname(file), labelled.file)));
      const before = cpuMs();
      const sight = await reader.see(picture);
      const seen = seenOf(labelled, sight, cpuMs() - before);
      all.push(seen);
      const { values, kind, device } = labelled;
      if (each)
        stdout.write(
          `${JSON.stringify({ file: labelled.file, values, kind: kind ?? device, turn: sight.turn, isWhole: seen.isWhole, lines: seen.lines })}\n`,
        );
    }
    return all;
  } finally {
    await thread.close();
  }
};

const main = async (args: readonly string[]): Promise<number> => {
  const [file] = args;
  if (file === undefined || file.startsWith('--')) {
    stderr.write('usage: score:displays LABELS.json [--each]\n');
    return 2;
  }
  stdout.write(`${tableOf(await score(file, args.includes('--each'))).join('\n')}\n`);
  return 0;
};

process.exitCode = await main(argv.slice(2));
