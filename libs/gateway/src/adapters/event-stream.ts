import type { Answers } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { InFlight } from './in-flight.ts';

/** Ours: under the 60 s after which AWS load balancers drop a silent connection, and the 30 s of many proxies. */
const HEARTBEAT_MS = 15_000;
/** Ours: an error that shows within this time is still a problem document; later ones are events. */
const FIRST_EVENT_MS = 1_000;
/** Milliseconds after which a browser connects again by itself. Ours. */
const RETRY_MS = 2_000;

/**
 * Server-sent events (WHATWG HTML, 9.2): each of `events` as `event: message`, then `event: end`; what goes wrong on
 * the way as `event: problem`. Written no faster than the client reads.
 */
export class EventStream {
  constructor(
    private readonly answers: Answers,
    private readonly inFlight: InFlight,
  ) {}

  /** Throws what the first event fails with, where that shows at once. */
  async send(exchange: Exchange, events: AsyncIterable<unknown>): Promise<void> {
    const iterator = events[Symbol.asyncIterator]();
    // Asked for at once, so that the client's leaving is noticed however little happens.
    const gone = aborted(exchange.signal);
    const first = iterator.next();
    await Promise.race([first, gone, pause(FIRST_EVENT_MS)]);
    if (exchange.settled) return leave(iterator);
    const { response } = exchange;
    // From here on nothing but events is written.
    exchange.settled = true;
    const head = [...this.answers.headersOf(exchange), 'Content-Type', 'text/event-stream; charset=utf-8'];
    // nginx would gather the events otherwise. The connection ends with the stream: a stop must not wait for it.
    response.writeHead(200, [...head, 'X-Accel-Buffering', 'no', 'Connection', 'close']);
    response.write(`retry: ${RETRY_MS}\n\n`);
    const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), HEARTBEAT_MS);
    const code = await this.pass(exchange, iterator, first, gone);
    clearInterval(heartbeat);
    response.end();
    this.inFlight.end(exchange, 200, code);
  }

  /** The code of what went wrong, if something did. */
  private async pass(
    exchange: Exchange,
    iterator: AsyncIterator<unknown>,
    first: Promise<IteratorResult<unknown>>,
    gone: Promise<undefined>,
  ): Promise<string | undefined> {
    const { response } = exchange;
    try {
      for (let next = first; ; next = iterator.next()) {
        const result = await Promise.race([next, gone]);
        if (result === undefined) {
          await leave(iterator);
          return response.destroyed ? 'client_gone' : 'stopped';
        }
        if (result.done) break;
        if (!response.write(event('message', JSON.stringify(result.value)))) {
          await Promise.race([new Promise((resolve) => response.once('drain', resolve)), gone]);
        }
      }
      response.write(event('end', '{}'));
      return undefined;
    } catch (error) {
      const fault = this.answers.faultOf(exchange, error);
      response.write(event('problem', this.answers.problem(fault, exchange.id)));
      return fault.code;
    }
  }
}

const event = (name: string, data: string): string => `event: ${name}\ndata: ${data}\n\n`;

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

const pause = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());

/** Lets the source clean up. It may be in the middle of waiting for its next event: nobody waits for that. */
async function leave(iterator: AsyncIterator<unknown>): Promise<void> {
  void iterator.return?.().then(undefined, () => undefined);
  return Promise.resolve();
}
