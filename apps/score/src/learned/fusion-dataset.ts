/**
 * What the fusion network learns from:
 *   node apps/score/dist/learned/fusion-dataset.js DIR OUT.bin [--faces N]
 *
 * The faces that the head is trained on as well, the first 30 s of each that is as long. A face is 61 rows of 900 samples of 16
 * bits, little endian, thousandths: 20 patches × red, green, blue as the network is given them, then the blood volume that the
 * truth is, of unit deviation; zero throughout where there is no pulse.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import process, { argv, stderr } from 'node:process';
import { standardDeviation } from '@smartscan/signal';
import { caseOf, type Case } from './cases.ts';
import { FIRST_SEED } from './examples.ts';
import { changesAround, FUSION_PATCHES, FUSION_RATE_HZ, fusionInput } from './fusion-input.ts';
import { recordedWaves, WAVE_SECONDS } from './waves.ts';

const FACES = 1000;
const SAMPLES = WAVE_SECONDS * FUSION_RATE_HZ;
const ROWS = 3 * FUSION_PATCHES + 1;
const THOUSANDTHS = 1000;

/** Blood on the network's clock; its drift is taken off as that of the traces is. */
const targetOf = ({ bloodAt, traces }: Case): Float64Array => {
  if (bloodAt === null) return new Float64Array(SAMPLES);
  const start = traces.timesSeconds[0]!;
  const blood = changesAround(
    bloodAt(Float64Array.from({ length: SAMPLES }, (_, i) => start + i / FUSION_RATE_HZ)),
    false,
  );
  const deviation = standardDeviation(blood) || 1;
  return blood.map((volume) => volume / deviation);
};

const recordOf = (one: Case): Int16Array | null => {
  const { samples, input } = fusionInput(one.traces);
  // The last frame may come a moment before the end.
  if (samples < SAMPLES - FUSION_RATE_HZ) return null;
  const record = new Int16Array(ROWS * SAMPLES);
  for (let row = 0; row < ROWS - 1; row++) {
    for (let i = 0; i < Math.min(samples, SAMPLES); i++) {
      record[row * SAMPLES + i] = Math.round(THOUSANDTHS * input[row * samples + i]!);
    }
  }
  record.set(
    targetOf(one).map((value) => Math.round(THOUSANDTHS * value)),
    (ROWS - 1) * SAMPLES,
  );
  return record;
};

const main = (args: readonly string[]): number => {
  const [root, out] = args;
  const at = args.indexOf('--faces');
  const faces = at < 0 ? FACES : Number(args[at + 1]);
  if (root === undefined || out === undefined || !(faces > 0)) {
    stderr.write('usage: fusion-dataset DIR OUT.bin [--faces N]\n');
    return 2;
  }
  const { training } = recordedWaves(root);
  const file = openSync(out, 'w');
  let written = 0;
  for (let seed = FIRST_SEED.training; written < faces; seed++) {
    const record = recordOf(caseOf(seed, training));
    if (record === null) continue;
    writeSync(file, record);
    written++;
  }
  closeSync(file);
  return 0;
};

process.exitCode = main(argv.slice(2));
