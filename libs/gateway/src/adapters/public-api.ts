import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HttpMount } from '@smartscan/platform/ports';
import { publicOperations } from '../app/surface.ts';
import { holdsCredential } from '../domain/credential-in-url.ts';
import { refusal } from '../domain/problems.ts';
import type { Answers } from './answers.ts';
import type { Documents, Page } from './docs/documents.ts';
import type { Exchange, Track } from './exchange.ts';
import type { Front } from './front.ts';
import type { Operations } from './operations.ts';
import { ALL_METHODS, routeOf, routerPath } from './route.ts';

/** What a request that comes to no operation is named after. Ours: there is nothing in it that takes time. */
const ASIDE_LIMIT_MS = 30_000;
const aside = (method: string, route: string): Track => ({
  method,
  route,
  limitMs: ASIDE_LIMIT_MS,
  lasting: false,
  observers: new Map(),
});

type Answer = (exchange: Exchange, request: FastifyRequest) => void;

/**
 * The public HTTP surface: a route for every public operation of the contracts, and for everything else a problem.
 * Fastify routes; what follows happens in `onRequest`, the first moment there is, so that a request can be refused
 * before anybody begins to read its body (P31).
 */
export class PublicApi implements HttpMount {
  constructor(
    private readonly front: Front,
    private readonly documents: Documents,
    private readonly operations: Operations,
    private readonly answers: Answers,
  ) {}

  async mount(server: FastifyInstance): Promise<void> {
    this.front.attach(server);
    for (const method of ALL_METHODS) {
      if (!server.supportedMethods.includes(method)) server.addHttpMethod(method, { hasBody: true });
    }
    const stopWatching = this.answers.watch();
    server.addHook('preClose', (done) => {
      this.front.stop();
      stopWatching();
      done();
    });
    await server.register((scope, _options, done) => {
      const taken = this.routes(scope);
      for (const [path, methods] of taken) this.refuseOtherMethods(scope, path, methods);
      this.refuseOtherPaths(scope);
      done();
    });
  }

  /** Closing a connection that a client is just about to use would cut its request: it is asked to leave first. */
  lastCall(): void {
    this.answers.stop();
  }

  /** Registers what there is; the methods of each path. */
  private routes(scope: FastifyInstance): Map<string, string[]> {
    const taken = new Map<string, string[]>();
    const add = (method: string, track: Track, answer: Answer): void => {
      this.add(scope, [method], track, answer);
      taken.set(track.route, [...(taken.get(track.route) ?? []), method]);
    };
    for (const route of publicOperations().map(routeOf)) {
      add(route.operation.method, route.track, (exchange, request) => this.operations.answer(route, exchange, request));
    }
    for (const page of this.documents.pages) {
      for (const method of ['GET', 'HEAD']) {
        add(method, aside(method, page.path), (exchange) => this.show(page, exchange));
      }
    }
    return taken;
  }

  private add(scope: FastifyInstance, methods: string[], track: Track, answer: Answer): void {
    scope.route({
      method: methods,
      url: routerPath(track.route),
      exposeHeadRoute: false,
      onRequest: (request: FastifyRequest, reply: FastifyReply) => {
        reply.hijack();
        const exchange = this.answers.begin(track, request.raw, reply.raw);
        exchange.span.within(() => answer(exchange, request));
      },
      handler: () => undefined,
    });
  }

  private show(page: Page, exchange: Exchange): void {
    if (holdsCredential(exchange.request.url ?? '')) return this.answers.fail(exchange, refusal('credential_in_url'));
    this.answers.send(exchange, this.documents.answer(page, exchange.request.headers['if-none-match']));
  }

  private refuseOtherMethods(scope: FastifyInstance, path: string, methods: readonly string[]): void {
    const others = ALL_METHODS.filter((method) => !methods.includes(method));
    const allow = methods.join(', ');
    this.refuse(scope, others, path, (exchange) => this.answers.notAllowed(exchange, allow));
  }

  private refuseOtherPaths(scope: FastifyInstance): void {
    this.refuse(scope, [...ALL_METHODS], '*', (exchange) => this.answers.fail(exchange, refusal('route_unknown')));
  }

  private refuse(scope: FastifyInstance, methods: string[], path: string, answer: (exchange: Exchange) => void): void {
    for (const method of methods) {
      this.add(scope, [method], aside(method, path), (exchange) => {
        const credential = holdsCredential(exchange.request.url ?? '');
        if (credential) this.answers.fail(exchange, refusal('credential_in_url'));
        else answer(exchange);
      });
    }
  }
}
