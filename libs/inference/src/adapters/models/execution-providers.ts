import { Fault } from '@smartscan/kernel';
import { InferenceSession } from 'onnxruntime-node';
import type { ExecutionProvider } from './engines.ts';

export interface OpenedSession {
  readonly session: InferenceSession;
  readonly provider: ExecutionProvider;
  /** What was wanted before it and could not be had. */
  readonly missing: readonly ExecutionProvider[];
}

/** Always the first that this process may see: which one that is, `CUDA_VISIBLE_DEVICES` says. One process a GPU. */
const DEVICE = 0;

const optionsOf = (provider: ExecutionProvider) =>
  provider === 'cpu' ? { name: provider } : { name: provider, deviceId: DEVICE };

const create = (bytes: Uint8Array, providers: readonly ExecutionProvider[]) =>
  InferenceSession.create(bytes, {
    executionProviders: providers.map(optionsOf),
    // One thread: a run takes 2-4 ms, and a second thread doubled the CPU time for nothing (measured).
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A plan of memory is kept for each shape that came in, and pictures come in all sizes: reading documents took 660 MB at
    // its peak with plans, 560 MB without, for the same CPU time (measured).
    enableMemPattern: false,
    logSeverityLevel: 3,
  });

/**
 * Opens a session on the first provider that there is, the CPU at last in any case. Nodes that one can't run fall to those after it. A provider whose
 * library, driver or device is missing is an error of onnxruntime; it is told, and the next is tried.
 *
 * @throws Fault internal inference.model_unusable where not even the CPU takes the file
 */
export const openSession = async (
  bytes: Uint8Array,
  providers: readonly ExecutionProvider[],
): Promise<OpenedSession> => {
  const wanted = [...new Set([...providers, 'cpu'] as const)];
  const missing: ExecutionProvider[] = [];
  for (const [at, provider] of wanted.entries()) {
    try {
      return { session: await create(bytes, wanted.slice(at)), provider, missing };
    } catch {
      missing.push(provider);
    }
  }
  throw new Fault('internal', 'inference.model_unusable', 'A model file can not be run.');
};
