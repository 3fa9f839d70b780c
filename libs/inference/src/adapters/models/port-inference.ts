import type { MessagePort } from 'node:worker_threads';
import type { InferOptions, ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import { inferenceUnavailable } from '../../domain/inference-faults.ts';
import { revived } from '../threads/plain-fault.ts';
import type { ModelHolder } from './model-holder.ts';
import type { FromHolder, Question, ToHolder } from './port-messages.ts';

interface Asked {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What a holder tells without being asked. */
export type OnNotice = (notice: Exclude<FromHolder, { readonly type: 'answer' | 'fault' }>) => void;

/** Models that another thread of this process holds, asked through a port. */
export class PortInference implements ModelHolder {
  readonly #asked = new Map<number, Asked>();
  readonly #onNotice: OnNotice;
  #lastId = 0;
  #closed = false;

  constructor(
    private readonly port: MessagePort,
    onNotice: OnNotice = () => undefined,
    onClose: () => void = () => undefined,
  ) {
    this.#onNotice = onNotice;
    port.on('message', (message: FromHolder) => this.#hear(message));
    port.on('close', () => {
      this.#end();
      onClose();
    });
  }

  infer(model: ModelRef, inputs: Tensors, options: InferOptions = {}): Promise<Tensors> {
    return this.#ask<Tensors>({ type: 'infer', model, inputs }, options.signal);
  }

  describe(model: ModelRef): Promise<ModelDescription> {
    return this.#ask<ModelDescription>({ type: 'describe', model });
  }

  load(name: string, version: string): Promise<ModelDescription> {
    return this.#ask<ModelDescription>({ type: 'load', name, version });
  }

  unload(name: string, version: string): Promise<void> {
    return this.#ask<void>({ type: 'unload', name, version });
  }

  /** Memory that both threads see: a picture is written once and read where it lies. */
  allocate(length: number): Float32Array {
    return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  }

  close(): Promise<void> {
    this.#end();
    this.port.close();
    return Promise.resolve();
  }

  #ask<T>(question: Question, signal?: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(inferenceUnavailable());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const cancel = (): void => {
        this.#asked.delete(id);
        this.#send({ type: 'cancel', id });
        reject(signal?.reason as Error);
      };
      const settled = (): void => {
        this.#asked.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      this.#asked.set(id, {
        resolve: (value: T) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error as Error);
        },
      });
      signal?.addEventListener('abort', cancel, { once: true });
      this.#send({ type: 'ask', id, question });
    });
  }

  #send(message: ToHolder): void {
    this.port.postMessage(message);
  }

  #hear(message: FromHolder): void {
    switch (message.type) {
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.value as never);
        break;
      case 'fault':
        this.#asked.get(message.id)?.reject(revived(message.fault));
        break;
      case 'counts':
      case 'provider':
        this.#onNotice(message);
        break;
    }
  }

  /** Nobody answers any more. */
  #end(): void {
    this.#closed = true;
    for (const { reject } of [...this.#asked.values()]) reject(inferenceUnavailable());
  }
}
