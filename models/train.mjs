/**
 * Trains the networks of our own anew and judges them, as is due whenever the analysis of the pulse changes:
 *
 *   npm run models:train -- DIR         recordings below DIR, see apps/score/src/pulse
 *   npm run models:train -- --displays  the networks of displays, on scenes that they draw: two hours or more of two cores
 *
 * Needs python3 with PyTorch (Debian: python3-torch), else SMARTSCAN_PYTHON says which. Minutes each of one core for the faces and the training.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { argv, env, execPath, exit, stderr } from 'node:process';

const ROOT = path.resolve(import.meta.dirname, '..');

/** How each one's faces are made, below apps/score/dist/learned. */
const DATASETS = { 'pulse-quality/1': 'dataset.js', 'pulse-fusion/1': 'fusion-dataset.js' };

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed`);
};

/** The network of displays goes on from the one that is there: at one rate, then slower and slower. */
const DISPLAY_STAGES = [
  ['--steps', '3000', '--first-seed', '400000', '--from', 'models/display-glyphs/1/model.onnx'],
  ['--steps', '6000', '--first-seed', '420000', '--decay'],
];

const [recordings] = argv.slice(2);
if (recordings === undefined) {
  stderr.write('usage: models:train DIR | --displays\n');
  exit(2);
}
const folder = mkdtempSync(path.join(tmpdir(), 'training-'));
const trainDisplays = () => {
  const weights = path.join(folder, 'weights');
  DISPLAY_STAGES.forEach((stage, i) => {
    const known = i === 0 ? [] : ['--from', weights];
    run(env.SMARTSCAN_PYTHON ?? 'python3', 'models/display-glyphs/1/train.py', ...stage, ...known, '--to', weights);
  });
  run(env.SMARTSCAN_PYTHON ?? 'python3', 'models/display-lines/1/train.py');
};
const trainPulse = () => {
  for (const [model, dataset] of Object.entries(DATASETS)) {
    const file = path.join(folder, dataset);
    run(execPath, `apps/score/dist/learned/${dataset}`, recordings, file);
    run(env.SMARTSCAN_PYTHON ?? 'python3', `models/${model}/train.py`, file);
  }
  run(execPath, 'apps/score/dist/models.js', recordings);
};
try {
  if (recordings === '--displays') trainDisplays();
  else trainPulse();
} finally {
  rmSync(folder, { recursive: true });
}
