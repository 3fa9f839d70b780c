import type { MessagePort } from 'node:worker_threads';
import { ModelRuntime, type RuntimeOptions } from './model-runtime.ts';
import type { FromHolder } from './port-messages.ts';
import { servePort } from './port-server.ts';

/** A version of a model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** What a thread that holds models is started with. */
export interface HoldStart {
  readonly runtime: RuntimeOptions;
  readonly models: readonly ModelVersion[];
  /** To whoever may tell it to load and unload, and hears of its counts. */
  readonly port?: MessagePort | undefined;
}

/** Counts are told this often: a scrape comes every 15 s or so. Ours. */
const TELL_EVERY_MS = 1_000;

/** The client number of the port that a thread was started with. */
const OWNER = 0;

/** Loads models in this thread, and serves them through the port. */
export const holdModels = async ({ runtime: options, models, port }: HoldStart): Promise<ModelRuntime> => {
  const tell = (message: FromHolder): void => port?.postMessage(message);
  const runtime = new ModelRuntime({ ...options, counted: port !== undefined }, (provider, missing) =>
    tell({ type: 'provider', provider, missing }),
  );
  await Promise.all(models.map(({ name, version }) => runtime.load(name, version)));
  if (port === undefined) return runtime;
  servePort(port, runtime, OWNER);
  const timer = setInterval(() => {
    const counts = runtime.takeCounts();
    if (counts.length > 0) tell({ type: 'counts', counts });
  }, TELL_EVERY_MS);
  timer.unref();
  return runtime;
};
