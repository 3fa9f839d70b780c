import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { SECOND_MS, type Fault } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';
import type { Reply } from '../../ports/call.ts';
import type { Log } from '../../ports/log.ts';
import { pauseMs } from '../../outbox/backoff.ts';
import type { Certificates } from './certificates.ts';
import { OutgoingCall, type Asked } from './outgoing-call.ts';
import { Connections, TransportFailure, unavailable } from './transport.ts';

/** Ours: a pod that goes away costs a call or two; five in a row that aren't reached are an outage. */
const FAILURES_TO_OPEN = 5;
/** Ours: a pod is back within seconds, and one call in five seconds is no load for one that struggles. */
const OPEN_MS = 5 * SECOND_MS;
/** Ours: with the pauses between them, three tries outlast the moment in which a pod is taken out of service. */
const TRIES = 3;
const RETRY = { firstMs: 50, lastMs: SECOND_MS };
/** What may be done twice (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE']);

export interface RemoteParts {
  readonly owner: Owner;
  readonly certificates: Certificates;
  readonly log: Log;
  readonly silenceMs: number;
}

/** One other service: the connections to it, and whether it makes sense to try. */
export class Remote {
  readonly #parts: RemoteParts;
  readonly #connections: Connections;
  /**
   * Asked only whether an owner is reached: what it answers, faults too, and connections that break later say nothing of
   * whether it takes the next call.
   */
  readonly #breaker = circuitBreaker(
    handleWhen((error) => error instanceof TransportFailure),
    { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
  );

  constructor(parts: RemoteParts) {
    const { owner, log, certificates } = parts;
    this.#parts = parts;
    this.#connections = new Connections(owner, certificates);
    this.#breaker.onBreak(() => log.warn('services.owner_unreachable', { owner }));
    this.#breaker.onReset(() => log.info('services.owner_reachable', { owner }));
  }

  /** Throws the owner's Fault, `platform.service_unavailable`, or the Fault of who gave the call up. */
  async ask(asked: Asked, origin: URL): Promise<Reply> {
    for (let tries = 1; ; tries += 1) {
      let outgoing: OutgoingCall | undefined;
      try {
        outgoing = await this.#begin(asked, origin);
        return await outgoing.reply();
      } catch (error) {
        if (!(error instanceof TransportFailure)) throw error;
        if (tries === TRIES || !mayRepeat(asked, outgoing, error)) throw this.#unavailable(asked, error, tries);
      }
      await pause(pauseMs(RETRY, tries) * (0.5 + Math.random() / 2), asked.call.signal);
    }
  }

  close(graceMs: number): Promise<void> {
    return this.#connections.close(graceMs);
  }

  async #begin(asked: Asked, origin: URL): Promise<OutgoingCall> {
    // While one call finds out, the others are not held up.
    if (this.#breaker.state === CircuitState.HalfOpen) throw unavailable(OPEN_MS / SECOND_MS);
    try {
      return await this.#breaker.execute(async () => {
        const outgoing = new OutgoingCall(asked, this.#parts.silenceMs);
        await outgoing.begin(this.#connections.agent(outgoing.kind), origin);
        return outgoing;
      });
    } catch (error) {
      throw error instanceof BrokenCircuitError ? unavailable(OPEN_MS / SECOND_MS) : error;
    }
  }

  #unavailable({ operation, call }: Asked, { problem }: TransportFailure, tries: number): Fault {
    this.#parts.log.warn('services.call_failed', {
      operation: operation.id,
      request_id: call.requestId,
      problem,
      tries,
    });
    return unavailable();
  }
}

/** Where no handler can have heard of it, or may hear of it twice; and the body, if there is one, is still whole. */
const mayRepeat = ({ operation }: Asked, outgoing: OutgoingCall | undefined, failure: TransportFailure): boolean =>
  outgoing?.isBodyBegun !== true && (failure.isUnheard || IDEMPOTENT.has(operation.method));

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
