import { setImmediate as turn } from 'node:timers/promises';
import type { Inference } from '@smartscan/platform/ports';

/**
 * Runs of models that look up in between: a run blocks its thread, so a job that is nothing but runs would never hear that
 * nobody wants it any more. And it must hear, since a thread that is ended in the middle of a run takes the whole process
 * with it (onnxruntime-node 1.27 throws where nobody can catch).
 *
 * @param signalOf of the job that runs now
 */
export const interruptible = (inference: Inference, signalOf: () => AbortSignal | undefined): Inference => ({
  allocate: (length) => inference.allocate(length),
  describe: (model) => inference.describe(model),
  infer: async (model, inputs, options) => {
    // What came through the port is heard when the loop turns.
    await turn();
    signalOf()?.throwIfAborted();
    return inference.infer(model, inputs, options);
  },
  close: () => inference.close(),
});
