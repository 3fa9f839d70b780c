import type { Log } from '@smartscan/platform/ports';
import type { Registry } from 'prom-client';
import { withCanary, type ModelRoute } from '../domain/model-routes.ts';
import { usesGpu } from './inference/engines.ts';
import { watchInference } from './inference/inference-metrics.ts';
import { ModelRepository, type ModelsPlace } from './inference/model-repository.ts';
import { serveV2 } from './inference/v2-server.ts';
import { FACE_MODELS } from './scan/face-models.ts';
import type { VitalsSettings } from './settings.ts';

interface Surroundings {
  readonly settings: VitalsSettings;
  readonly log: Log;
  readonly metrics: Registry;
}

/** Rows that may wait for a model. A batch takes some 10 ms, so these wait a fifth of a second. Ours. */
const MAX_QUEUE = 256;

const routesOf = ({ modelVersions }: VitalsSettings): Readonly<Record<string, ModelRoute>> => {
  const routes = new Map<string, ModelRoute>(Object.entries(FACE_MODELS).map(([name, current]) => [name, { current }]));
  for (const { name, version, share } of modelVersions) routes.set(name, withCanary(routes.get(name), version, share));
  return Object.fromEntries(routes);
};

/** On a CPU a batch takes as long as its pictures one by one (measured); on a GPU it hardly takes longer than one. */
const placeOf = ({ inferenceUrl, executionProviders }: VitalsSettings): ModelsPlace => {
  if (inferenceUrl !== undefined) return { kind: 'remote', url: inferenceUrl };
  return { kind: usesGpu(executionProviders) ? 'shared' : 'local' };
};

/** The models of this process, and the door through which others may run them. */
export interface ProcessModels {
  readonly repository: ModelRepository;
  close(): Promise<void>;
}

/** Loads the models as the settings say: the process is not ready before they are. */
export const startModels = async ({ settings, log, metrics }: Surroundings): Promise<ProcessModels> => {
  const { executionProviders: engines, modelsDirectory, maxBatch, batchDelayMs } = settings;
  const { inferencePort: port, inferenceHost: host } = settings;
  const repository = await ModelRepository.start({
    place: placeOf(settings),
    runtime: {
      modelsDirectory,
      engines,
      batching: { maxBatch, maxDelayMs: batchDelayMs, maxQueue: MAX_QUEUE },
    },
    served: port !== undefined,
    routes: routesOf(settings),
    onNotice: watchInference(metrics, engines, (provider) =>
      log.warn('vitals.execution_provider_missing', { provider }),
    ),
    onChange: (change, model) => log.info(`vitals.model_${change}`, { ...model }),
    onDefect: (code) => log.error('vitals.inference_defect', { code }),
  });
  try {
    const server = port === undefined ? undefined : await serveV2(repository, { host, port });
    return {
      repository,
      close: async () => {
        await server?.close();
        await repository.close();
      },
    };
  } catch (error) {
    await repository.close();
    throw error;
  }
};
