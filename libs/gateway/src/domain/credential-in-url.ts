/** URLs end up in logs, histories and referrers along the way, so no credential may stand in one. */

/** Names under which credentials travel in queries, in lower case and without `-`, `_` and `.`. */
const CREDENTIAL_NAMES: ReadonlySet<string> = new Set([
  'apikey',
  'xapikey',
  'key',
  'token',
  'accesstoken',
  'authtoken',
  'authorization',
  'auth',
  'bearer',
  'secret',
  'clientsecret',
  'password',
]);
const KEY_PREFIX = /ssp_/i;

/**
 * Whether a request target (path and query, as it came) holds something that is a credential by its name or looks like
 * one of our keys by its value. Percent-encoding hides neither.
 */
export function holdsCredential(target: string): boolean {
  const queryAt = target.indexOf('?');
  if (queryAt < 0 && !target.includes('%')) return looksLikeKey(target);
  const decoded = percentDecoded(target);
  if (looksLikeKey(decoded)) return true;
  return queryAt >= 0 && parameterNames(target.slice(queryAt + 1)).some((name) => CREDENTIAL_NAMES.has(name));
}

const looksLikeKey = (text: string): boolean => KEY_PREFIX.test(text);

const parameterNames = (query: string): string[] =>
  query.split('&').map((pair) =>
    percentDecoded(pair.split('=', 1)[0] ?? '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  );

/** Byte by byte: enough to see ASCII, and unlike decodeURIComponent never at a loss. */
const percentDecoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
