/** The thread that reads bodies before their scans are queued: started by `Glancer`, one after another. */
import { parentPort } from 'node:worker_threads';
import { asFault } from '@smartscan/kernel';
import { plain } from '@smartscan/inference/in-thread';
import { describeVideo } from './demux.ts';
import { readRecorded } from './read-recorded.ts';
import type { FromGlance, ToGlance } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker thread');

const tell = (message: FromGlance, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, [...transfer]);

const glance = async ({ body, content }: ToGlance): Promise<void> => {
  try {
    if (content !== 'video') return tell({ type: 'read', recorded: readRecorded(body, content) });
    tell({ type: 'seen', video: await describeVideo(body), body }, [body.buffer]);
  } catch (error) {
    tell({ type: 'failed', fault: plain(asFault(error)) });
  }
};

port.on('message', (message: ToGlance) => void glance(message));
tell({ type: 'ready' });
