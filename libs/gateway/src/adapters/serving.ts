import type { FastifyRequest } from 'fastify';
import { REPRESENTATION_HEADER, type Reply } from '@smartscan/platform/ports';
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
      else this.reply(route, exchange, reply, read.input);
    } catch (error) {
      this.answers.fail(exchange, error);
    }
  }

  private reply(route: Route, exchange: Exchange, reply: Reply, input: Readonly<Record<string, unknown>>): void {
    const { [REPRESENTATION_HEADER]: form, ...given } = reply.headers;
    const headers = Object.entries(given).flat();
    // Also to who was answered in JSON: a cache between us must not give it to who asks for something else.
    if (route.offered.length > 0) headers.push('Vary', 'Accept');
    if (reply.status === 201 || reply.status === 202) headers.push(...whereabouts(route, exchange, reply, input));
    const type = form === undefined ? JSON_TYPE : `${form}; charset=utf-8`;
    this.answers.send(exchange, { status: reply.status, type, text: JSON.stringify(reply.body), headers });
  }
}

/** Where to find what was made, unless its owner said so, and that the caller's preference was followed. */
function whereabouts(
  { locationOf }: Route,
  { request }: Exchange,
  { status, body, headers: given }: Reply,
  input: Readonly<Record<string, unknown>>,
): string[] {
  const headers: string[] = [];
  const { id } = (body ?? {}) as { id?: unknown };
  if (locationOf && typeof id === 'string' && given['Location'] === undefined) {
    headers.push('Location', locationOf(id, input));
  }
  if (status === 202 && prefersAsync(request.headers['prefer'] as string | undefined)) {
    headers.push('Preference-Applied', 'respond-async');
  }
  return headers;
}
