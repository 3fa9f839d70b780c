import { problem } from '../../domain/scan-problems.ts';

export type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const chunksOf = (body: Body): AsyncIterator<Uint8Array> | Iterator<Uint8Array> =>
  Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();

const joined = (chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

/**
 * Reads a body into one piece of memory of its own, which can be handed to another thread.
 *
 * @throws Fault vitals.too_large beyond `maxBytes`, with the rest unread; vitals.cancelled as soon as the signal is
 *   aborted, also while the body stalls
 */
export const collectBody = async (
  body: Body,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> => {
  const iterator = chunksOf(body);
  const chunks: Uint8Array[] = [];
  let length = 0;
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = (): void => reject(problem('cancelled'));
    signal.addEventListener('abort', leave, { once: true });
  });
  left.catch(() => undefined);
  try {
    if (signal.aborted) throw problem('cancelled');
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), left]);
      if (done === true) return joined(chunks, length);
      length += value.length;
      if (length > maxBytes) throw problem('too_large');
      chunks.push(value);
    }
  } catch (error) {
    // A stalled body would hold up its own end: nobody waits for it.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
};
