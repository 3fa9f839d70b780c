import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@smartscan/kernel';
import type { Tensor, TensorData, Tensors } from '@smartscan/platform/ports';
import type { LoadedModel } from './loaded-model.ts';
import { modelAltered, type ModelFiles, type TfGraphFiles } from './model-folder.ts';

/** What is used of TensorFlow.js: of `@tensorflow/tfjs-node-gpu`, or of any build of it that has a graph model loader. */
export interface TensorFlow {
  ready(): Promise<void>;
  getBackend(): string;
  tensor(data: TensorData, shape: readonly number[]): TfTensor;
  transpose(tensor: TfTensor, permutation: readonly number[]): TfTensor;
  loadGraphModel(source: { readonly load: () => Promise<unknown> }): Promise<TfGraph>;
}

interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<TensorData>;
  dispose(): void;
}

interface TfGraph {
  readonly inputs: readonly { readonly name: string }[];
  execute(inputs: Readonly<Record<string, TfTensor>>, outputs: readonly string[]): TfTensor | TfTensor[];
  dispose(): void;
}

/** The package that GPU images have; nothing depends on it, since it downloads at install. */
export const TFJS_GPU = '@tensorflow/tfjs-node-gpu';

/** @throws Error where the package, or what it needs, is missing */
export const importTensorFlow = async (name: string): Promise<TensorFlow> => {
  const loaded = (await import(name)) as TensorFlow & { readonly default?: TensorFlow };
  const tf = loaded.default ?? loaded;
  await tf.ready();
  return tf;
};

const readGraph = async (folder: string, { file, digest }: TfGraphFiles): Promise<object> => {
  const json = await readFile(path.join(folder, file));
  const graph = JSON.parse(json.toString('utf8')) as {
    readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
  };
  const parts = graph.weightsManifest.flatMap(({ paths }) => paths);
  const weights = Buffer.concat(
    await Promise.all(parts.map((part) => readFile(path.join(folder, path.basename(part))))),
  );
  if (`sha256:${createHash('sha256').update(json).update(weights).digest('hex')}` !== digest) {
    throw modelAltered();
  }
  return {
    ...graph,
    weightSpecs: graph.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  };
};

/** Ours are planes, TensorFlow's are pixels. */
const TO_PIXELS = [0, 2, 3, 1] as const;

/**
 * A model of pictures on TensorFlow.js: the graph that the ONNX file was converted from, with the same inputs and outputs.
 *
 * @param folder where the graph and its weights are
 */
export const openTfjsModel = async (
  { name, version, inputs, outputs }: Omit<ModelFiles, 'bytes'>,
  graph: TfGraphFiles,
  folder: string,
  tf: TensorFlow,
): Promise<LoadedModel> => {
  const model = await tf.loadGraphModel({ load: async () => readGraph(folder, graph) });
  const [input] = inputs;
  const node = model.inputs[0]?.name;
  if (input === undefined || node === undefined || inputs.length > 1) {
    throw new Fault('internal', 'inference.model_unfit', 'A model does not take one picture.');
  }
  return {
    description: { name, version, digest: graph.digest, platform: `tensorflow ${tf.getBackend()}`, inputs, outputs },
    padded: true,
    run: async (tensors) => {
      const { data, shape } = tensors[input.name]!;
      const planes = tf.tensor(data, shape);
      const pixels = tf.transpose(planes, TO_PIXELS);
      const nodes = outputs.map((output) => graph.outputs[output.name]!);
      const results = [model.execute({ [node]: pixels }, nodes)].flat();
      try {
        const values = results.map(async (result): Promise<Tensor> => {
          return { type: 'float32', shape: result.shape, data: await result.data() };
        });
        const read = await Promise.all(values);
        return Object.fromEntries(outputs.map((output, at) => [output.name, read[at]!])) as Tensors;
      } finally {
        for (const tensor of [planes, pixels, ...results]) tensor.dispose();
      }
    },
    close: () => {
      model.dispose();
      return Promise.resolve();
    },
  };
};
