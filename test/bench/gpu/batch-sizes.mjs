// Batch size against throughput and latency of each model, on every execution provider that loads here: `npm run bench:gpu`.
// It says which did not load. Pictures are noise: what a network costs does not depend on them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const SIZES = [1, 2, 4, 8, 16, 32];
/** Ours: enough runs for a p95, and no more than two seconds a line. */
const WITHIN_MS = 2_000;
const MAX_RUNS = 200;

const modelsDirectory = resolve(import.meta.dirname, '../../../models');
const { FACE_MODELS } = await import('../../../libs/vitals/dist/adapters/scan/face-models.js');
const { ENGINES, providersOf } = await import('../../../libs/inference/dist/adapters/models/engines.js');
const { readModel } = await import('../../../libs/inference/dist/adapters/models/model-folder.js');
const { openOnnxModel } = await import('../../../libs/inference/dist/adapters/models/onnx-model.js');
const tfjs = await import('../../../libs/inference/dist/adapters/models/tfjs-model.js');

console.log(`onnxruntime-node ${versionOf('onnxruntime-node')}, node ${process.versions.node}`);
for (const [name, version] of Object.entries(FACE_MODELS)) {
  const files = await readModel(modelsDirectory, name, version);
  for (const provider of providersOf(ENGINES)) await measure(files, provider, () => onProvider(files, provider));
  if (files.graph !== undefined) await measure(files, tfjs.TFJS_GPU, () => onTensorFlow(files));
}

async function onProvider(files, provider) {
  let got;
  const model = await openOnnxModel(files, [provider], (used) => (got = used));
  if (got === provider) return model;
  await model.close();
  throw new Error('its library, driver or device is missing');
}

async function onTensorFlow(files) {
  const tf = await tfjs.importTensorFlow(tfjs.TFJS_GPU);
  return tfjs.openTfjsModel(files, files.graph, files.folder, tf);
}

async function measure({ name, version }, what, open) {
  let model;
  try {
    model = await open();
  } catch (error) {
    console.log(
      `${name}/${version} on ${what}: not measured, ${error.code ?? 'it does not load'}: ${firstLine(error)}`,
    );
    return;
  }
  console.log(`${name}/${version} on ${model.description.platform}`);
  console.log('   rows   rows/s   p50 ms   p95 ms');
  for (const rows of SIZES) console.log(await line(model, rows));
  await model.close();
}

async function line(model, rows) {
  const [{ name, shape }] = model.description.inputs;
  const sizes = [rows, ...shape.slice(1)];
  const length = sizes.reduce((product, size) => product * size, 1);
  const inputs = { [name]: { type: 'float32', shape: sizes, data: Float32Array.from({ length }, Math.random) } };
  // A first run in a new shape compiles and allocates.
  await model.run(inputs);
  const tookMs = [];
  const startedMs = performance.now();
  while (tookMs.length < MAX_RUNS && performance.now() - startedMs < WITHIN_MS) {
    const fromMs = performance.now();
    await model.run(inputs);
    tookMs.push(performance.now() - fromMs);
  }
  const rate = (rows * tookMs.length) / (tookMs.reduce((sum, ms) => sum + ms, 0) / 1_000);
  tookMs.sort((one, other) => one - other);
  const at = (share) => tookMs[Math.floor(tookMs.length * share)].toFixed(2);
  return [rows, rate.toFixed(0), at(0.5), at(0.95)].map((word) => String(word).padStart(8)).join(' ');
}

function firstLine(error) {
  return String(error.message).split('\n')[0].slice(0, 120);
}

function versionOf(name) {
  return JSON.parse(readFileSync(resolve(import.meta.dirname, `../../../node_modules/${name}/package.json`), 'utf8'))
    .version;
}
