import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault } from '@smartscan/kernel';
import { openSpan, type OpenSpan } from '@smartscan/platform/ports';
import type { Allowance } from '../app/allowances.ts';
import type { VerifiedKey } from '../app/verified-keys.ts';
import type { Upload } from './upload.ts';

/** How a request is named in logs and metrics, and how long it may last. */
export interface Track {
  readonly method: string;
  /** The template, never the path itself. */
  readonly route: string;
  readonly limitMs: number;
  /** An upload, an event stream, or something whose work may go on after the answer. */
  readonly lasting: boolean;
  /** By status; filled in as they occur. */
  readonly observers: Map<number, (seconds: number) => void>;
}

const connections = new WeakMap<Socket, AbortController>();

function connectionSignal(socket: Socket): AbortSignal {
  let aborter = connections.get(socket);
  if (!aborter) {
    const made = (aborter = new AbortController());
    connections.set(socket, made);
    if (socket.destroyed) made.abort();
    else socket.once('close', () => made.abort());
  }
  return aborter.signal;
}

/** One request and its answer. */
export class Exchange {
  readonly startedMs = performance.now();
  /**
   * A trace begins here whatever the request says: a stranger is not to choose what we record, nor to join a trace of
   * ours. It isn't linked to either: the ids of `traceparent` are 24 bytes of the sender's choice, and would leave.
   */
  readonly span: OpenSpan<'http.request'>;
  key: VerifiedKey | undefined;
  allowance: Allowance | undefined;
  upload: Upload | undefined;
  /** The media type that the caller would rather have than JSON. */
  representation: string | undefined;
  /** Answered, or given up on: whatever comes later is dropped. */
  settled = false;
  /** Neighbours among the requests in flight. */
  previous: Exchange | undefined;
  next: Exchange | undefined;
  private aborter: AbortController | undefined;

  constructor(
    readonly id: string,
    readonly track: Track,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
  ) {
    this.span = openSpan('http.request', { method: track.method, route: track.route, request_id: id }, { parent: '' });
  }

  /**
   * Aborted when the client is gone or the time is up. What lasts has a signal of its own; the others share their connection's, which ends with them where they run out of time: a signal for each would
   * cost more than the rest of a small request (measured: 8 µs, most of it in the garbage collector).
   */
  get signal(): AbortSignal {
    if (!this.track.lasting) return connectionSignal(this.request.socket);
    if (this.aborter) return this.aborter.signal;
    const aborter = new AbortController();
    this.aborter = aborter;
    const { response } = this;
    if (response.destroyed) aborter.abort();
    else response.once('close', () => response.writableFinished || aborter.abort());
    return aborter.signal;
  }

  /** Stops the work that is done for this request. */
  abort(reason: Fault): void {
    this.upload?.fail(reason);
    this.aborter?.abort(reason);
  }
}

/** Whether a request comes with a body (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
