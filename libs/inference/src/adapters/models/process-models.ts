import type { Registry } from 'prom-client';
import type { Log } from '@smartscan/platform/ports';
import { withCanary, type ModelRoute } from '../../domain/model-routes.ts';
import { usesGpu } from './engines.ts';
import { watchInference } from './inference-metrics.ts';
import type { InferenceStart } from './inference-start.ts';
import { MODELS_DIRECTORY } from './models-directory.ts';
import { ModelRepository, type ModelsPlace } from './model-repository.ts';
import type { InferenceSettings } from './settings.ts';
import { serveV2 } from './v2-server.ts';

/** Versions of models by name. */
export type ModelVersions = Readonly<Record<string, string>>;

/** Which models jobs run on, and how their threads come to them. */
export interface JobModels {
  /** For a thread that begins. */
  start(): Promise<InferenceStart>;
  /** For a job that begins: the versions that it has, which stay loaded until it is over. */
  lease(): { readonly versions: ModelVersions; release(): void };
}

/** Each thread holds the models itself, on the CPU. */
export const ownModels = (wanted: ModelVersions, modelsDirectory: string = MODELS_DIRECTORY): JobModels => ({
  start: () => {
    const models = Object.entries(wanted).map(([name, version]) => ({ name, version }));
    return Promise.resolve({ kind: 'local', hold: { runtime: { modelsDirectory, engines: ['cpu'] }, models } });
  },
  lease: () => ({ versions: wanted, release: () => undefined }),
});

export interface ModelsSurroundings {
  /** The models that jobs need, and the versions that they were written for. */
  readonly wanted: ModelVersions;
  readonly settings: InferenceSettings;
  readonly log: Log;
  readonly metrics: Registry;
}

/** Rows that may wait for a model. A batch takes some 10 ms, so these wait a fifth of a second. Ours. */
const MAX_QUEUE = 256;

const routesOf = ({
  wanted,
  settings: { modelVersions },
}: ModelsSurroundings): Readonly<Record<string, ModelRoute>> => {
  const routes = new Map<string, ModelRoute>(Object.entries(wanted).map(([name, current]) => [name, { current }]));
  for (const { name, version, share } of modelVersions) routes.set(name, withCanary(routes.get(name), version, share));
  return Object.fromEntries(routes);
};

/** On a CPU a batch takes as long as its pictures one by one (measured); on a GPU it hardly takes longer than one. */
const placeOf = ({ inferenceUrl, executionProviders }: InferenceSettings): ModelsPlace => {
  if (inferenceUrl !== undefined) return { kind: 'remote', url: inferenceUrl };
  return { kind: usesGpu(executionProviders) ? 'shared' : 'local' };
};

/** The models of this process, and the door through which others may run them. */
export interface ProcessModels {
  readonly repository: ModelRepository;
  close(): Promise<void>;
}

/** Loads the models as the settings say: the process is not ready before they are. */
export const startModels = async (around: ModelsSurroundings): Promise<ProcessModels> => {
  const { settings, log, metrics } = around;
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
    routes: routesOf(around),
    onNotice: watchInference(metrics, engines, (provider) =>
      log.warn('inference.execution_provider_missing', { provider }),
    ),
    onChange: (change, model) => log.info(`inference.model_${change}`, { ...model }),
    onDefect: (code) => log.error('inference.defect', { code }),
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
