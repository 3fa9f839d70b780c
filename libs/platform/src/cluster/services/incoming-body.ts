import { Fault } from '@smartscan/kernel';
import type { Chunks } from '../../ports/call.ts';

/**
 * How much of a body may be on its way to its reader. Ours: with a millisecond between two services 500 MB/s, and for as
 * many calls as there may be at once 256 MiB.
 */
export const WINDOW_BYTES = 524_288;

/**
 * A streamed body between the connection, which is read always, and the handler, which reads when it can. Were the
 * connection left unread instead, nobody would notice when the caller leaves. So the caller is told how much it may send:
 * nothing before the handler begins to read, then what the handler has taken.
 */
export class IncomingBody {
  readonly #maxBytes: number;
  readonly #grant: (bytes: number) => void;
  readonly #chunks: Buffer[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #end: { readonly failure: Fault | undefined } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** `grant` tells the caller how much more it may send. */
  constructor(maxBytes: number, grant: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#grant = grant;
  }

  /** Resolves when there is room for more, which is at once unless the caller sends what it was not asked for. */
  async push(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) return this.end(tooLarge(this.#maxBytes));
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    this.#wakeReader?.();
    while (this.#heldBytes > 2 * WINDOW_BYTES && !this.#end) {
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    }
  }

  /** Nothing more comes; where that is a failure, what has come and is not yet read is worth nothing. */
  end(failure?: Fault): void {
    if (this.#end) return;
    this.#end = { failure };
    if (failure) this.#chunks.length = 0;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** To be read once. */
  async *read(): Chunks {
    let taken = WINDOW_BYTES;
    for (;;) {
      if (taken >= WINDOW_BYTES / 2 && !this.#end) {
        this.#grant(taken);
        taken = 0;
      }
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#heldBytes -= chunk.length;
        this.#wakeWriter?.();
        taken += chunk.length;
        yield chunk;
      } else if (this.#end) {
        if (this.#end.failure) throw this.#end.failure;
        return;
      } else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('invalid', 'platform.body_too_large', 'The body is larger than the operation takes.', {
    status: 413,
    members: { max_bytes: maxBytes },
  });
