import type { Hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '@smartscan/kernel';
import { refusal } from '../domain/problems.ts';

export interface UploadLimits {
  readonly maxBytes: number;
  /** Longest silence of the client. */
  readonly idleMs: number;
  /** Longest time spent waiting for the client altogether. Waits of the reader's own don't count. */
  readonly totalMs: number;
}

/**
 * A request's body on its way to whoever reads it: chunk by chunk, as fast as the reader takes them and no faster, and
 * within limits of size and time. To be read once.
 */
export class Upload implements AsyncIterable<Uint8Array> {
  /** Why the body ended early. What the reader made of that is another matter. */
  failure: Fault | undefined;
  /** The whole body has gone to the reader. */
  complete = false;
  private bytes = 0;
  private waitedMs = 0;
  private ended = false;
  private wake: (() => void) | undefined;
  /** Fed with every chunk, where somebody needs the body's digest. */
  digest: Hash | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly limits: UploadLimits,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.attach();
    try {
      for (;;) {
        if (this.failure) throw this.failure;
        const chunk = this.request.read() as Buffer | null;
        if (chunk) yield this.count(chunk);
        else if (this.ended) return void (this.complete = true);
        else await this.more();
      }
    } finally {
      this.detach();
    }
  }

  /** Ends a read that is waiting, and every later one. */
  fail(failure: Fault): void {
    this.failure ??= failure;
    this.wake?.();
  }

  /** Lets go of the request, so that what is left of the body can be dropped. */
  detach(): void {
    this.request.off('readable', this.onReadable);
    this.request.off('end', this.onEnd);
    this.request.off('close', this.onClose);
    this.request.off('error', this.onClose);
  }

  private attach(): void {
    // A client that asked first (RFC 9110, 10.1.1) may send now, and only now.
    if (this.request.headers.expect !== undefined) this.response.writeContinue();
    if (this.request.destroyed) this.onClose();
    this.request.on('readable', this.onReadable);
    this.request.on('end', this.onEnd);
    this.request.on('close', this.onClose);
    this.request.on('error', this.onClose);
  }

  private readonly onReadable = (): void => this.wake?.();
  private readonly onEnd = (): void => {
    this.ended = true;
    this.wake?.();
  };
  private readonly onClose = (): void => {
    if (!this.ended) this.fail(refusal('client_gone'));
  };

  private count(chunk: Buffer): Uint8Array {
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxBytes) {
      this.failure = refusal('body_too_large', { members: { max_bytes: this.limits.maxBytes } });
      throw this.failure;
    }
    this.digest?.update(chunk);
    return chunk;
  }

  /** Waits for the client. */
  private more(): Promise<void> {
    const { idleMs, totalMs } = this.limits;
    const leftMs = totalMs - this.waitedMs;
    const sinceMs = performance.now();
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.fail(refusal(idleMs <= leftMs ? 'upload_idle' : 'upload_too_slow')),
        Math.max(0, Math.min(idleMs, leftMs)),
      );
      this.wake = () => {
        this.wake = undefined;
        clearTimeout(timer);
        this.waitedMs += performance.now() - sinceMs;
        resolve();
      };
    });
  }
}

/** A whole small body. Throws what the upload throws. */
export async function readAll(upload: Upload): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload) chunks.push(chunk);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
