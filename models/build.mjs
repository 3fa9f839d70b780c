/**
 * Builds the model files that the scan runs on, out of weights that npm has installed. Each model's `config.json` says
 * what the file must be, to the byte: a file whose digest matches is left alone, a build that gives another digest fails.
 *
 *   node models/build.mjs            build what is missing
 *   node models/build.mjs --graphs   also lay the graphs beside them that TensorFlow.js can run
 *   node models/build.mjs --rewrite  accept what the conversion gives: write its digest into config.json
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { convertTfjsGraph } from './convert/tfjs-graph.mjs';
import { onnxFile } from './convert/onnx-file.mjs';

const MODELS = ['face-detection/1', 'face-landmarks/1', 'ppocr-detection/1', 'ppocr-recognition/1'];

const require = createRequire(import.meta.url);
/** Where npm put a package. `require.resolve` won't say: the package's `exports` hide its model files. */
const packageFolder = (name) => {
  const folders = (require.resolve.paths(name) ?? []).map((folder) => path.join(folder, name));
  const found = folders.find((folder) => existsSync(path.join(folder, 'package.json')));
  if (found === undefined) throw new Error(`the npm package ${name} is not installed`);
  return found;
};
const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The folder of the package that a model comes from, in the version that its config names. */
const sourceFolder = ({ package: name, version }) => {
  const folder = packageFolder(name);
  const installed = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
  if (installed !== version) throw new Error(`${name} ${version} is wanted, ${installed} is installed`);
  return folder;
};

/** What ships as ONNX is taken as it is. */
const convert = (config) => {
  const source = path.join(sourceFolder(config.source), config.source.file);
  if (source.endsWith('.onnx')) return readFileSync(source);
  const graph = convertTfjsGraph(source, {
    name: config.name,
    input: config.inputs[0],
    outputs: config.outputs,
  });
  return onnxFile(graph);
};

/** The files of a graph, and of what they must be together. */
const graphOf = ({ source, graph }) => {
  const folder = path.dirname(path.join(packageFolder(source.package), source.file));
  const json = readFileSync(path.join(folder, path.basename(source.file)));
  const parts = JSON.parse(json.toString('utf8')).weightsManifest.flatMap(({ paths }) => paths);
  const weights = parts.map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) }));
  const digest = digestOf(Buffer.concat([json, ...weights.map(({ bytes }) => bytes)]));
  return { files: [{ name: graph.file, bytes: json }, ...weights], digest };
};

const layGraph = (model, rewrite) => {
  const folder = path.join(import.meta.dirname, model);
  const configFile = path.join(folder, 'config.json');
  const text = readFileSync(configFile, 'utf8');
  const config = JSON.parse(text);
  if (config.graph === undefined) return;
  const { files, digest } = graphOf(config);
  if (rewrite) writeFileSync(configFile, text.replace(config.graph.digest, digest));
  else if (digest !== config.graph.digest)
    throw new Error(`${model}: the graph is ${digest}, config.json wants another`);
  for (const { name, bytes } of files) writeFileSync(path.join(folder, name), bytes);
};

const build = (model, rewrite) => {
  const folder = path.join(import.meta.dirname, model);
  const configFile = path.join(folder, 'config.json');
  const config = JSON.parse(readFileSync(configFile, 'utf8'));
  const beside = (config.beside ?? []).map(({ file, digest, from }) => ({
    file,
    digest,
    make: () => readFileSync(path.join(sourceFolder(config.source), from)),
  }));
  for (const { file, digest, make } of [{ ...config, make: () => convert(config) }, ...beside]) {
    const target = path.join(folder, file);
    if (!rewrite && existsSync(target) && digestOf(readFileSync(target)) === digest) continue;
    const bytes = make();
    const made = digestOf(bytes);
    if (rewrite) writeFileSync(configFile, readFileSync(configFile, 'utf8').replace(digest, made));
    else if (made !== digest)
      throw new Error(`${model}: the build gives ${made} for ${file}, config.json wants another`);
    // Renamed into place, so that a reader never meets half a file.
    writeFileSync(`${target}.partial`, bytes);
    renameSync(`${target}.partial`, target);
    process.stdout.write(`models/${model}/${file}: ${bytes.length} bytes, ${made}\n`);
  }
};

const rewrite = process.argv.includes('--rewrite');
for (const model of MODELS) {
  build(model, rewrite);
  if (rewrite || process.argv.includes('--graphs')) layGraph(model, rewrite);
}
