import { revokeApiKey } from '@smartscan/contracts/identity';
import type { CallInputOf, Operation } from '@smartscan/contracts/operation';
import type { Actor, Call, Place, Reply, Services } from '@smartscan/platform/ports';
import type { VerifiedKeys } from '../app/verified-keys.ts';
import { parseIdempotencyKey } from '../domain/idempotency.ts';
import { prefersAsync } from '../domain/preference.ts';
import { refusal } from '../domain/problems.ts';
import type { Exchange } from './exchange.ts';
import type { KeyedCalls } from './keyed-calls.ts';
import type { Route } from './route.ts';

const ANYONE: Actor = { kind: 'anonymous', id: 'anonymous' };

/**
 * Turns a request into a call to the operation's owner. A key that was revoked through this process is forgotten before
 * the answer leaves: "at once" need not wait for the event.
 */
export class Caller {
  constructor(
    private readonly services: Services,
    private readonly keyed: KeyedCalls,
    private readonly keys: VerifiedKeys,
    private readonly place: Place,
  ) {}

  call(route: Route, exchange: Exchange, given: Record<string, unknown>): Promise<Reply> {
    const { operation } = route;
    const input = given as CallInputOf<Operation>;
    const call = this.callOf(route, exchange);
    const upload = operation.stream ? exchange.upload : undefined;
    const key = idempotencyKeyOf(operation, exchange);
    if (key !== undefined) return this.keyed.run({ operation, input, call, upload, key });
    const reply = this.services.stream(operation, input, call, upload);
    return operation.id === revokeApiKey.id ? reply.finally(() => this.keys.forget(String(given['id']))) : reply;
  }

  private callOf({ purpose, operation }: Route, exchange: Exchange): Call {
    return {
      tenant: exchange.key?.tenant ?? '*',
      actor: exchange.key?.actor ?? ANYONE,
      purpose,
      requestId: exchange.id,
      region: this.place.region,
      respondAsync: operation.also[202] !== undefined && prefersAsync(headerOf(exchange, 'prefer')),
      representation: exchange.representation,
      signal: exchange.signal,
    };
  }
}

function idempotencyKeyOf(operation: Operation, exchange: Exchange): string | undefined {
  const header = operation.idempotencyKey ? headerOf(exchange, 'idempotency-key') : undefined;
  if (header === undefined) return undefined;
  const key = parseIdempotencyKey(header);
  if (key === undefined) throw refusal('idempotency_key_malformed');
  return key;
}

/** Headers that Node has no list of come joined by commas, however often they were sent. */
const headerOf = ({ request }: Exchange, name: string): string | undefined =>
  request.headers[name] as string | undefined;
