import type { MessagePort } from 'node:worker_threads';
import type { HoldStart } from './hold-models.ts';

/** How a thread that scans comes to its models: plain data and ports, which go along when it is started. */
export type InferenceStart =
  /** It holds them itself. */
  | { readonly kind: 'local'; readonly hold: HoldStart }
  /** One thread holds them for all. */
  | { readonly kind: 'shared'; readonly port: MessagePort }
  /** A server does, over the Open Inference Protocol. */
  | { readonly kind: 'remote'; readonly url: string };

/** The ports that go to the thread with it. */
export const portsOf = (start: InferenceStart): MessagePort[] => {
  if (start.kind === 'remote') return [];
  const port = start.kind === 'shared' ? start.port : start.hold.port;
  return port === undefined ? [] : [port];
};
