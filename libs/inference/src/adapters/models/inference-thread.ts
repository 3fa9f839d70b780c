/** The one thread of a process that owns the models when scans share them: started by `InferenceThread`. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { asFault } from '@smartscan/kernel';
import { plain } from '../threads/plain-fault.ts';
import { holdModels, type HoldStart } from './hold-models.ts';
import type { FromThread, ToThread } from './inference-thread-host.ts';
import { servePort } from './port-server.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker thread');

const tell = (message: FromThread): void => port.postMessage(message);

try {
  const runtime = await holdModels(workerData as HoldStart);
  let clients = 0;
  port.on('message', ({ port: client }: ToThread & { readonly port: MessagePort }) => {
    servePort(client, runtime, ++clients);
  });
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'failed', fault: plain(asFault(error)) });
  port.close();
}
