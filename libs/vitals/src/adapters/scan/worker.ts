/** The thread that scans: started by `ScanWorkers`, one scan after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { Fault } from '@smartscan/kernel';
import { FrameMemory } from './frames.ts';
import { FACE_DETECTION, FACE_LANDMARKS, loadModel } from './models.ts';
import { scan, type ScanTools } from './scan.ts';
import { plain, revived, type FromWorker, type ToWorker, type WorkerStart } from './worker-messages.ts';

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
  // What state this left behind nobody knows.
  port.close();
};

const prepare = async ({ modelsDirectory, decoder }: WorkerStart): Promise<ScanTools> => {
  const [detection, landmarks] = await Promise.all(
    [FACE_DETECTION, FACE_LANDMARKS].map((model) => loadModel(modelsDirectory, model)),
  );
  return { decoder, models: { detection: detection!, landmarks: landmarks! }, memory: new FrameMemory() };
};

const serve = (tools: ScanTools): void => {
  let running: AbortController | undefined;
  const begin = async (body: Uint8Array): Promise<void> => {
    running = new AbortController();
    try {
      const outcome = await scan(body, tools, {
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
    if (message.type === 'scan') {
      void begin(message.body);
    } else {
      running?.abort(revived(message.reason));
    }
  });
};

try {
  serve(await prepare(workerData as WorkerStart));
  tell({ type: 'ready' });
} catch (error) {
  fail(error);
  port.close();
}
