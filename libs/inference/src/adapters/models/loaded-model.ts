import type { ModelDescription, Tensors, TensorSpec } from '@smartscan/platform/ports';

/** One version of a model, ready to run. */
export interface LoadedModel {
  readonly description: ModelDescription;
  /** Whether shapes are worth repeating: on a GPU, where each new one is paid for. */
  readonly padded: boolean;
  /** Runs once, in this thread. The outputs are new. */
  run(inputs: Tensors): Promise<Tensors>;
  close(): Promise<void>;
}

const countsRows = ({ shape }: TensorSpec): boolean => shape[0] === -1;

/** Whether the first axis of everything counts rows that don't know of each other, so that runs can be put together. */
export const isBatched = ({ inputs, outputs }: ModelDescription): boolean =>
  inputs.every(countsRows) && outputs.every(countsRows);
