import { hash } from 'node:crypto';
import { asFault, Fault, parseApiKey, type Region } from '@smartscan/kernel';
import type { Authorizer, Place, Relation } from '@smartscan/platform/ports';
import type { Allowances } from '../app/allowances.ts';
import type { VerifiedKey, VerifiedKeys } from '../app/verified-keys.ts';
import { negotiate } from '../domain/accept.ts';
import { bearerToken } from '../domain/bearer.ts';
import { holdsCredential } from '../domain/credential-in-url.ts';
import { mediaTypeOf } from '../domain/media-type.ts';
import { refusal } from '../domain/problems.ts';
import { hasBody, type Exchange } from './exchange.ts';
import { isJson, type Route } from './route.ts';

/** Why a request is refused, if it is. A promise only where the key, or what it may do, has to be asked for. */
export type Verdict = Fault | undefined;

/** Everything that is decided about a request before any of its body is read (P31), the cheapest first. */
export class Admission {
  constructor(
    private readonly keys: VerifiedKeys,
    private readonly authorizer: Authorizer,
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

  private admitHolder(exchange: Exchange, route: Route, key: VerifiedKey): Verdict | Promise<Verdict> {
    const { scope } = route.operation;
    // Time was up, or the client gone, while the key was looked up.
    if (exchange.settled) return undefined;
    exchange.key = key;
    const allowance = (exchange.allowance = this.allowances.takeForKey(key));
    const question = key.scopes.get(scope);
    if (!question) return refusal('scope_missing', { members: { scope } });
    const refused = tooMuch(allowance);
    if (refused) return refused;
    const allowed = this.authorizer.known(question);
    if (allowed === undefined) return this.ask(exchange, route, key, question);
    return allowed ? unfit(exchange, route) : refusal('not_permitted');
  }

  private async ask(exchange: Exchange, route: Route, key: VerifiedKey, question: Relation): Promise<Verdict> {
    const allowed = await this.authorizer.check(question);
    if (allowed === true) return exchange.settled ? undefined : unfit(exchange, route);
    return allowed === false
      ? this.denied(key, exchange)
      : refusal('authorization_unavailable', { retryAfterSeconds: 1 });
  }

  /** Most often the key was revoked a moment ago, and then it is identity's word that says why. */
  private denied({ id, digest }: VerifiedKey, exchange: Exchange): Promise<Fault> {
    this.keys.forget(id);
    return this.keys.lookUp(digest, exchange.id).then(() => refusal('not_permitted'), asFault);
  }

  /** Needs no key. One that comes along all the same still says in which region its holder is at home. */
  private admitAnyone(exchange: Exchange, route: Route, token: string | undefined): Verdict {
    const parsed = token === undefined ? undefined : parseApiKey(token);
    if (parsed?.ok && parsed.region !== this.place.region) return this.misdirected(parsed.region);
    const allowance = (exchange.allowance = this.allowances.takeForAddress(
      exchange.request.socket.remoteAddress ?? 'unknown',
    ));
    return tooMuch(allowance) ?? unfit(exchange, route);
  }

  private misdirected(region: Region): Fault {
    return refusal('wrong_region', { members: { region, host: this.place.hosts[region] } });
  }
}

function tooMuch({ taken, crowded }: NonNullable<Exchange['allowance']>): Verdict {
  if (!taken.admitted) return refusal('rate_limited', { retryAfterSeconds: taken.resetSeconds });
  return crowded ? refusal('too_many_in_flight', { retryAfterSeconds: 1 }) : undefined;
}

/** What is asked for can't be answered, or what is sent can't be read. */
const unfit = (exchange: Exchange, route: Route): Verdict =>
  unacceptable(exchange, route) ?? wrongBody(exchange, route);

/** Where there is a choice, it is made here: a caller who takes none of it need not send a body first. */
function unacceptable(exchange: Exchange, { offered }: Route): Verdict {
  if (offered.length === 0) return undefined;
  const chosen = negotiate(exchange.request.headers.accept, offered);
  if (chosen === undefined) return refusal('not_acceptable', { members: { offered } });
  if (!isJson(chosen)) exchange.representation = chosen;
  return undefined;
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
