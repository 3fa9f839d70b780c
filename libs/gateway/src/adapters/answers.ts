import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '@smartscan/kernel';
import type { InputError } from '../domain/problem-document.ts';
import { problemDocument } from '../domain/problem-document.ts';
import { refusal, type ProblemCode } from '../domain/problems.ts';
import { stateHeader } from '../domain/rate-window.ts';
import type { GatewaySettings } from '../app/settings.ts';
import { hasBody, type Exchange, type Track } from './exchange.ts';
import type { InFlight } from './in-flight.ts';
import { closeAfterAnswer, dropRest } from './linger.ts';

export interface Text {
  readonly status: number;
  readonly type: string;
  /** `undefined`: there is none (304). */
  readonly text: string | undefined;
  /** Names and values in turn. */
  readonly headers?: readonly string[];
  /** `no-store` where nothing else is said. */
  readonly cacheControl?: string;
  /** Of the problem, if it is one. */
  readonly code?: string;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** Ours: a body's unread rest up to this size is read and dropped to keep the connection; beyond it that's dearer. */
const DROP_MAX_BYTES = 65_536;
const OVERDUE_LOOK_MS = 1_000;
/** These end the connection: the client didn't keep up, is to go elsewhere, or nobody can say what still runs for it. */
const CLOSING: ReadonlySet<string> = new Set([
  'upload_idle',
  'upload_too_slow',
  'wrong_region',
  'time_limit',
  'stopping',
] satisfies ProblemCode[]);

/** RFC 6750, section 3.1: no error where no token came. */
const CHALLENGES: Readonly<Record<string, string>> = {
  key_missing: 'Bearer realm="smartscan"',
  key_malformed: 'Bearer realm="smartscan", error="invalid_token"',
  key_invalid: 'Bearer realm="smartscan", error="invalid_token"',
  scope_missing: 'Bearer realm="smartscan", error="insufficient_scope"',
};

/** The one place where answers leave. */
export class Answers {
  private stopping = false;

  constructor(
    private readonly inFlight: InFlight,
    private readonly settings: GatewaySettings,
  ) {}

  /** Takes a request in hand. */
  begin(track: Track, request: IncomingMessage, response: ServerResponse): Exchange {
    return this.inFlight.begin(track, request, response);
  }

  /** Ends what has run out of time, until told to stop. */
  watch(): () => void {
    const timer = setInterval(() => {
      for (const exchange of this.inFlight.overdue()) this.giveUp(exchange, refusal('time_limit'));
    }, OVERDUE_LOOK_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Every answer's own headers, and how much the caller has left. */
  headersOf({ id, allowance }: Exchange, cacheControl = 'no-store'): string[] {
    const headers = ['X-Request-Id', id, 'Cache-Control', cacheControl, 'X-Content-Type-Options', 'nosniff'];
    if (allowance) headers.push('RateLimit-Policy', allowance.policy, 'RateLimit', stateHeader(allowance.taken));
    return headers;
  }

  send(exchange: Exchange, { status, type, text, headers, cacheControl, code }: Text): void {
    if (exchange.settled) return;
    const { request, response } = exchange;
    exchange.settled = true;
    if (response.destroyed) return this.inFlight.end(exchange, 499, 'client_gone');
    const head = this.headersOf(exchange, cacheControl);
    if (headers) head.push(...headers);
    if (text !== undefined) head.push('Content-Type', type, 'Content-Length', String(Buffer.byteLength(text)));
    if (leaveBody(exchange, code) || this.stopping) head.push('Connection', 'close');
    response.writeHead(status, head);
    response.end(request.method === 'HEAD' ? undefined : text);
    this.inFlight.end(exchange, status, code);
  }

  /** Answers with what went wrong. */
  fail(exchange: Exchange, error: unknown): void {
    if (exchange.settled) return;
    const fault = this.faultOf(exchange, error);
    const { status, code } = fault;
    const headers = headersOf(fault);
    this.send(exchange, { status, type: PROBLEM_TYPE, text: this.problem(fault, exchange.id), headers, code });
  }

  notAllowed(exchange: Exchange, allow: string): void {
    const fault = refusal('method_not_allowed', { members: { allow } });
    const text = this.problem(fault, exchange.id);
    this.send(exchange, { status: 405, type: PROBLEM_TYPE, text, headers: ['Allow', allow], code: fault.code });
  }

  invalid(exchange: Exchange, errors: readonly InputError[]): void {
    const fault = refusal('invalid_request');
    const text = this.problem(fault, exchange.id, errors);
    this.send(exchange, { status: fault.status, type: PROBLEM_TYPE, text, code: fault.code });
  }

  problem(fault: Fault, requestId: string, errors?: readonly InputError[]): string {
    const typeBase = this.settings.problemBase;
    return JSON.stringify(problemDocument(fault, { typeBase, requestId, ...(errors ? { errors } : {}) }));
  }

  /** Stops the work, and says why if nothing has been said yet. */
  giveUp(exchange: Exchange, reason: Fault): void {
    exchange.abort(reason);
    this.fail(exchange, reason);
  }

  /**
   * From now on every answer is its connection's last: a connection kept open would hold up the stop until it timed
   * out. Event streams end now, all else is let finish.
   */
  stop(): void {
    this.stopping = true;
    for (const exchange of this.inFlight.all()) if (exchange.settled) exchange.abort(refusal('stopping'));
  }

  /**
   * A body that failed explains whatever its reader said about it. What is our own fault is noted, and nothing is told
   * of it but that.
   */
  faultOf(exchange: Exchange, error: unknown): Fault {
    const failure = exchange.upload?.failure;
    if (failure) return failure;
    if (error instanceof Fault && error.kind !== 'internal' && error.status >= 400 && error.status <= 599) return error;
    this.inFlight.unforeseen(exchange, error);
    return refusal('internal');
  }
}

function headersOf({ code, status, extras }: Fault): string[] {
  const headers: string[] = [];
  if (extras.retryAfterSeconds !== undefined) headers.push('Retry-After', String(extras.retryAfterSeconds));
  const challenge = CHALLENGES[code] ?? (status === 401 ? CHALLENGES['key_invalid'] : undefined);
  if (challenge !== undefined) headers.push('WWW-Authenticate', challenge);
  return headers;
}

/** Sees to the part of a body that hasn't arrived; whether the connection ends with this answer. */
function leaveBody({ request, upload }: Exchange, code = ''): boolean {
  upload?.detach();
  if (CLOSING.has(code)) {
    closeAfterAnswer(request);
    return true;
  }
  if (request.complete || !hasBody(request)) return false;
  const length = request.headers['content-length'];
  const small = length !== undefined && Number(length) <= DROP_MAX_BYTES && request.headers.expect === undefined;
  if (small) dropRest(request);
  else closeAfterAnswer(request);
  return !small;
}
