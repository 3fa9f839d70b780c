import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@smartscan/kernel';
import type { TensorSpec } from '@smartscan/platform/ports';
import { modelUnknown } from '../../domain/inference-faults.ts';
import { ELEMENT_TYPES } from './tensors.ts';

/** Names and versions become parts of a path, and come over HTTP as well. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const VERSION = /^[1-9][0-9]{0,8}$/;
const FILE = /^[\w.-]+$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

interface ConfiguredTensor extends TensorSpec {
  /** The node of the graph that it was converted from. */
  readonly from?: string;
}

/** What a `config.json` says; what else stands there is for people and for the build. */
interface ModelConfig {
  readonly file: string;
  readonly digest: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly ConfiguredTensor[];
  /** The graph that the file was converted from, where TensorFlow is to run that. */
  readonly graph?: { readonly file: string; readonly digest: string };
}

// By hand: a thread that scans is kept small, since all it holds is walked at each collection of garbage. A schema library
// and the platform's ports, loaded there, took 0.2 s of CPU a scan (measured).
const isFile = (value: Partial<ModelConfig> | undefined): boolean =>
  FILE.test(value?.file ?? '') && DIGEST.test(value?.digest ?? '');

const isTensor = ({ name, type, shape }: Partial<TensorSpec>): boolean =>
  typeof name === 'string' &&
  ELEMENT_TYPES.some((known) => known === type) &&
  Array.isArray(shape) &&
  shape.every((size: unknown) => Number.isSafeInteger(size) && (size === -1 || (size as number) > 0));

const areTensors = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isTensor);

const isConfig = (value: Partial<ModelConfig>): value is ModelConfig =>
  isFile(value) &&
  areTensors(value.inputs) &&
  areTensors(value.outputs) &&
  (value.graph === undefined || isFile(value.graph));

/** The graph that a model was converted from, beside the model. */
export interface TfGraphFiles {
  readonly file: string;
  /** Of the graph's JSON and its weights, one after the other. */
  readonly digest: string;
  /** The graph's node for each output, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The files of one version of a model, verified. */
export interface ModelFiles {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly bytes: Uint8Array;
  /** For TensorFlow. */
  readonly graph: TfGraphFiles | undefined;
  readonly folder: string;
}

const BUILD = 'Build the models: node models/build.mjs';

export const modelAltered = (): Fault =>
  new Fault('internal', 'inference.model_altered', 'A model file is not the one that was reviewed.', { remedy: BUILD });

const missing = (): Fault =>
  new Fault('internal', 'inference.model_missing', 'A model file is missing.', { remedy: BUILD });

const folderOf = (modelsDirectory: string, name: string, version: string): string => {
  if (!NAME.test(name) || !VERSION.test(version)) throw modelUnknown();
  return path.join(modelsDirectory, name, version);
};

const readConfig = async (folder: string): Promise<ModelConfig> => {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'config.json'), 'utf8');
  } catch {
    throw missing();
  }
  const invalid = (): Fault =>
    new Fault('internal', 'inference.model_config', 'The config.json of a model is not valid.');
  try {
    const config = JSON.parse(text) as Partial<ModelConfig>;
    if (isConfig(config)) return config;
  } catch {
    throw invalid();
  }
  throw invalid();
};

/** Nothing else that a file says of a tensor goes further. */
const specOf = ({ name, type, shape }: TensorSpec): TensorSpec => ({ name, type, shape });

/**
 * Reads one version of a model. A file whose digest is not the one in its `config.json` is never run.
 *
 * @param modelsDirectory the folder that holds `face-detection/` and the like
 * @throws Fault not_found inference.model_unknown; internal inference.model_missing, inference.model_config, inference.model_altered
 */
export const readModel = async (modelsDirectory: string, name: string, version: string): Promise<ModelFiles> => {
  const folder = folderOf(modelsDirectory, name, version);
  const { file, digest, inputs, outputs, graph } = await readConfig(folder);
  const bytes = await readFile(path.join(folder, file)).catch(() => {
    throw missing();
  });
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest) {
    throw modelAltered();
  }
  const nodes = Object.fromEntries(outputs.map((output) => [output.name, output.from ?? output.name]));
  return {
    name,
    version,
    digest,
    inputs: inputs.map(specOf),
    outputs: outputs.map(specOf),
    bytes,
    folder,
    graph: graph && { ...graph, outputs: nodes },
  };
};

/** The versions in the folder of a model, ascending; empty where there is no such model. */
export const versionsIn = async (modelsDirectory: string, name: string): Promise<readonly string[]> => {
  if (!NAME.test(name)) return [];
  const entries = await readdir(path.join(modelsDirectory, name), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && VERSION.test(entry.name))
    .map((entry) => entry.name)
    .sort((a, b) => Number(a) - Number(b));
};

/** The names of all models that have a version, ascending. */
export const modelsIn = async (modelsDirectory: string): Promise<readonly string[]> => {
  const entries = await readdir(modelsDirectory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name);
  const versions = await Promise.all(names.map((name) => versionsIn(modelsDirectory, name)));
  return names.filter((_, at) => versions[at]!.length > 0).sort();
};
