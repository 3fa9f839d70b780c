import type { Dispatcher as HttpDispatcher } from 'undici';
import { asFault, Fault } from '@smartscan/kernel';
import type { Operation } from '@smartscan/contracts/operation';
import { Reply, type Call, type Chunks } from '../../ports/call.ts';
import { traceparentNow } from '../../telemetry/trace.ts';
import { BrokenWire, FrameReader, messageFrame } from './frames.ts';
import { RequestFrames } from './request-frames.ts';
import { TransportFailure, unavailable, type CallKind, type TransportProblem } from './transport.ts';
import { answered, faultFrom, limitMsOf, pathOf, PULSE_MS, pulseOf, type Answered, type Opening } from './wire.ts';

export interface Asked {
  readonly operation: Operation;
  readonly input: unknown;
  readonly call: Call;
  readonly body: Chunks | undefined;
}

const HEADERS = { 'content-type': 'application/octet-stream' };

/** One try of a call, as its caller sees it. */
export class OutgoingCall {
  readonly #asked: Asked;
  readonly #silenceMs: number;
  readonly #opening: Buffer;
  /** Of a lasting call; otherwise the request is the opening and nothing else. */
  readonly #frames: RequestFrames | undefined;
  readonly #aborter = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #reader: FrameReader | undefined;
  /** Why the call was given up before its end. */
  #reason: Fault | TransportFailure | undefined;
  #isOver = false;

  constructor(asked: Asked, silenceMs: number) {
    const { operation, input, call, body } = asked;
    const { tenant, actor, purpose, requestId, region, respondAsync, representation } = call;
    const isUpload = body !== undefined && operation.stream !== undefined;
    this.#asked = asked;
    this.#silenceMs = silenceMs;
    this.#opening = messageFrame({
      input,
      call: { tenant, actor, purpose, requestId, region, respondAsync, representation },
      body: isUpload,
      traceparent: traceparentNow(),
    } satisfies Opening);
    if (isUpload || operation.events)
      this.#frames = new RequestFrames(this.#opening, isUpload ? body : undefined, pulseOf(silenceMs));
    // The server ends a call in time; this is for one that doesn't.
    const limitMs = limitMsOf(operation) + PULSE_MS;
    this.#timer = setTimeout(() => this.#cut(new TransportFailure('too_late', false)), limitMs).unref();
    if (call.signal.aborted) this.#onAbort();
    else call.signal.addEventListener('abort', this.#onAbort);
  }

  get kind(): CallKind {
    return this.#frames ? 'lasting' : 'short';
  }

  /** The body's source may have been read from: it can't be read again. */
  get isBodyBegun(): boolean {
    return this.#frames?.isBegun === true;
  }

  /** Resolves when the owner has heard of the call. Throws TransportFailure, or the Fault of who gave the call up. */
  async begin(agent: HttpDispatcher, origin: URL): Promise<void> {
    const timer = setTimeout(() => this.#cut(new TransportFailure('silent', false)), this.#silenceMs);
    try {
      if (this.#reason) throw this.#reason;
      const { body } = await agent.request({
        origin,
        path: pathOf(this.#asked.operation),
        method: 'POST',
        headers: HEADERS,
        body: (this.#frames ?? this.#opening) as Buffer,
        signal: this.#aborter.signal,
      });
      this.#reader = new FrameReader(body, { silenceMs: this.#silenceMs });
    } catch (error) {
      const failure = error instanceof TransportFailure ? error : new TransportFailure('cut', false);
      throw this.#cut(failure);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Throws the Fault that was answered, TransportFailure, or the Fault of who gave the call up. */
  async reply(): Promise<Reply> {
    for (;;) {
      const message = await this.#next();
      if (message.is === 'body_wanted') this.#frames?.want(message.bytes);
      else if (message.is === 'events') return new Reply(message.status, this.#events(), message.headers);
      else if (message.is === 'answer') {
        this.#end();
        return new Reply(message.status, message.body, message.headers);
      } else throw message.is === 'fault' ? this.#faultOf(message) : this.#cut(failed('malformed'));
    }
  }

  async *#events(): AsyncGenerator<unknown, void, undefined> {
    try {
      for (;;) {
        const message = await this.#next();
        if (message.is === 'event') yield message.event;
        else if (message.is === 'end') return this.#end();
        else throw message.is === 'fault' ? this.#faultOf(message) : this.#cut(failed('malformed'));
      }
    } catch (error) {
      throw error instanceof TransportFailure ? unavailable() : error;
    } finally {
      // Whoever stops reading leaves: the owner is to hear of it.
      if (!this.#isOver) this.#cut(failed('cut'));
    }
  }

  async #next(): Promise<Answered> {
    try {
      const frame = await this.#reader?.next();
      const message = answered.safeParse(frame?.kind === 'message' ? frame.message : undefined);
      if (message.success) return message.data;
      throw new BrokenWire(frame === undefined ? 'cut' : 'malformed');
    } catch (error) {
      throw this.#cut(failed(error instanceof BrokenWire ? error.problem : 'cut'));
    }
  }

  /** What the body's source failed with is known here better than there, unless the handler made something else of it. */
  #faultOf(message: Extract<Answered, { is: 'fault' }>): unknown {
    const failure = this.#frames?.failure;
    this.#end();
    return failure && asFault(failure.error).code === message.fault.code ? failure.error : faultFrom(message);
  }

  readonly #onAbort = (): void => void this.#cut(givenUp(this.#asked.call.signal));

  /** The answer is complete: lets the connection be used again. */
  #end(): void {
    this.#settle();
    this.#reader?.release();
  }

  /** Gives the connection up, and with it the handler's work; answers why that happened first. */
  #cut(reason: Fault | TransportFailure): Fault | TransportFailure {
    if (this.#reason) return this.#reason;
    this.#reason = reason;
    this.#settle();
    this.#aborter.abort();
    this.#reader?.stop();
    return reason;
  }

  #settle(): void {
    this.#isOver = true;
    this.#frames?.end();
    clearTimeout(this.#timer);
    this.#asked.call.signal.removeEventListener('abort', this.#onAbort);
  }
}

const failed = (problem: TransportProblem): TransportFailure => new TransportFailure(problem, false);

const givenUp = ({ reason }: AbortSignal): Fault =>
  reason instanceof Fault ? reason : new Fault('unavailable', 'platform.call_given_up', 'The caller gave the call up.');
