import { asFault, Fault } from '@smartscan/kernel';
import type { Inference, ModelDescription } from '@smartscan/platform/ports';
import { inferenceFailed } from '../../domain/inference-faults.ts';
import type { ModelVersion } from './hold-models.ts';
import { lengthOf } from './tensors.ts';

/** A model with one square picture as its input, which is filled in place. */
export interface PictureModel extends ModelVersion {
  readonly digest: string;
  /** Side of the input in pixels. */
  readonly side: number;
  /** Red, green, blue planes of the input. */
  readonly input: Float32Array;
  /** Runs on what `input` holds. The outputs are new arrays, by name. */
  readonly run: () => Promise<Readonly<Record<string, Float32Array>>>;
}

const pictureOf = ({ inputs }: ModelDescription): { readonly name: string; readonly side: number } => {
  const [input, ...others] = inputs;
  const [, planes, height = -1, width] = input?.shape ?? [];
  const square = planes === 3 && height > 0 && height === width;
  if (input?.type !== 'float32' || !square || others.length > 0) {
    throw new Fault('internal', 'inference.model_unfit', 'A model does not take one square picture.');
  }
  return { name: input.name, side: height };
};

/** What a server thinks of our model or input is no mistake of whoever sent the video. */
const ours = (error: unknown): never => {
  const { kind } = asFault(error);
  throw kind === 'not_found' || kind === 'invalid' ? inferenceFailed() : error;
};

/**
 * A model of pictures, wherever it runs. One run at a time, since there is one input.
 *
 * @throws Fault internal inference.model_unfit, and as `Inference` where that blames nobody who sent a video
 */
export const openPictureModel = async (inference: Inference, ref: ModelVersion): Promise<PictureModel> => {
  const description = await inference.describe(ref).catch(ours);
  const { name, side } = pictureOf(description);
  const shape = [1, 3, side, side];
  const input = inference.allocate(lengthOf(shape));
  const inputs = { [name]: { type: 'float32', shape, data: input } } as const;
  return {
    ...ref,
    digest: description.digest,
    side,
    input,
    run: async () => {
      const outputs = await inference.infer(ref, inputs).catch(ours);
      return Object.fromEntries(Object.entries(outputs).map(([key, { data }]) => [key, data as Float32Array]));
    },
  };
};
