import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { asFault } from '@smartscan/kernel';
import { inferenceUnavailable } from '../../domain/inference-faults.ts';
import { builtFile } from '../threads/built-file.ts';
import { revived, type PlainFault } from '../threads/plain-fault.ts';
import { startThread } from '../threads/thread.ts';
import type { HoldStart } from './hold-models.ts';
import { PortInference, type OnNotice } from './port-inference.ts';

/** To the thread: another client. */
export interface ToThread {
  readonly port: MessagePort;
}

/** From the thread. */
export type FromThread = { readonly type: 'ready' } | { readonly type: 'failed'; readonly fault: PlainFault };

/** The thread that owns the models, as its process sees it. */
export class InferenceThread {
  readonly holder: PortInference;
  /** Resolves when the thread is gone, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;

  private constructor(start: Omit<HoldStart, 'port'>, onNotice: OnNotice) {
    const { port1, port2 } = new MessageChannel();
    const workerData: HoldStart = { ...start, port: port2 };
    this.#worker = startThread('inference', builtFile(import.meta.url, './inference-thread.js'), workerData, [port2]);
    this.holder = new PortInference(port1, onNotice);
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  /** @throws Fault where a model can't be loaded */
  static async start(start: Omit<HoldStart, 'port'>, onNotice: OnNotice): Promise<InferenceThread> {
    const thread = new InferenceThread(start, onNotice);
    await new Promise<void>((resolve, reject) => {
      thread.#worker.on('message', (message: FromThread) => {
        if (message.type === 'ready') resolve();
        else reject(revived(message.fault));
      });
      thread.#worker.on('error', (error) => reject(asFault(error)));
      thread.#worker.on('exit', () => reject(inferenceUnavailable()));
    });
    return thread;
  }

  /** A port for another thread of this process, which is a client of its own in the queues. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const message: ToThread = { port: port2 };
    this.#worker.postMessage(message, [port2]);
    return port1;
  }

  async close(): Promise<void> {
    await this.holder.close();
    await this.#worker.terminate();
  }
}
