import type { Registry } from 'prom-client';
import { Fault } from '@smartscan/kernel';
import { DurationHistogram, type Log } from '@smartscan/platform/ports';
import type { Exchange, Track } from './exchange.ts';

/** Seconds. From a cached refusal to a scan; ours. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/**
 * What stays of a request: one log line, one observation and the end of its span, by the route's template. No URL, no header, no address:
 * none of them is ours to keep (P08, P10).
 */
export class RequestRecord {
  private readonly durations: DurationHistogram;

  constructor(
    private readonly log: Log,
    metrics: Registry,
  ) {
    this.durations = new DurationHistogram({
      name: 'http_server_request_duration_seconds',
      help: 'From the end of the request’s headers until its answer was handed over',
      buckets: BUCKETS,
      registers: [metrics],
    });
  }

  /** `code`: of the problem that was answered with, if one was. */
  keep({ track, startedMs, key, id, span }: Exchange, status: number, code: string | undefined): void {
    const ms = performance.now() - startedMs;
    this.observer(track, status)(ms / 1_000);
    span.note({ status, code });
    span.end(status >= 500);
    this.log.info('http.request', {
      method: track.method,
      route: track.route,
      status,
      duration_ms: Math.round(ms * 10) / 10,
      request_id: id,
      tenant: key?.tenant,
      code,
    });
  }

  /** What is our own fault: its name and the place in our code where it arose. Its text may hold anything. */
  unforeseen({ track, id }: Exchange, error: unknown): void {
    this.log.error('http.unforeseen', {
      method: track.method,
      route: track.route,
      request_id: id,
      error: error instanceof Error ? error.name : typeof error,
      code: error instanceof Fault ? error.code : undefined,
      at: error instanceof Error ? placeOf(error) : undefined,
    });
  }

  private observer({ observers, method, route }: Track, status: number): (seconds: number) => void {
    const known = observers.get(status);
    if (known) return known;
    const observe = this.durations.observer({ method, route, status: String(status) });
    observers.set(status, observe);
    return observe;
  }
}

/** The first frame of a stack, without the message that stands before it. */
function placeOf({ name, message, stack }: Error): string | undefined {
  const head = message === '' ? name : `${name}: ${message}`;
  if (!stack?.startsWith(head)) return undefined;
  return /\(?((?:file:\/\/)?\/[^\s()]+:\d+:\d+)\)?/.exec(stack.slice(head.length))?.[1];
}
