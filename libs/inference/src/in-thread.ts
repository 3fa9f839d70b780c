// What a thread that works needs of this lib, and no more: all it loads is walked at each collection of garbage.
export { openInference } from './adapters/models/open-inference.ts';
export { openPictureModel, type PictureModel } from './adapters/models/picture-model.ts';
export { builtFile } from './adapters/threads/built-file.ts';
export { interruptible } from './adapters/threads/interruptible.ts';
export type { JobWatch } from './adapters/threads/job-messages.ts';
export { plain, revived, type PlainFault } from './adapters/threads/plain-fault.ts';
export { serveJobs } from './adapters/threads/serve-jobs.ts';
export { inferenceFailed } from './domain/inference-faults.ts';
