import type { IncomingMessage, ServerResponse } from 'node:http';
import { Gauge, type Registry } from 'prom-client';
import type { Ids } from '@smartscan/platform/ports';
import type { Allowances } from '../app/allowances.ts';
import { Exchange, type Track } from './exchange.ts';
import type { RequestRecord } from './request-record.ts';

/**
 * The requests that are being answered, as a list through the exchanges themselves. Not a Set: under churn V8 leaves a
 * trail of its former tables that keeps the dead alive until the next major collection (measured: a fifth of the CPU).
 */
export class InFlight {
  private first: Exchange | undefined;
  private count = 0;

  constructor(
    private readonly ids: Ids,
    private readonly allowances: Allowances,
    private readonly record: RequestRecord,
    metrics: Registry,
  ) {
    const count = (): number => this.count;
    new Gauge({
      name: 'http_server_active_requests',
      help: 'Requests that have come and are not answered yet',
      registers: [metrics],
      collect() {
        this.set(count());
      },
    });
  }

  nextId(): string {
    return this.ids.next('request');
  }

  begin(track: Track, request: IncomingMessage, response: ServerResponse): Exchange {
    const exchange = new Exchange(this.nextId(), track, request, response);
    exchange.next = this.first;
    if (this.first) this.first.previous = exchange;
    this.first = exchange;
    this.count += 1;
    return exchange;
  }

  /** `code`: of the problem that was answered with, if one was. */
  end(exchange: Exchange, status: number, code?: string): void {
    this.unlink(exchange);
    if (exchange.allowance) this.allowances.settle(exchange.allowance);
    this.record.keep(exchange, status, code);
  }

  unforeseen(exchange: Exchange, error: unknown): void {
    this.record.unforeseen(exchange, error);
  }

  overdue(): Exchange[] {
    const nowMs = performance.now();
    return this.all().filter(({ startedMs, track }) => nowMs - startedMs > track.limitMs);
  }

  all(): Exchange[] {
    const open: Exchange[] = [];
    for (let exchange = this.first; exchange; exchange = exchange.next) open.push(exchange);
    return open;
  }

  private unlink(exchange: Exchange): void {
    const { previous, next } = exchange;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    exchange.previous = undefined;
    exchange.next = undefined;
    this.count -= 1;
  }
}
