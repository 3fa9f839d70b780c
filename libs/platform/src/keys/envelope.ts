import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { Fault } from '@smartscan/kernel';

/**
 * Envelope encryption with AES-256-GCM (NIST SP 800-38D). Each record has a key of its own, wrapped by the tenant's key,
 * which is wrapped by the region's root key. A sealed record, format 1:
 *
 *   1 byte   format (1)
 *   12       nonce of the wrapped record key
 *   48       record key under the tenant key: 32 bytes and the tag
 *   12       nonce of the content
 *   n + 16   content under the record key, and its tag
 *
 * Both layers bind tenant, table and row as additional data: a sealed value that is moved to another row, table or
 * tenant opens nowhere.
 */
export const KEY_BYTES = 32;
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/** What a sealed value is longer than its content. */
export const SEAL_OVERHEAD_BYTES = 1 + WRAPPED_BYTES + NONCE_BYTES + TAG_BYTES;
/** Chance that one `seal` takes: a record key and two nonces. */
export const SEAL_CHANCE_BYTES = KEY_BYTES + 2 * NONCE_BYTES;

export interface RecordName {
  /** `vitals.scan` */
  readonly table: string;
  readonly row: string;
}

export const sealBroken = (): Fault =>
  new Fault('internal', 'platform.seal_broken', 'A stored value could not be opened.');

/** Parts can't run into each other: each is preceded by its length. */
export const additionalData = (...parts: readonly string[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

/** nonce ‖ ciphertext ‖ tag. `nonce`: 12 bytes that were never used with this key. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `platform.seal_broken` where anything at all differs. */
export function decrypt(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw sealBroken();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([plaintext, decipher.final()]);
  } catch {
    plaintext.fill(0);
    throw sealBroken();
  }
}

/** `chance`: `SEAL_CHANCE_BYTES` from a secure generator; overwritten before this returns. */
export function sealRecord(tenantKey: Uint8Array, aad: Uint8Array, plaintext: Uint8Array, chance: Uint8Array): Buffer {
  const recordKey = chance.subarray(0, KEY_BYTES);
  const wrapped = encrypt(tenantKey, chance.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES), aad, recordKey);
  const content = encrypt(recordKey, chance.subarray(KEY_BYTES + NONCE_BYTES, SEAL_CHANCE_BYTES), aad, plaintext);
  chance.fill(0);
  return Buffer.concat([Buffer.of(FORMAT), wrapped, content]);
}

export function openRecord(tenantKey: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  if (sealed[0] !== FORMAT || sealed.length < SEAL_OVERHEAD_BYTES) throw sealBroken();
  const recordKey = decrypt(tenantKey, aad, sealed.subarray(1, 1 + WRAPPED_BYTES));
  try {
    return decrypt(recordKey, aad, sealed.subarray(1 + WRAPPED_BYTES));
  } finally {
    recordKey.fill(0);
  }
}

const PSEUDONYM_CHARS = 32;

/** HMAC-SHA-256 under a key derived (HKDF, RFC 5869) from the tenant's for this purpose: 192 bits, base64url. */
export function pseudonymOf(tenantKey: Uint8Array, purpose: string, value: string): string {
  const key = Buffer.from(hkdfSync('sha256', tenantKey, '', `pseudonym:${purpose}`, KEY_BYTES));
  const text = createHmac('sha256', key).update(value, 'utf8').digest('base64url').slice(0, PSEUDONYM_CHARS);
  key.fill(0);
  return text;
}
