/**
 * What each part of the pipeline brings: `npm run -s score:ablation -- DIR > docs/ablation.md`.
 *
 * Prints Markdown. The faces are synthesized from fixed seeds, so that anyone gets the same figures; the finger recordings
 * are those of the format finger-rr below DIR. A part is taken away on what the analysis itself reports: the rates that
 * each method and patch shows alone, the beats before the filter, the reasons of each gate.
 */
import process, { argv, stderr, stdout } from 'node:process';
import { beatsTable, recordedBeats, synthesizedBeats } from './ablation/beats.ts';
import { synthesizedFaces } from './ablation/faces.ts';
import { gatesTable } from './ablation/gates.ts';
import { ratesTable } from './ablation/rates.ts';

const FACES_WITH_PULSE = 120;
const FACES_WITHOUT = 120;

const main = (args: readonly string[]): number => {
  const root = args[0];
  if (root === undefined || root.startsWith('--')) {
    stderr.write('usage: score:ablation DIR\n');
    return 2;
  }
  const faces = synthesizedFaces(FACES_WITH_PULSE, FACES_WITHOUT);
  stdout.write(
    [
      '# Ablation of the pulse pipeline',
      '',
      'Made by `npm run -s score:ablation -- DIR`; do not edit.',
      '',
      ...ratesTable(faces),
      ...gatesTable(faces),
      ...beatsTable('synthesized faces', synthesizedBeats(faces)),
      ...beatsTable('finger recordings against a chest strap', recordedBeats(root)),
    ].join('\n'),
  );
  return 0;
};

// Not exit(): it would cut off what a pipe has not taken yet.
process.exitCode = main(argv.slice(2));
