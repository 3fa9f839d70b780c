import type { Chunks } from '../../ports/call.ts';
import { bytesFrames, messageFrame, PULSE } from './frames.ts';
import { faultMessage, type Sent } from './wire.ts';

/**
 * What a caller sends in a lasting call: the opening; the body, once it is wanted and as fast as it is taken; pulses as
 * long as there is nothing else to say; and the end when the answer is complete. To be iterated once.
 */
export class RequestFrames implements AsyncIterable<Buffer> {
  readonly #opening: Buffer;
  readonly #pulseMs: number;
  readonly #body: Chunks | undefined;
  /** How much may be sent now. */
  #wantedBytes = 0;
  #isBegun = false;
  #isOver = false;
  #wake: (() => void) | undefined;
  /** What the body's source failed with. */
  failure: { readonly error: unknown } | undefined;

  constructor(opening: Buffer, body: Chunks | undefined, pulseMs: number) {
    this.#opening = opening;
    this.#pulseMs = pulseMs;
    this.#body = body;
  }

  /** A handler reads, and has room for so much more. */
  want(bytes: number): void {
    this.#wantedBytes += bytes;
    this.#isBegun = this.#body !== undefined;
    this.#wake?.();
  }

  /** Something may have been taken from the body's source. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    yield this.#opening;
    yield* this.#pulseUntil(() => this.#wantedBytes > 0);
    if (this.#body && !this.#isOver) yield* this.#sendBody(this.#body);
    yield* this.#pulseUntil(() => false);
  }

  async *#sendBody(body: Chunks): AsyncGenerator<Buffer, void, undefined> {
    const source = body[Symbol.asyncIterator]();
    let isLeft = true;
    try {
      while (!this.#isOver) {
        const step = yield* this.#step(source.next());
        if (step === undefined) return;
        isLeft = 'value' in step && step.done !== true;
        if ('error' in step) this.failure = step;
        if ('error' in step) return yield messageFrame(faultMessage(step.error));
        if (step.done === true) return yield messageFrame({ is: 'end' } satisfies Sent);
        this.#wantedBytes -= step.value.length;
        yield* bytesFrames(step.value);
        yield* this.#pulseUntil(() => this.#wantedBytes > 0);
      }
    } finally {
      // It may be in the middle of waiting for its next chunk: nobody waits for that.
      if (isLeft) void source.return?.().then(undefined, () => undefined);
    }
  }

  /** The next chunk, or what the source failed with; `undefined` where the call ended first. */
  async *#step(
    next: Promise<IteratorResult<Uint8Array>>,
  ): AsyncGenerator<Buffer, IteratorResult<Uint8Array> | { readonly error: unknown } | undefined, undefined> {
    let step: IteratorResult<Uint8Array> | { readonly error: unknown } | undefined;
    const settle = (result: typeof step): void => {
      step = result;
      this.#wake?.();
    };
    void next.then(settle, (error: unknown) => settle({ error }));
    yield* this.#pulseUntil(() => step !== undefined);
    return step;
  }

  async *#pulseUntil(isSo: () => boolean): AsyncGenerator<Buffer, void, undefined> {
    while (!isSo() && !this.#isOver) {
      let timer: NodeJS.Timeout | undefined;
      const isWoken = await new Promise<boolean>((resolve) => {
        this.#wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), this.#pulseMs);
      });
      clearTimeout(timer);
      this.#wake = undefined;
      if (!isWoken) yield PULSE;
    }
  }
}
