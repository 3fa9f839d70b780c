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

/** FNV-1a, 64 bits: tells the parts of one thing apart, some thousands of them. */
function spread(name: string): bigint {
  let sum = 0xcbf29ce484222325n;
  for (let i = 0; i < name.length; i++) {
    sum = BigInt.asUintN(64, (sum ^ BigInt(name.charCodeAt(i))) * 0x100000001b3n);
  }
  return sum;
}

/**
 * A name of its own for each part of a thing of ours, and always the same: the 128 bits of the thing's ULID, the last 64
 * with the part's name in them, as a UUID of version 8 (RFC 9562, 5.8).
 *
 * @param id one of ours: `<kind>_<ULID>`
 */
export function namedUuid(id: string, name: string): string {
  const digits = [...id.slice(-26)].map((digit) => BigInt(ALPHABET.indexOf(digit)));
  const bits = digits.reduce((sum, digit) => (sum << 5n) | digit, 0n) ^ spread(name);
  const hex = bits.toString(16).padStart(32, '0').slice(-32);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b11) | 0b1000).toString(16);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ];
  return groups.join('-');
}
