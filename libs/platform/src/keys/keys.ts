import { randomBytes } from 'node:crypto';
import { Fault } from '@smartscan/kernel';
import type { RecordName, TenantKey } from './envelope.ts';
import {
  additionalData,
  KEY_BYTES,
  openRecord,
  pseudonymOf,
  SEAL_CHANCE_BYTES,
  sealRecord,
  tenantKeyFrom,
} from './envelope.ts';

/** Wraps tenant keys under the region's root key: a local file here, AWS KMS in a cell. */
export interface KeyWrapper {
  readonly wrap: (key: Uint8Array, aad: Uint8Array) => Promise<Buffer>;
  /** The caller overwrites what it gets. Fault where the root key is not the one that wrapped. */
  readonly unwrap: (wrapped: Uint8Array, aad: Uint8Array) => Promise<Buffer>;
}

/** A tenant's key as it is kept. */
export interface WrappedKey {
  readonly version: number;
  readonly wrapped: Buffer;
}

export type StoredKey = 'none' | 'shredded' | WrappedKey;

/** Where wrapped tenant keys are kept. A shredded tenant stays on record, so that it never gets a new key in silence. */
export interface TenantKeyStore {
  readonly load: (tenant: string) => Promise<StoredKey>;
  /** Keeps the first that comes; answers what is on record afterwards. */
  readonly insertIfAbsent: (tenant: string, key: WrappedKey) => Promise<StoredKey>;
  /** Removes the key and leaves the mark "shredded", also for a tenant that had none. */
  readonly remove: (tenant: string) => Promise<void>;
}

// Ours: a key that was shredded elsewhere is out of use here within this time, as P38 asks of settings.
const CACHE_MS = 60_000;
// Ours: tenants whose keys are held at once; about 1 KB each.
const CACHE_TENANTS = 1_000;
// Ours: the largest value of one row; what is larger belongs in the object store, sealed in parts.
const MAX_PLAINTEXT_BYTES = 64 * 1024 * 1024;
const FIRST_VERSION = 1;

interface Cached {
  readonly key: Promise<TenantKey>;
  readonly untilMs: number;
}

const aadOfKey = (tenant: string, version: number): Buffer => additionalData('tenant-key', tenant, String(version));

/** Seals and opens records for tenants. A tenant's key is made at its first use. */
export class Keys {
  readonly #wrapper: KeyWrapper;
  readonly #store: TenantKeyStore;
  readonly #nowMs: () => number;
  /** In the order of last use, so the first is the one to forget. */
  readonly #cache = new Map<string, Cached>();

  /** `nowMs`: a clock that never goes back. */
  constructor(wrapper: KeyWrapper, store: TenantKeyStore, nowMs: () => number = () => performance.now()) {
    this.#wrapper = wrapper;
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** `SEAL_OVERHEAD_BYTES` longer than the plaintext. Faults: `platform.key_shredded`, `platform.seal_too_large`. */
  async seal(tenant: string, record: RecordName, plaintext: Uint8Array): Promise<Buffer> {
    if (plaintext.length > MAX_PLAINTEXT_BYTES) throw tooLarge();
    const key = await this.#tenantKey(tenant);
    return sealRecord(key, { tenant, record }, plaintext, randomBytes(SEAL_CHANCE_BYTES));
  }

  /** Faults: `platform.seal_broken` where tenant, table, row or any bit differs; `platform.key_shredded`. */
  async open(tenant: string, record: RecordName, sealed: Uint8Array): Promise<Buffer> {
    return openRecord(await this.#tenantKey(tenant), { tenant, record }, sealed);
  }

  /**
   * The same value of the same tenant and purpose always gives the same 43 characters, by which rows can be found; no
   * way leads back, nor from one tenant or purpose to another. Fault `platform.key_shredded`.
   */
  async pseudonym(tenant: string, purpose: string, value: string): Promise<string> {
    return pseudonymOf(await this.#tenantKey(tenant), purpose, value);
  }

  /** Makes whatever was sealed for the tenant unreadable for good: at once here, within a minute everywhere. */
  async shred(tenant: string): Promise<void> {
    await this.#store.remove(tenant);
    // After the removal: a load that began before it must not stay.
    this.forget(tenant);
  }

  /** Drops the key from memory; the next use asks the store. */
  forget(tenant: string): void {
    this.#cache.delete(tenant);
  }

  #tenantKey(tenant: string): Promise<TenantKey> {
    const now = this.#nowMs();
    const known = this.#cache.get(tenant);
    const cached = known !== undefined && now < known.untilMs ? known : this.#fetched(tenant, now + CACHE_MS);
    this.#cache.delete(tenant);
    this.#cache.set(tenant, cached);
    this.#evict();
    return cached.key;
  }

  /** All who ask while the key is on its way share one answer; a failure is not kept. */
  #fetched(tenant: string, untilMs: number): Cached {
    const cached = { key: this.#fetch(tenant), untilMs };
    cached.key.catch(() => {
      if (this.#cache.get(tenant) === cached) this.#cache.delete(tenant);
    });
    return cached;
  }

  #evict(): void {
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHE_TENANTS && oldest !== undefined) this.#cache.delete(oldest);
  }

  async #fetch(tenant: string): Promise<TenantKey> {
    const known = await this.#store.load(tenant);
    // Two processes may make a key at once: what is on record counts.
    const stored = known === 'none' ? await this.#store.insertIfAbsent(tenant, await this.#made(tenant)) : known;
    if (typeof stored === 'string') throw shredded();
    const raw = await this.#wrapper.unwrap(stored.wrapped, aadOfKey(tenant, stored.version));
    return tenantKeyFrom(stored.version, raw);
  }

  async #made(tenant: string): Promise<WrappedKey> {
    const raw = randomBytes(KEY_BYTES);
    try {
      return { version: FIRST_VERSION, wrapped: await this.#wrapper.wrap(raw, aadOfKey(tenant, FIRST_VERSION)) };
    } finally {
      raw.fill(0);
    }
  }
}

const shredded = (): Fault =>
  new Fault(
    'not_found',
    'platform.key_shredded',
    'The keys of this workspace were destroyed; its data can no longer be read.',
  );

const tooLarge = (): Fault =>
  new Fault('invalid', 'platform.seal_too_large', 'The value is too large to be stored in one piece.', {
    members: { max_bytes: MAX_PLAINTEXT_BYTES },
  });
