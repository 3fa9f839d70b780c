import type { KeyObject } from 'node:crypto';
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { Fault } from '@smartscan/kernel';

/**
 * Envelope encryption with AES-256-GCM (NIST SP 800-38D). Each record has a random key of its own, wrapped by a key of
 * the tenant, which is wrapped by the region's root key. A sealed record, format 1, integers big-endian:
 *
 *   offset  bytes   what
 *   0       1       format: 1
 *   1       4       version of the tenant's key
 *   5       12      nonce of the wrapped record key
 *   17      48      record key (32) under the tenant's wrapping key, and the tag (16)
 *   65      12      nonce of the content
 *   77      n + 16  content under the record key, and the tag
 *
 * Both layers bind format, key version, tenant, table and row as additional data: a sealed value that is moved to
 * another row, table or tenant, or changed in any bit, opens nowhere. Nonces are random; a tenant's wrapping key is
 * good for 2^32 records (SP 800-38D, 8.3).
 */
export const KEY_BYTES = 32;
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION_OFFSET = 1;
const HEADER_BYTES = 5;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const CONTENT_OFFSET = HEADER_BYTES + WRAPPED_BYTES;

/** What a sealed value is longer than its content, always. */
export const SEAL_OVERHEAD_BYTES = CONTENT_OFFSET + NONCE_BYTES + TAG_BYTES;
/** The chance that one seal takes: a record key and two nonces. */
export const SEAL_CHANCE_BYTES = KEY_BYTES + 2 * NONCE_BYTES;
/** The chance that `encrypt` takes. */
export const ENCRYPT_CHANCE_BYTES = NONCE_BYTES;

/** What a sealed value belongs to: it opens there only. */
export interface RecordName {
  /** `vitals.scan` */
  readonly table: string;
  readonly row: string;
}

/**
 * A tenant's key, ready for use. Wrapping and naming have keys of their own, derived by HKDF-SHA-256 (RFC 5869), so one
 * use tells nothing about the other. A KeyObject keeps its bytes outside the heap and clears them when it is freed.
 */
export interface TenantKey {
  readonly version: number;
  readonly wrapping: KeyObject;
  readonly naming: KeyObject;
}

/** `raw`: the tenant's 32 bytes; overwritten before this returns. */
export function tenantKeyFrom(version: number, raw: Uint8Array): TenantKey {
  const derive = (purpose: string): KeyObject => {
    const bytes = new Uint8Array(hkdfSync('sha256', raw, '', `smartscan:${purpose}:1`, KEY_BYTES));
    const key = createSecretKey(bytes);
    bytes.fill(0);
    return key;
  };
  try {
    return { version, wrapping: derive('record-key'), naming: derive('pseudonym') };
  } finally {
    raw.fill(0);
  }
}

/** The one answer to whatever is wrong with a sealed value: more would help only who tampers. */
export const sealBroken = (): Fault =>
  new Fault('internal', 'platform.seal_broken', 'A stored value could not be opened.');

/** Parts can not run into each other: each is preceded by its length. */
export const additionalData = (...parts: readonly string[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

const nameOf = (version: number, tenant: string, { table, row }: RecordName): Buffer =>
  additionalData('sealed-record', String(FORMAT), String(version), tenant, table, row);

/** nonce ‖ ciphertext ‖ tag. `nonce`: 12 bytes that were never used with this key. */
export const encrypt = (
  key: KeyObject | Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** The inverse of `encrypt`. Fault `platform.seal_broken` where anything at all differs. */
export const decrypt = (key: KeyObject | Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer => {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw sealBroken();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
    return plaintext;
  } catch {
    // Not proven genuine: nobody may see it.
    plaintext.fill(0);
    throw sealBroken();
  }
};

/** `chance`: `SEAL_CHANCE_BYTES` from a secure generator; overwritten before this returns. */
export function sealRecord(
  key: TenantKey,
  { tenant, record }: { readonly tenant: string; readonly record: RecordName },
  plaintext: Uint8Array,
  chance: Uint8Array,
): Buffer {
  const aad = nameOf(key.version, tenant, record);
  const recordKey = chance.subarray(0, KEY_BYTES);
  const wrapped = encrypt(key.wrapping, chance.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES), aad, recordKey);
  const content = encrypt(recordKey, chance.subarray(KEY_BYTES + NONCE_BYTES, SEAL_CHANCE_BYTES), aad, plaintext);
  chance.fill(0);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT);
  header.writeUInt32BE(key.version, VERSION_OFFSET);
  return Buffer.concat([header, wrapped, content]);
}

/** The content of a value that `sealRecord` made for the same tenant and record. Fault `platform.seal_broken`. */
export function openRecord(
  key: TenantKey,
  { tenant, record }: { readonly tenant: string; readonly record: RecordName },
  sealed: Uint8Array,
): Buffer {
  if (sealed.length < SEAL_OVERHEAD_BYTES || sealed[0] !== FORMAT) throw sealBroken();
  const version = new DataView(sealed.buffer, sealed.byteOffset).getUint32(VERSION_OFFSET);
  if (version !== key.version) throw sealBroken();
  const aad = nameOf(version, tenant, record);
  const recordKey = decrypt(key.wrapping, aad, sealed.subarray(HEADER_BYTES, CONTENT_OFFSET));
  try {
    return decrypt(recordKey, aad, sealed.subarray(CONTENT_OFFSET));
  } finally {
    recordKey.fill(0);
  }
}

/** HMAC-SHA-256 over purpose and value under the tenant's naming key: 43 characters, base64url. */
export const pseudonymOf = ({ naming }: TenantKey, purpose: string, value: string): string =>
  createHmac('sha256', naming).update(additionalData(purpose, value)).digest('base64url');
