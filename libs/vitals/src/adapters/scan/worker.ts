/** The thread that scans: started by `ScanWorkers`, one scan after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { Fault } from '@smartscan/kernel';
import { openInference } from '../inference/open-inference.ts';
import { plain, revived } from '../plain-fault.ts';
import { analyseRecorded } from './analyse-recorded.ts';
import { FrameMemory } from './frames.ts';
import type { ScanOutcome } from './outcome.ts';
import { scan, type ScanTools, type ScanWatch } from './scan.ts';
import type { FromWorker, ToWorker, WorkerStart } from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this is a worker thread');

const tell = (message: FromWorker): void => port.postMessage(message);

/** Frames of a stack, without the first line, which is the message. */
const placesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());

const fail = (error: unknown): void => {
  if (error instanceof Fault) {
    tell({ type: 'failed', fault: plain(error) });
    return;
  }
  const { name, at } = error instanceof Error ? { name: error.name, at: placesOf(error) } : { name: 'unknown', at: [] };
  tell({ type: 'defect', name, at });
};

/** What is kept from scan to scan; which versions of the models to run on, each is told. */
type Kept = Omit<ScanTools, 'versions'>;

const prepare = async ({ inference: start, decoder }: WorkerStart): Promise<Kept> => ({
  // Without its models this thread is of no use: it ends, and is replaced by one that has them.
  inference: await openInference(start, () => port.close()),
  decoder,
  memory: new FrameMemory(),
});

const serve = (kept: Kept): void => {
  let running: AbortController | undefined;
  const begin = async (work: (watch: ScanWatch) => Promise<ScanOutcome>): Promise<void> => {
    running = new AbortController();
    try {
      const outcome = await work({
        signal: running.signal,
        onProgress: (stage, share) => tell({ type: 'progress', stage, share }),
      });
      tell({ type: 'done', outcome });
    } catch (error) {
      fail(error);
    } finally {
      running = undefined;
    }
  };
  port.on('message', (message: ToWorker) => {
    if (message.type === 'stop') {
      running?.abort(revived(message.reason));
      return;
    }
    const tools = { ...kept, versions: message.versions };
    void begin((watch) =>
      message.type === 'scan' ? scan(message, tools, watch) : analyseRecorded(message, { tools, watch }),
    );
  });
};

try {
  serve(await prepare(workerData as WorkerStart));
  tell({ type: 'ready' });
} catch (error) {
  fail(error);
  port.close();
}
