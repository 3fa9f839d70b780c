import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault, SECOND_MS } from '@smartscan/kernel';
import type { CallInputOf, Operation } from '@smartscan/contracts/operation';
import type { Call, Chunks, Reply } from '../../ports/call.ts';
import type { Log } from '../../ports/log.ts';
import type { Dispatcher } from '../../process/dispatcher.ts';
import { withinTrace } from '../../telemetry/trace.ts';
import { BrokenWire, FrameReader, messageFrame, PULSE } from './frames.ts';
import { IncomingBody } from './incoming-body.ts';
import { traitsOf } from './unforeseen.ts';
import { faultFrom, faultMessage, opening, sent, type Answered, type Opening } from './wire.ts';

/** Ours: how long a caller that has its answer may take to end its request, before the connection is given up. */
const LINGER_MS = SECOND_MS;
const HEADERS = { 'content-type': 'application/octet-stream' } as const;

export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
  readonly silenceMs: number;
  readonly limitMs: (operation: Operation) => number;
  /** The connection takes no further call after this one. */
  readonly isLast: () => boolean;
}

/** One call, as its server sees it. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #reader: FrameReader;
  readonly #aborter = new AbortController();
  /** The last frame is written: what happens to the connection is no longer the handler's business. */
  #answered = false;
  /** Both sides talk until the end; otherwise the request is one frame, and so is the answer. */
  #isLasting = false;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#reader = new FrameReader(parts.request, parts);
    parts.response.on('error', () => undefined);
    parts.response.on('close', () => this.#leave());
  }

  /** Resolves when the answer is written, or nobody is there to read it. */
  async serve(operation: Operation): Promise<void> {
    try {
      const given = await this.#open();
      this.#deadlineMs = performance.now() + this.#parts.limitMs(operation);
      this.#isLasting = given.body || operation.events;
      const body = given.body ? this.#bodyFor(operation) : undefined;
      if (this.#isLasting) {
        void this.#listen(body);
        // Tells a caller who won't hear of an answer for long that it was heard.
        this.pulse(0);
      } else this.#reader.release();
      await this.#run(operation, given, body?.read());
    } catch (error) {
      this.#noteFailure(operation, error);
      this.refuse(error);
    }
  }

  /** Answers with what went wrong. */
  refuse(error: unknown): void {
    this.#finish(faultMessage(error));
  }

  /** Says that we live, and ends what has run out of time. */
  pulse(nowMs: number): void {
    if (this.#answered) return;
    if (nowMs > this.#deadlineMs) this.give(new Fault('unavailable', 'platform.deadline_passed', 'It took too long.'));
    else if (!this.#parts.response.writableNeedDrain) this.#write(PULSE);
  }

  /** Ends the work, and says why to a caller who still waits. */
  give(reason: Fault): void {
    this.#aborter.abort(reason);
    this.refuse(reason);
  }

  async #open(): Promise<Opening> {
    const frame = await this.#reader.next().catch((error: unknown) => {
      const problem = error instanceof BrokenWire ? error.problem : 'cut';
      // One that doesn't come to the point holds a connection for nothing.
      if (problem === 'silent') this.#parts.response.destroy();
      return undefined;
    });
    const read = opening.safeParse(frame?.kind === 'message' ? frame.message : undefined);
    if (read.success) return read.data;
    throw new Fault('invalid', 'platform.call_malformed', 'This is not how services of this version call each other.', {
      remedy: 'Let both services run releases that follow each other.',
    });
  }

  async #run(operation: Operation, { input, call: from, traceparent }: Opening, body?: Chunks): Promise<void> {
    const call: Call = { ...from, signal: this.#aborter.signal };
    const reply = await withinTrace(traceparent, () =>
      this.#parts.dispatcher.stream(operation, input as CallInputOf<Operation>, call, body),
    );
    if (operation.events) await this.#passEvents(reply);
    else this.#finish({ is: 'answer', status: reply.status, headers: reply.headers, body: reply.body });
  }

  /** Hears the caller out, to the end of its request or the answer. */
  async #listen(body: IncomingBody | undefined): Promise<void> {
    try {
      for (let frame = await this.#reader.next(); frame; frame = await this.#reader.next()) {
        if (frame.kind === 'bytes') await body?.push(frame.bytes);
        else body?.end(endOf(frame.message));
      }
    } catch {
      if (!this.#answered) this.#parts.response.destroy();
    }
    // After a body that has ended this says nothing new.
    body?.end(callerGone());
  }

  async #passEvents({ status, headers, body }: Reply): Promise<void> {
    const { signal } = this.#aborter;
    const events = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    await this.#send({ is: 'events', status, headers });
    try {
      for (;;) {
        const next = await unlessAborted(events.next(), signal);
        if (next === undefined) return;
        if (next.done) return this.#finish({ is: 'end' });
        await this.#send({ is: 'event', event: next.value });
      }
    } finally {
      // Lets the source clean up. It may be in the middle of waiting for its next event: nobody waits for that.
      if (signal.aborted) void events.return?.().then(undefined, () => undefined);
    }
  }

  /** No faster than the caller reads. */
  async #send(message: Answered): Promise<void> {
    const { response } = this.#parts;
    if (this.#answered || this.#write(messageFrame(message))) return;
    await unlessAborted(new Promise((resolve) => response.once('drain', resolve)), this.#aborter.signal);
  }

  #bodyFor({ stream }: Operation): IncomingBody {
    return new IncomingBody(stream?.maxBytes ?? 0, (bytes) => {
      if (!this.#answered) this.#write(messageFrame({ is: 'body_wanted', bytes } satisfies Answered));
    });
  }

  #write(frame: Buffer): boolean {
    const { response } = this.#parts;
    if (response.destroyed) return false;
    if (!response.headersSent) this.#writeHead();
    return response.write(frame);
  }

  #writeHead(bytes?: number): void {
    const { response, isLast } = this.#parts;
    response.writeHead(200, {
      ...HEADERS,
      ...(bytes === undefined ? {} : { 'content-length': bytes }),
      ...(isLast() ? { connection: 'close' } : {}),
    });
  }

  #finish(message: Answered): void {
    if (this.#answered) return;
    const frame = messageFrame(message);
    const { response } = this.#parts;
    this.#answered = true;
    this.#reader.stop();
    this.#reader.release();
    if (response.destroyed) return;
    if (!response.headersSent) this.#writeHead(this.#isLasting ? undefined : frame.length);
    if (this.#isLasting) response.write(frame);
    else response.end(frame);
    this.#linger();
  }

  /** The caller ends its request when it has the answer. Were the answer ended first, the connection would be lost. */
  #linger(): void {
    const { request, response } = this.#parts;
    if (request.readableEnded || request.complete) return void response.end();
    // The connection, since an answer that has been given no longer knows it.
    const { socket } = request;
    setTimeout(() => void (request.complete || socket.destroy()), LINGER_MS).unref();
    request.once('end', () => response.end());
  }

  #leave(): void {
    this.#reader.stop();
    if (!this.#answered) this.#aborter.abort(callerGone());
  }

  #noteFailure({ id }: Operation, error: unknown): void {
    if (this.#answered || (error instanceof Fault && error.kind !== 'internal')) return;
    this.#parts.log.error('services.unforeseen', { operation: id, ...traitsOf(error) });
  }
}

/** Why a body ended, where that was not its end. */
function endOf(message: unknown): Fault | undefined {
  const end = sent.safeParse(message);
  if (!end.success) return callerGone();
  return end.data.is === 'fault' ? faultFrom(end.data) : undefined;
}

const callerGone = (): Fault => new Fault('unavailable', 'platform.caller_gone', 'The caller is gone.');

/** `undefined` where the signal came first. */
const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    signal.addEventListener('abort', leave);
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    if (signal.aborted) leave();
  });
