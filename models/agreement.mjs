/**
 * How far TensorFlow.js and onnxruntime agree on the models that come with a graph, over crops of a real face:
 *
 *   node models/build.mjs --graphs
 *   npm run models:agreement                              @tensorflow/tfjs-node-gpu, on a GPU image
 *   npm run models:agreement -- FILE.mjs                  another build of TensorFlow.js: a module that exports it
 *
 * Prints, per output: the largest and the mean difference, and the spread of the values beside it.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const NAME = 'face-landmarks';
const VERSION = '1';
/** The face of the sample photo in @vladmandic/face-api (MIT): its left, top and side, chosen by eye. */
const FACE = { file: 'sample6.jpg', x: 1400, y: 190, side: 420 };
/** Ours: crops that are off by up to a tenth of the face, as tracking leaves them. */
const CROPS = [-40, -20, 0, 20, 40].flatMap((x) => [-40, 0, 40].map((y) => ({ x, y })));

const dist = new URL('../libs/inference/dist/adapters/models/', import.meta.url);
const load = (file) => import(new URL(file, dist).href);
const { readModel } = await load('model-folder.js');
const { openOnnxModel } = await load('onnx-model.js');
const { importTensorFlow, openTfjsModel, TFJS_GPU } = await load('tfjs-model.js');

const [given] = process.argv.slice(2);
const tf = await importTensorFlow(given === undefined ? TFJS_GPU : pathToFileURL(path.resolve(given)).href);
const files = await readModel(import.meta.dirname, NAME, VERSION);
const sides = {
  onnxruntime: await openOnnxModel(files, ['cpu']),
  tensorflow: await openTfjsModel(files, files.graph, files.folder, tf),
};
const side = files.inputs[0].shape[2];

/** RGB planes, 0 to 1. */
const picture = ({ x, y }) => {
  const photo = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
    FACE.file,
  );
  const filter = `crop=${FACE.side}:${FACE.side}:${FACE.x + x}:${FACE.y + y},scale=${side}:${side}`;
  const options = ['-v', 'error', '-i', photo, '-vf', filter, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'];
  const { stdout, status } = spawnSync('ffmpeg', options, { maxBuffer: 2 ** 24 });
  if (status !== 0) throw new Error('ffmpeg could not read the sample photo');
  const data = new Float32Array(3 * side * side);
  for (let at = 0; at < stdout.length; at++) data[(at % 3) * side * side + Math.floor(at / 3)] = stdout[at] / 255;
  return { type: 'float32', shape: [1, 3, side, side], data };
};

const seen = new Map();
const spentMs = { onnxruntime: 0, tensorflow: 0 };
for (const crop of CROPS) {
  const inputs = { [files.inputs[0].name]: picture(crop) };
  const answers = {};
  for (const [name, model] of Object.entries(sides)) {
    await model.run(inputs);
    const from = performance.now();
    answers[name] = await model.run(inputs);
    spentMs[name] += performance.now() - from;
  }
  for (const [output, { data }] of Object.entries(answers.onnxruntime)) {
    const row = seen.get(output) ?? { values: [], differences: [] };
    data.forEach((value, at) => {
      row.values.push(value);
      row.differences.push(Math.abs(value - answers.tensorflow[output].data[at]));
    });
    seen.set(output, row);
  }
}

console.log(`${NAME}/${VERSION}, ${CROPS.length} crops of a face, against ${sides.tensorflow.description.platform}`);
console.log('output          values        largest        mean   least value   largest value');
for (const [output, { values, differences }] of seen) {
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  const most = (list) => list.reduce((one, other) => Math.max(one, other));
  const cells = [values.length, most(differences).toExponential(1), mean.toExponential(1)];
  const range = [-most(values.map((value) => -value)), most(values)].map((value) => value.toFixed(3));
  console.log(`${output.padEnd(12)} ${[...cells, ...range].map((cell) => String(cell).padStart(13)).join('')}`);
}
for (const [name, ms] of Object.entries(spentMs))
  console.log(`${name.padEnd(12)} ${(ms / CROPS.length).toFixed(1)} ms a picture`);
