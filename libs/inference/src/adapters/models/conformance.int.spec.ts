import { inferenceConformance, MODELS_UNDER_TEST } from '@smartscan/testing/inference';
import { InferenceThread } from './inference-thread-host.ts';
import { ModelRepository } from './model-repository.ts';
import type { RuntimeOptions } from './model-runtime.ts';
import { PortInference } from './port-inference.ts';
import { RemoteInference } from './remote-inference.ts';
import { serveV2 } from './v2-server.ts';

const BATCHING = { maxBatch: 16, maxDelayMs: 2, maxQueue: 256 };
const runtimeOf = (modelsDirectory: string) => ({ modelsDirectory, engines: ['cpu'], batching: BATCHING }) as const;

// Models run in a thread in either case: onnxruntime doesn't know the arrays of the sandbox that tests run in.
const inThread = (runtime: (folder: string) => RuntimeOptions) => async (folder: string) => {
  const start = { runtime: runtime(folder), models: MODELS_UNDER_TEST };
  const thread = await InferenceThread.start(start, () => undefined);
  const inference = new PortInference(thread.connect());
  return {
    inference,
    dispose: async () => {
      await inference.close();
      await thread.close();
    },
  };
};

inferenceConformance(
  'models that a thread runs for itself, each request alone',
  inThread((modelsDirectory) => ({ modelsDirectory, engines: ['cpu'] })),
);

inferenceConformance('models that one thread runs for all, in batches', inThread(runtimeOf));

inferenceConformance('models of a server, over HTTP', async (folder) => {
  const repository = await ModelRepository.start({
    place: { kind: 'shared' },
    runtime: runtimeOf(folder),
    served: true,
    routes: {
      multiply: { current: '1', canary: { version: '2', share: 0 } },
      'one-at-a-time': { current: '1' },
      'any-length': { current: '1' },
      'whole-numbers': { current: '1' },
    },
    onNotice: () => undefined,
    onDefect: () => undefined,
  });
  const server = await serveV2(repository, { host: '127.0.0.1', port: 0 });
  const inference = new RemoteInference(server.url);
  return {
    inference,
    dispose: async () => {
      await inference.close();
      await server.close();
      await repository.close();
    },
  };
});
