import { Fault } from '@smartscan/kernel';
import type { Tensors } from '@smartscan/platform/ports';

/**
 * An output of a network of displays.
 *
 * @throws Fault internal documents.inference_failed
 */
export const valuesOf = (outputs: Tensors, name: string): Float32Array => {
  const tensor = outputs[name];
  if (tensor?.type !== 'float32') {
    throw new Fault('internal', 'documents.inference_failed', 'The display could not be read.');
  }
  return tensor.data as Float32Array;
};
