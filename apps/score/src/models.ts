/**
 * Judges the networks of our own on what they were not trained on: `npm run -s score:models -- DIR [--faces N]`.
 *
 * DIR is walked for recordings (see `pulse/`); beside them 0.4 N faces are drawn to judge by, 5,000 being N by default. Writes
 * the tables into the cards below `models/`, between the marks that say held-out, and prints them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process, { argv, stderr, stdout } from 'node:process';
import { examplesOf, type Material } from './learned/examples.ts';
import { QUALITY_FEATURES } from './learned/features.ts';
import { fusionTables } from './learned/fusion-tables.ts';
import { MODELS, openNetwork } from './learned/network.ts';
import { judgedBy, qualityTables } from './learned/quality-tables.ts';
import { recordedWaves } from './learned/waves.ts';

const FACES = 5000;

/** Held-out faces that are fused both ways. */
const FUSED_FACES = 400;

const putBetween = (model: string, lines: readonly string[]): void => {
  const file = path.join(MODELS, model, 'MODEL_CARD.md');
  const [begin, end] = ['<!-- held-out -->', '<!-- end of held-out -->'];
  const [head, rest] = readFileSync(file, 'utf8').split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${file} has no place for the tables`);
  writeFileSync(file, `${head}${[begin, '', ...lines].join('\n')}${end}${tail}`);
};

const scoreQuality = async (material: Material): Promise<string[]> => {
  const head = await openNetwork('pulse-quality/1');
  const examples = [...examplesOf('held-out', material)];
  const input = new Float32Array(examples.length * QUALITY_FEATURES.length);
  examples.forEach(({ features }, i) => input.set(features, i * QUALITY_FEATURES.length));
  const { probability } = await head.run([examples.length, QUALITY_FEATURES.length], input);
  return qualityTables(examples.map((example, i) => judgedBy(example, probability![i]!)));
};

const scoreFusion = async (material: Material): Promise<string[]> =>
  fusionTables(await openNetwork('pulse-fusion/1'), { ...material, faces: FUSED_FACES });

const SCORES: Readonly<Record<string, (material: Material) => Promise<string[]>>> = {
  'pulse-quality/1': scoreQuality,
  'pulse-fusion/1': scoreFusion,
};

const main = async (args: readonly string[]): Promise<number> => {
  const root = args[0];
  const at = args.indexOf('--faces');
  const faces = at < 0 ? FACES : Number(args[at + 1]);
  if (root === undefined || root.startsWith('--') || !(faces > 0)) {
    stderr.write('usage: score:models DIR [--faces N]\n');
    return 2;
  }
  const material = { root, waves: recordedWaves(root), faces };
  for (const [model, score] of Object.entries(SCORES)) {
    const tables = await score(material);
    putBetween(model, tables);
    stdout.write(tables.join('\n'));
  }
  return 0;
};

process.exitCode = await main(argv.slice(2));
