import { Tensor as OrtTensor, type InferenceSession } from 'onnxruntime-node';
import type { ElementType, ModelDescription, Tensor, TensorData, Tensors } from '@smartscan/platform/ports';
import type { Engine, ExecutionProvider } from './engines.ts';
import { openSession } from './execution-providers.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { ModelFiles } from './model-folder.ts';

/** Told what a model runs on now, and what it was to and could not. */
export type OnProvider = (provider: Engine | undefined, missing: readonly Engine[]) => void;

const feedsOf = (inputs: Tensors): InferenceSession.FeedsType => {
  const feeds: Record<string, OrtTensor> = {};
  for (const name of Object.keys(inputs)) {
    const { type, data, shape } = inputs[name]!;
    // onnxruntime can't read memory that threads share.
    feeds[name] = new OrtTensor(type, data.buffer instanceof SharedArrayBuffer ? data.slice() : data, shape);
  }
  return feeds;
};

const outputsOf = (results: InferenceSession.ReturnType): Tensors => {
  const outputs: Record<string, Tensor> = {};
  for (const name of Object.keys(results)) {
    const { type, dims, data } = results[name]!;
    outputs[name] = { type: type as ElementType, shape: dims, data: data as TensorData };
  }
  return outputs;
};

/** A model on onnxruntime. `run` blocks the thread that it is called in: so one session is one thread's. */
export const openOnnxModel = async (
  { name, version, digest, inputs, outputs, bytes }: ModelFiles,
  providers: readonly ExecutionProvider[],
  onProvider?: OnProvider,
): Promise<LoadedModel> => {
  const { session, provider, missing } = await openSession(bytes, providers);
  onProvider?.(provider, missing);
  const description: ModelDescription = {
    name,
    version,
    digest,
    platform: `onnxruntime ${provider}`,
    inputs,
    outputs,
  };
  return {
    description,
    padded: provider !== 'cpu',
    run: async (tensors) => outputsOf(await session.run(feedsOf(tensors))),
    close: () => session.release(),
  };
};
