import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '@smartscan/kernel';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** The face models, as folders under `models/`. */
export const FACE_DETECTION = 'face-detection/1';
export const FACE_LANDMARKS = 'face-landmarks/1';

interface ModelConfig {
  readonly file: string;
  readonly digest: string;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** A loaded model with one square picture as its input, which is filled in place. */
export interface PictureModel {
  readonly digest: string;
  /** Side of the input in pixels. */
  readonly side: number;
  /** Red, green, blue planes of the input. */
  readonly input: Float32Array;
  /** Runs on what `input` holds. The outputs are new arrays, by name. */
  readonly run: () => Promise<Readonly<Record<string, Float32Array>>>;
  readonly close: () => Promise<void>;
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const readModel = async (folder: string): Promise<{ readonly config: ModelConfig; readonly bytes: Uint8Array }> => {
  try {
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as ModelConfig;
    return { config, bytes: await readFile(path.join(folder, config.file)) };
  } catch {
    throw new Fault('internal', 'vitals.model_missing', 'A model file is missing.', {
      remedy: 'Build the models: node models/build.mjs',
    });
  }
};

/**
 * Loads a model for the CPU. A file whose digest is not the one in its `config.json` is never run.
 *
 * One thread: a run takes 2-4 ms, and a second thread doubled the CPU time for nothing (measured).
 *
 * @param modelsDirectory the folder that holds `face-detection/` and the like
 * @throws Fault internal vitals.model_missing, vitals.model_altered
 */
export const loadModel = async (modelsDirectory: string, model: string): Promise<PictureModel> => {
  const { config, bytes } = await readModel(path.join(modelsDirectory, model));
  const digest = digestOf(bytes);
  if (digest !== config.digest) {
    throw new Fault('internal', 'vitals.model_altered', 'A model file is not the one that was reviewed.');
  }
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const { name, shape } = config.inputs[0]!;
  const input = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const feeds = { [name]: new Tensor('float32', input, shape) };
  return {
    digest,
    side: shape[2]!,
    input,
    run: async () => {
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([key, { data }]) => [key, data as Float32Array]));
    },
    close: () => session.release(),
  };
};
