import type { FastifyRequest } from 'fastify';
import type { Admission, Verdict } from './admission.ts';
import type { Answers } from './answers.ts';
import type { Exchange } from './exchange.ts';
import type { Route } from './route.ts';
import type { Serving } from './serving.ts';

/** A request for an operation: let in or refused. Without a promise where the key is known already. */
export class Operations {
  constructor(
    private readonly admission: Admission,
    private readonly serving: Serving,
    private readonly answers: Answers,
  ) {}

  answer(route: Route, exchange: Exchange, request: FastifyRequest): void {
    const proceed = (refused: Verdict): void => {
      if (refused) this.answers.fail(exchange, refused);
      else if (!exchange.settled) void this.serving.serve(route, exchange, request);
    };
    const verdict = this.admission.admit(exchange, route);
    if (verdict instanceof Promise) void verdict.then(proceed);
    else proceed(verdict);
  }
}
