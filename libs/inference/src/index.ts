export { Batcher } from './adapters/models/batcher.ts';
export { usesGpu } from './adapters/models/engines.ts';
export { InferenceThread } from './adapters/models/inference-thread-host.ts';
export { portsOf, type InferenceStart } from './adapters/models/inference-start.ts';
export { ModelRepository, type ModelsPlace, type RepositoryOptions } from './adapters/models/model-repository.ts';
export { MODELS_DIRECTORY } from './adapters/models/models-directory.ts';
export {
  ownModels,
  startModels,
  type JobModels,
  type ModelVersions,
  type ProcessModels,
} from './adapters/models/process-models.ts';
export { inferenceSettings, type WantedVersion } from './adapters/models/settings.ts';
export { serveV2 } from './adapters/models/v2-server.ts';
export { builtFile } from './adapters/threads/built-file.ts';
export { JobThread, type OnDefect } from './adapters/threads/job-thread.ts';
export { plain, revived, type PlainFault } from './adapters/threads/plain-fault.ts';
export { startThread } from './adapters/threads/thread.ts';
export { FairLine } from './adapters/tier/fair-line.ts';
export { JobOutcomes } from './adapters/tier/job-outcomes.ts';
export { defaultDeadline, maxJobs, tierSettings } from './adapters/tier/settings.ts';
export { Tier, UNWATCHED, type Place, type TierRequest, type TierWatch } from './adapters/tier/tier.ts';
export type { TierFaults } from './adapters/tier/tier-faults.ts';
export { TierMetrics } from './adapters/tier/tier-metrics.ts';
export { WorkerPool } from './adapters/tier/worker-pool.ts';
export type { Lane } from './domain/fair-queue.ts';
