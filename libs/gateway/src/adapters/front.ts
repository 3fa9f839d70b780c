import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Fault } from '@smartscan/kernel';
import { refusal, type ProblemCode } from '../domain/problems.ts';
import { PROBLEM_TYPE, type Answers } from './answers.ts';
import type { Track } from './exchange.ts';
import type { InFlight } from './in-flight.ts';

/** What is refused before a route is known has none to be named after. */
const UNROUTED: Track = { method: '*', route: 'unrouted', limitMs: 30_000, lasting: false, observers: new Map() };

/**
 * Ours: nothing moves on a connection for no longer than an upload may take (300 s) and a margin, or else one side is
 * gone, such as a client that doesn't read its answer.
 */
const DEAD_AFTER_MS = 330_000;

/** Errors of Node's HTTP parser and timers that have an answer of their own; all else is malformed. */
const CONNECTION_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * Stands before the router. Fastify has answers of its own for a URL that can't be decoded, for malformed HTTP and for
 * requests during a stop: the first quotes the URL, and none is a problem document. So it is asked only when it can
 * route.
 */
export class Front {
  private stopping = false;

  constructor(
    private readonly inFlight: InFlight,
    private readonly answers: Answers,
  ) {}

  attach(server: FastifyInstance): void {
    const { server: http } = server;
    const route = (request: IncomingMessage, response: ServerResponse): void => {
      const refused = this.refusalOf(request.url ?? '');
      if (refused) this.answers.fail(this.inFlight.begin(UNROUTED, request, response), refused);
      else server.routing(request, response);
    };
    http.removeAllListeners('request').on('request', route);
    // A client that asks before it sends (RFC 9110, 10.1.1) is told to go on when its body is first read: one that is
    // refused never sends it.
    http.on('checkContinue', route);
    http.setTimeout(DEAD_AFTER_MS);
    http.removeAllListeners('clientError').on('clientError', (error: NodeJS.ErrnoException, socket) => {
      this.refuseConnection(error.code ?? '', socket as Socket);
    });
  }

  /** From now on requests are sent elsewhere, and event streams end. What else is running is let finish. */
  stop(): void {
    this.stopping = true;
    this.answers.stop();
  }

  private refusalOf(target: string): Fault | undefined {
    if (this.stopping) return refusal('stopping', { retryAfterSeconds: 1 });
    return target.includes('%') && !isDecodable(target) ? refusal('url_malformed') : undefined;
  }

  private refuseConnection(code: string, socket: Socket): void {
    const begun = this.inFlight
      .all()
      .some(({ request, response }) => request.socket === socket && response.headersSent);
    if (!socket.writable || code === 'ECONNRESET' || begun) return void socket.destroy();
    const fault = refusal(CONNECTION_PROBLEMS[code] ?? 'request_malformed');
    const text = this.answers.problem(fault, this.inFlight.nextId());
    const head = [
      `HTTP/1.1 ${fault.status} Refused`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Cache-Control: no-store',
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
  }
}

function isDecodable(target: string): boolean {
  try {
    decodeURIComponent(target.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
