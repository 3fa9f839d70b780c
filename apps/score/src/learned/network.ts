import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** `models/` of the source tree, from this file in `src` or `dist`. */
export const MODELS = path.resolve(import.meta.dirname, '../../../../models');

interface Config {
  readonly file: string;
  readonly digest: string;
  readonly inputs: readonly { readonly name: string }[];
}

/** One of our own networks of one input. */
export interface Network {
  /** Outputs by name, row-major. */
  run(shape: readonly number[], input: Float32Array): Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * @param model such as `pulse-quality/1`
 * @throws Error where the file is not the one that its card speaks of
 */
export const openNetwork = async (model: string): Promise<Network> => {
  const folder = path.join(MODELS, model);
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as Config;
  const bytes = readFileSync(path.join(folder, config.file));
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== config.digest) {
    throw new Error(`models/${model} is not the file that config.json names`);
  }
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const name = config.inputs[0]!.name;
  return {
    run: async (shape, input) => {
      const outputs = await session.run({ [name]: new Tensor('float32', input, shape) });
      return Object.fromEntries(Object.entries(outputs).map(([key, { data }]) => [key, data as Float32Array]));
    },
  };
};
