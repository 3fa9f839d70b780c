import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { builtFile, revived, startThread } from '@smartscan/inference';
import type { Content } from '../../app/measure.ts';
import { problem } from '../../domain/scan-problems.ts';
import type { Glance } from './demux.ts';
import type { Recorded } from './recorded.ts';
import type { FromGlance, ToGlance } from './worker-messages.ts';

/**
 * A body that isn't read after this time is one made to take long: reading an index takes 0.05 s, but an index of
 * 2000 million frames fits into a few bytes. Ours.
 */
const MAX_DEMUX_MS = 5_000;

/** Starts the thread and waits until it listens. */
const newThread = async (): Promise<Worker> => {
  const thread = startThread('glance', builtFile(import.meta.url, './glance-thread.js'), undefined);
  await once(thread, 'message');
  // A thread that breaks down exits; nobody but a glance that waits for it needs to know.
  thread.on('error', () => undefined);
  return thread;
};

/** What was read, or that it was wrong; `undefined` where the thread ended, or took too long. */
type Answer = Exclude<FromGlance, { type: 'ready' }>;

const answerOf = (thread: Worker, message: ToGlance): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), MAX_DEMUX_MS);
    const settle = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      thread.off('exit', onExit);
      resolve(answer);
    };
    const onExit = (): void => settle(undefined);
    thread.once('message', settle);
    thread.once('exit', onExit);
    thread.postMessage(message, [message.body.buffer]);
  });

/**
 * A thread that reads what containers say, and whole recordings, one at a time. Not the main thread, which one that was made
 * to take long would hold up with everything else.
 */
export class Glancer {
  #thread: Promise<Worker>;

  private constructor(thread: Promise<Worker>) {
    this.#thread = thread;
  }

  static async start(): Promise<Glancer> {
    return new Glancer(Promise.resolve(await newThread()));
  }

  /**
   * The body is handed over: only the one that comes back, with its description, can be read.
   *
   * @throws Fault what is wrong with the container
   */
  async glance(body: Uint8Array<ArrayBuffer>): Promise<Glance> {
    const answer = await this.#ask({ body, content: 'video' });
    if (answer.type !== 'seen') throw problem('interrupted');
    return { video: answer.video, body: answer.body };
  }

  /**
   * What a device made of a video. The body is handed over.
   *
   * @throws Fault what is wrong with it
   */
  async read(body: Uint8Array<ArrayBuffer>, content: Content): Promise<Recorded> {
    const answer = await this.#ask({ body, content });
    if (answer.type !== 'read') throw problem('interrupted');
    return answer.recorded;
  }

  async #ask(message: ToGlance): Promise<Answer> {
    const thread = await this.#thread;
    const answer = await answerOf(thread, message);
    if (answer?.type === 'failed') throw revived(answer.fault);
    if (answer !== undefined) return answer;
    this.#thread = newThread();
    // Whoever glances next meets it.
    this.#thread.catch(() => undefined);
    void thread.terminate();
    throw problem('corrupt');
  }

  async close(): Promise<void> {
    await (await this.#thread).terminate();
  }
}
