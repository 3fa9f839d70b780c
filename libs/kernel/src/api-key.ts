import { REGION_CODES, type Region, codeOf } from './region.ts';

/**
 * An API key is `ssp_live_<us|eu>_<32 characters><6 characters>`: what it is (so that secret scanners find it), the
 * region it belongs to (so that a wrong region is refused before anything is read), 190 bits of chance in base62, and
 * a CRC-32 in base62 (so that a typing error is told from an unknown key without a look-up).
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_CHARS = 32;
const CHECKSUM_CHARS = 6;
/** Random bytes asked for: bytes of 248 and more are skipped so that every character is equally likely. */
export const API_KEY_CHANCE_BYTES = 64;
const HINT_CHARS = 16;

export type ParsedApiKey = { readonly ok: true; readonly region: Region } | { readonly ok: false };

const SHAPE = /^ssp_live_(us|eu)_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

/** `undefined` where the bytes held too few usable ones (one in 10^15): draw again. */
export function makeApiKey(region: Region, chance: Uint8Array): string | undefined {
  let secret = '';
  for (const byte of chance) {
    if (byte < 248 && secret.length < SECRET_CHARS) secret += ALPHABET.charAt(byte % 62);
  }
  if (secret.length < SECRET_CHARS) return undefined;
  const head = `ssp_live_${codeOf(region)}_${secret}`;
  return head + checksum(head);
}

/** Says whether the text can be a key at all and of which region, without any look-up. */
export function parseApiKey(text: string): ParsedApiKey {
  const match = SHAPE.exec(text);
  if (!match) return { ok: false };
  const head = text.slice(0, -CHECKSUM_CHARS);
  if (checksum(head) !== match[3]) return { ok: false };
  return { ok: true, region: REGION_CODES[match[1] as keyof typeof REGION_CODES] };
}

/** The part of a key that may be shown again: prefix, region and 4 characters. */
export const apiKeyHint = (key: string): string => key.slice(0, HINT_CHARS);

function checksum(text: string): string {
  let rest = crc32(text);
  let out = '';
  for (let at = 0; at < CHECKSUM_CHARS; at += 1) {
    out = ALPHABET.charAt(rest % 62) + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as in ISO-HDLC (zlib), over ASCII. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ text.charCodeAt(at)) & 0xff] ?? 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
