import type { Fault } from '@smartscan/kernel';

export type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface BodyLimits {
  readonly maxBytes: number;
  /** What is said beyond that, with the rest unread. */
  readonly tooLarge: () => Fault;
  readonly cancelled: () => Fault;
}

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
 * @throws Fault `tooLarge` beyond `maxBytes`; `cancelled` as soon as the signal is aborted, also while the body stalls
 */
export const collectBody = async (
  body: Body,
  { maxBytes, tooLarge, cancelled }: BodyLimits,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> => {
  const iterator = chunksOf(body);
  const chunks: Uint8Array[] = [];
  let length = 0;
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = (): void => reject(cancelled());
    signal.addEventListener('abort', leave, { once: true });
  });
  left.catch(() => undefined);
  try {
    if (signal.aborted) throw cancelled();
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), left]);
      if (done === true) return joined(chunks, length);
      length += value.length;
      if (length > maxBytes) throw tooLarge();
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
