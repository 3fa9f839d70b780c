import { parentPort, workerData } from 'node:worker_threads';
import { Fault } from '@smartscan/kernel';
import type { FromJobThread, JobWatch, ToJobThread } from './job-messages.ts';
import { plain, revived } from './plain-fault.ts';

/** Frames of a stack, without the first line, which is the message. */
const placesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());

type Told = FromJobThread<never, never>;

const failure = (error: unknown): Told => {
  if (error instanceof Fault) return { type: 'failed', fault: plain(error) };
  if (error instanceof Error) return { type: 'defect', name: error.name, at: placesOf(error) };
  return { type: 'defect', name: 'unknown', at: [] };
};

/** The inside of a `JobThread`: what it does with a job, one after another. */
export interface JobServer<Start, Job, Outcome, Stage> {
  /**
   * Once, before anything else.
   *
   * @param start what the thread was started with
   * @param end ends the thread: it is replaced by one that has what this one lost
   */
  prepare(start: Start, end: () => void): Promise<(job: Job, watch: JobWatch<Stage>) => Promise<Outcome>>;
}

/** Runs in the thread itself, and says when it is ready, or why it can't be. */
export const serveJobs = async <Start, Job, Outcome, Stage>({
  prepare,
}: JobServer<Start, Job, Outcome, Stage>): Promise<void> => {
  const port = parentPort;
  if (port === null) throw new Error('this is a worker thread');
  const tell = (message: FromJobThread<Outcome, Stage>): void => port.postMessage(message);
  let running: AbortController | undefined;
  try {
    const run = await prepare(workerData as Start, () => port.close());
    const begin = async (job: Job): Promise<void> => {
      running = new AbortController();
      try {
        const onProgress = (stage: Stage, share: number): void => tell({ type: 'progress', stage, share });
        tell({ type: 'done', outcome: await run(job, { signal: running.signal, onProgress }) });
      } catch (error) {
        tell(failure(error));
      } finally {
        running = undefined;
      }
    };
    port.on('message', (message: ToJobThread<Job>) => {
      if (message.type === 'stop') running?.abort(revived(message.reason));
      else void begin(message.job);
    });
    tell({ type: 'ready' });
  } catch (error) {
    tell(failure(error));
    port.close();
  }
};
