import { hash } from 'node:crypto';
import { asFault, Fault, parseApiKey, type Region } from '@smartscan/kernel';
import type { Place } from '@smartscan/platform/ports';
import type { Allowances } from '../app/allowances.ts';
import type { VerifiedKey, VerifiedKeys } from '../app/verified-keys.ts';
import { bearerToken } from '../domain/bearer.ts';
import { holdsCredential } from '../domain/credential-in-url.ts';
import { mediaTypeOf } from '../domain/media-type.ts';
import { refusal } from '../domain/problems.ts';
import { hasBody, type Exchange } from './exchange.ts';
import type { Route } from './route.ts';

/** Why a request is refused, if it is. A promise only where the key has to be asked for. */
export type Verdict = Fault | undefined;

/** Everything that is decided about a request before any of its body is read (P31), the cheapest first. */
export class Admission {
  constructor(
    private readonly keys: VerifiedKeys,
    private readonly allowances: Allowances,
    private readonly place: Place,
  ) {}

  admit(exchange: Exchange, route: Route): Verdict | Promise<Verdict> {
    const { request } = exchange;
    if (holdsCredential(request.url ?? '')) return refusal('credential_in_url');
    const token = bearerToken(request.headers.authorization);
    if (route.operation.scope === 'none') return this.admitAnyone(exchange, route, token);
    if (token === undefined) return refusal('key_missing');
    // What is known was a key of this region when it was asked for.
    const digest = hash('sha256', token, 'hex');
    const known = this.keys.known(digest);
    if (known !== undefined) return known instanceof Fault ? known : this.admitHolder(exchange, route, known);
    const parsed = parseApiKey(token);
    if (!parsed.ok) return refusal('key_malformed');
    return parsed.region === this.place.region ? this.lookUp(exchange, route, digest) : this.misdirected(parsed.region);
  }

  private lookUp(exchange: Exchange, route: Route, digest: string): Promise<Verdict> {
    return this.keys.lookUp(digest, exchange.id).then((key) => this.admitHolder(exchange, route, key), asFault);
  }

  private admitHolder(exchange: Exchange, route: Route, key: VerifiedKey): Verdict {
    const { scope } = route.operation;
    // Time was up, or the client gone, while the key was looked up.
    if (exchange.settled) return undefined;
    exchange.key = key;
    const allowance = (exchange.allowance = this.allowances.takeForKey(key));
    if (!key.scopes.has(scope)) return refusal('scope_missing', { members: { scope } });
    return tooMuch(allowance) ?? wrongBody(exchange, route);
  }

  /** Needs no key. One that comes along all the same still says in which region its holder is at home. */
  private admitAnyone(exchange: Exchange, route: Route, token: string | undefined): Verdict {
    const parsed = token === undefined ? undefined : parseApiKey(token);
    if (parsed?.ok && parsed.region !== this.place.region) return this.misdirected(parsed.region);
    const allowance = (exchange.allowance = this.allowances.takeForAddress(
      exchange.request.socket.remoteAddress ?? 'unknown',
    ));
    return tooMuch(allowance) ?? wrongBody(exchange, route);
  }

  private misdirected(region: Region): Fault {
    return refusal('wrong_region', { members: { region, host: this.place.hosts[region] } });
  }
}

function tooMuch({ taken, crowded }: NonNullable<Exchange['allowance']>): Verdict {
  if (!taken.admitted) return refusal('rate_limited', { retryAfterSeconds: taken.resetSeconds });
  return crowded ? refusal('too_many_in_flight', { retryAfterSeconds: 1 }) : undefined;
}

function wrongBody({ request }: Exchange, route: Route): Verdict {
  if (!hasBody(request)) return route.needsBody ? refusal('body_missing') : undefined;
  if (!route.takesBody) return refusal('body_not_expected');
  const { 'content-encoding': coding, 'content-length': length, 'content-type': type } = request.headers;
  if (coding !== undefined && coding.toLowerCase() !== 'identity') return refusal('content_coding_unsupported');
  const mediaType = mediaTypeOf(type);
  if (mediaType === undefined || !route.mediaTypes.includes(mediaType)) {
    return refusal('media_type_unsupported', { members: { accepted: route.mediaTypes } });
  }
  if (length !== undefined && Number(length) > route.maxBytes) {
    return refusal('body_too_large', { members: { max_bytes: route.maxBytes } });
  }
  return undefined;
}
