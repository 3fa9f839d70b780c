/** RFC 6750, section 2.1. The scheme's name may be in any case, the token is taken as it is. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** The token of an `Authorization: Bearer …` header; `undefined` where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1];
}
