import type { MessagePort } from 'node:worker_threads';
import { asFault } from '@smartscan/kernel';
import type { ModelDescription, Tensors } from '@smartscan/platform/ports';
import { plain } from '../threads/plain-fault.ts';
import type { ModelRuntime } from './model-runtime.ts';
import type { FromHolder, Question, ToHolder } from './port-messages.ts';

/** The memory of outputs, which goes over to whoever asked. What threads share stays shared. */
const buffersOf = (value: Tensors | ModelDescription | undefined, question: Question): ArrayBuffer[] => {
  if (question.type !== 'infer') return [];
  const buffers = Object.values(value as Tensors).map(({ data }) => data.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
};

const answerTo = (
  runtime: ModelRuntime,
  question: Question,
  asking: { readonly client: number; readonly signal: AbortSignal },
): Promise<Tensors | ModelDescription | undefined> => {
  switch (question.type) {
    case 'infer':
      return runtime.infer(question.model, question.inputs, asking);
    case 'describe':
      return runtime.describe(question.model);
    case 'load':
      return runtime.load(question.name, question.version);
    case 'unload':
      return runtime.unload(question.name, question.version).then(() => undefined);
  }
};

/** Answers what comes through a port, which is one client, from the models of this thread. */
export const servePort = (port: MessagePort, runtime: ModelRuntime, client: number): void => {
  const running = new Map<number, AbortController>();
  const tell = (message: FromHolder, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, [...transfer]);
  const answer = async (id: number, question: Question): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const value = await answerTo(runtime, question, { client, signal: abort.signal });
      tell({ type: 'answer', id, value }, buffersOf(value, question));
    } catch (error) {
      // Whoever cancelled has its answer already.
      if (!abort.signal.aborted) tell({ type: 'fault', id, fault: plain(asFault(error)) });
    } finally {
      running.delete(id);
    }
  };
  port.on('message', (message: ToHolder) => {
    if (message.type === 'ask') void answer(message.id, message.question);
    else running.get(message.id)?.abort();
  });
  port.on('close', () => {
    for (const abort of running.values()) abort.abort();
  });
};
