/**
 * Ids are `<kind>_<ULID>`: 48 bits of milliseconds, 80 bits of chance, Crockford base32. They sort by time, say what
 * they name, and say nothing of a person. Source: the ULID specification (github.com/ulid/spec).
 */
export const ID_KINDS = {
  workspace: 'wsp',
  user: 'usr',
  apiKey: 'key',
  scan: 'scn',
  calibration: 'cal',
  document: 'doc',
  pageImage: 'img',
  event: 'evt',
  request: 'req',
} as const;
export type IdKind = keyof typeof ID_KINDS;
export type Id<K extends IdKind> = string & { readonly kind?: K };

/** A tenant is a workspace: the unit of isolation, of keys and of policy. */
export type TenantId = Id<'workspace'>;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARS = 10;
export const ID_CHANCE_BYTES = 16;

/** `chance`: 16 random bytes, of which 80 bits are used. */
export function makeId<K extends IdKind>(kind: K, nowMs: number, chance: Uint8Array): Id<K> {
  let text = '';
  for (let at = 0, rest = nowMs; at < TIME_CHARS; at += 1, rest = Math.floor(rest / 32)) {
    text = ALPHABET.charAt(rest % 32) + text;
  }
  for (let at = 0; at < ID_CHANCE_BYTES; at += 1) text += ALPHABET.charAt((chance[at] ?? 0) % 32);
  return `${ID_KINDS[kind]}_${text}`;
}

export const idPattern = (kind: IdKind): RegExp => new RegExp(`^${ID_KINDS[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`);
