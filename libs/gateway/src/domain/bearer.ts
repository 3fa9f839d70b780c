/** RFC 6750, section 2.1. The scheme's name may be in any case, the token is taken as it is. */
const SCHEME = 'bearer ';

/** The token of an `Authorization: Bearer …` header; `undefined` where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  const token = header.slice(SCHEME.length).trim();
  return token === '' ? undefined : token;
}
