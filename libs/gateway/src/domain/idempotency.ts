/**
 * What an Idempotency-Key means for a request (draft-ietf-httpapi-idempotency-key-header). The first request with a key
 * runs; the same request again is given the first one's answer; another request under the same key is refused.
 */

/** Ours, and what others use: a UUID has 36 characters. */
export const IDEMPOTENCY_KEY_MAX = 255;
const QUOTED_KEY = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const BARE_KEY = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]+$/;

/**
 * The draft's form is a structured string (`"8e03978e…"`, RFC 8941); a bare one is taken as well, since most clients
 * send that. Both name the same key. `undefined`: malformed.
 */
export function parseIdempotencyKey(header: string): string | undefined {
  const text = header.trim();
  const key = QUOTED_KEY.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1') ?? (BARE_KEY.test(text) ? text : undefined);
  return key === undefined || key.trim() === '' || key.length > IDEMPOTENCY_KEY_MAX ? undefined : key;
}

export interface KnownRequest {
  readonly state: 'running' | 'finished';
  /** Digest of the request; `undefined` while a streamed body is still being read. */
  readonly fingerprint: string | undefined;
  readonly startedMs: number;
}

/**
 * - `take_over`: the first request died with its process; this one may run in its place.
 * - `running`: come back later. `retryAfterSeconds` is a guess that is never beyond the takeover.
 * - `mismatch`: another request had this key.
 * - `compare`: finished, but this request's digest isn't known before its body has been read.
 * - `replay`: give the first answer again.
 */
export type Decision =
  | { readonly action: 'take_over' | 'mismatch' | 'compare' | 'replay' }
  | { readonly action: 'running'; readonly retryAfterSeconds: number };

/** Ours: about what a scan takes, so that the second try mostly meets a finished one. */
const RETRY_AFTER_SECONDS = 5;

/** `limitMs`: how long the operation may run at most. Whatever is older and not finished, nobody is working on. */
export function decide(known: KnownRequest, fingerprint: string | undefined, nowMs: number, limitMs: number): Decision {
  if (known.fingerprint !== undefined && fingerprint !== undefined && known.fingerprint !== fingerprint) {
    return { action: 'mismatch' };
  }
  if (known.state === 'finished') return { action: fingerprint === undefined ? 'compare' : 'replay' };
  const leftMs = known.startedMs + limitMs - nowMs;
  if (leftMs <= 0) return { action: 'take_over' };
  return { action: 'running', retryAfterSeconds: Math.min(RETRY_AFTER_SECONDS, Math.ceil(leftMs / 1_000)) };
}

/** JSON with the members of every object in order, so that two writings of the same value are one text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
