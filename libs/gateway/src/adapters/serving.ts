import type { FastifyRequest } from 'fastify';
import type { Reply } from '@smartscan/platform/ports';
import { prefersAsync } from '../domain/preference.ts';
import { JSON_TYPE, type Answers } from './answers.ts';
import type { Bodies } from './bodies.ts';
import type { Caller } from './caller.ts';
import type { EventStream } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import type { Route } from './route.ts';

/** A request that was let in: read, called, answered. */
export class Serving {
  constructor(
    private readonly bodies: Bodies,
    private readonly caller: Caller,
    private readonly answers: Answers,
    private readonly events: EventStream,
  ) {}

  /** Never rejects: whatever goes wrong is answered. */
  async serve(route: Route, exchange: Exchange, request: FastifyRequest): Promise<void> {
    try {
      const upload = this.bodies.open(exchange, route);
      const body = upload && !route.operation.stream ? await this.bodies.json(upload) : undefined;
      const read = route.reader.read({
        path: request.params as Record<string, unknown>,
        query: request.query as Record<string, unknown>,
        headers: () => exchange.request.headersDistinct,
        body,
      });
      if (!read.ok) return this.answers.invalid(exchange, read.errors);
      const reply = await this.caller.call(route, exchange, read.input);
      if (route.operation.events) await this.events.send(exchange, reply.body as AsyncIterable<unknown>);
      else this.reply(route, exchange, reply);
    } catch (error) {
      this.answers.fail(exchange, error);
    }
  }

  private reply(route: Route, exchange: Exchange, { status, body, headers: given }: Reply): void {
    const headers = Object.entries(given).flat();
    if (status === 201 || status === 202) headers.push(...whereabouts(route, exchange, status, { body, given }));
    this.answers.send(exchange, { status, type: JSON_TYPE, text: JSON.stringify(body), headers });
  }
}

/** Where to find what was made, unless its owner said so, and that the caller's preference was followed. */
function whereabouts(
  { locationOf }: Route,
  { request }: Exchange,
  status: number,
  { body, given }: { body: unknown; given: Readonly<Record<string, string>> },
): string[] {
  const headers: string[] = [];
  const { id } = (body ?? {}) as { id?: unknown };
  if (locationOf && typeof id === 'string' && given['Location'] === undefined) headers.push('Location', locationOf(id));
  if (status === 202 && prefersAsync(request.headers['prefer'] as string | undefined)) {
    headers.push('Preference-Applied', 'respond-async');
  }
  return headers;
}
