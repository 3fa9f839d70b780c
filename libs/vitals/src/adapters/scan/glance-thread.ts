/** The thread that reads containers before their scans are queued: started by `Glancer`, one after another. */
import { parentPort } from 'node:worker_threads';
import { asFault } from '@smartscan/kernel';
import { plain } from '../plain-fault.ts';
import { describeVideo } from './demux.ts';
import type { FromGlance } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker thread');

const tell = (message: FromGlance, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, [...transfer]);

const glance = async (body: Uint8Array<ArrayBuffer>): Promise<void> => {
  try {
    tell({ type: 'seen', video: await describeVideo(body), body }, [body.buffer]);
  } catch (error) {
    tell({ type: 'failed', fault: plain(asFault(error)) });
  }
};

port.on('message', (body: Uint8Array<ArrayBuffer>) => void glance(body));
tell({ type: 'ready' });
