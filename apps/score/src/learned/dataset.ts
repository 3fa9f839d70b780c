/**
 * What the quality head learns from and is judged on:
 *   node apps/score/dist/learned/dataset.js DIR OUT.csv [--faces N]
 *
 * DIR is walked for recordings (see `pulse/`). Writes a row per face: which split and set it is of, how dark its skin is, by how
 * much the rate is off (empty where there is no pulse), whether the gates let it out, the confidence that it would have today,
 * and the features. A face is drawn from its number alone, so the same command gives the same file.
 */
import { writeFileSync } from 'node:fs';
import process, { argv, stderr } from 'node:process';
import { examplesOf, SPLITS } from './examples.ts';
import { QUALITY_FEATURES } from './features.ts';
import { recordedWaves } from './waves.ts';

const FACES = 2500;

const main = (args: readonly string[]): number => {
  const [root, out] = args;
  const at = args.indexOf('--faces');
  const faces = at < 0 ? FACES : Number(args[at + 1]);
  if (root === undefined || out === undefined || !(faces > 0)) {
    stderr.write('usage: dataset DIR OUT.csv [--faces N]\n');
    return 2;
  }
  const waves = recordedWaves(root);
  const lines = SPLITS.flatMap((split) => {
    const examples = [...examplesOf(split, { root, waves, faces })];
    stderr.write(`${split}: ${examples.length}\n`);
    return examples.map(({ set, melanin, error, emitted, classical, features }) =>
      [split, set, melanin, error ?? '', emitted ? 1 : 0, classical, ...features]
        .map((cell) => (typeof cell === 'number' ? Number(cell.toFixed(5)) : cell))
        .join(','),
    );
  });
  const header = ['split', 'set', 'melanin', 'error', 'emitted', 'classical', ...QUALITY_FEATURES].join(',');
  writeFileSync(out, [header, ...lines, ''].join('\n'));
  return 0;
};

process.exitCode = main(argv.slice(2));
