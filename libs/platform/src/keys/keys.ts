import { randomBytes } from 'node:crypto';
import { Fault } from '@smartscan/kernel';
import {
  additionalData,
  KEY_BYTES,
  openRecord,
  pseudonymOf,
  SEAL_CHANCE_BYTES,
  sealRecord,
  type RecordName,
} from './envelope.ts';

/** Wraps tenant keys under the region's root key: a local file here, AWS KMS in a cell. */
export interface KeyWrapper {
  wrap(key: Uint8Array, aad: Uint8Array): Promise<Buffer>;
  unwrap(wrapped: Uint8Array, aad: Uint8Array): Promise<Buffer>;
}

export type StoredKey =
  | { readonly state: 'none' }
  | { readonly state: 'shredded' }
  | { readonly state: 'live'; readonly wrapped: Buffer };

/** Where wrapped tenant keys are kept. A shredded tenant stays on record, so that it never gets a new key in silence. */
export interface TenantKeyStore {
  load(tenant: string): Promise<StoredKey>;
  /** Keeps the first that comes; resolves to what is on record afterwards. */
  insertIfAbsent(tenant: string, wrapped: Buffer): Promise<StoredKey>;
  shred(tenant: string): Promise<void>;
}

/** Ours: a key that was shredded elsewhere is out of use here within this time, as P38 asks of settings. */
const CACHE_MS = 60_000;
/** Ours: tenants whose unwrapped keys are held at once; 32 bytes each. */
const CACHE_TENANTS = 1_000;

interface Cached {
  readonly key: Promise<Buffer>;
  readonly until: number;
}

const aadOfKey = (tenant: string): Buffer => additionalData('tenant-key', tenant, '1');
const aadOf = (tenant: string, { table, row }: RecordName): Buffer => additionalData(tenant, table, row);

/** Seals and opens records for tenants. */
export class Keys {
  private readonly cache = new Map<string, Cached>();

  constructor(
    private readonly wrapper: KeyWrapper,
    private readonly store: TenantKeyStore,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** `SEAL_OVERHEAD_BYTES` longer than the plaintext. Fault `platform.key_shredded` for a tenant that was erased. */
  async seal(tenant: string, record: RecordName, plaintext: Uint8Array): Promise<Buffer> {
    const key = await this.tenantKey(tenant);
    return sealRecord(key, aadOf(tenant, record), plaintext, randomBytes(SEAL_CHANCE_BYTES));
  }

  /** Faults: `platform.seal_broken` where tenant, table, row or any bit differs, `platform.key_shredded`. */
  async open(tenant: string, record: RecordName, sealed: Uint8Array): Promise<Buffer> {
    return openRecord(await this.tenantKey(tenant), aadOf(tenant, record), sealed);
  }

  /** The same value of the same tenant and purpose gives the same text; nothing leads back. */
  async pseudonym(tenant: string, purpose: string, value: string): Promise<string> {
    return pseudonymOf(await this.tenantKey(tenant), purpose, value);
  }

  /** Makes everything that was ever sealed for the tenant unreadable, at once here, within a minute everywhere. */
  async shred(tenant: string): Promise<void> {
    await this.store.shred(tenant);
    this.forget(tenant);
  }

  forget(tenant: string): void {
    const cached = this.cache.get(tenant);
    this.cache.delete(tenant);
    void cached?.key.then((key) => key.fill(0)).catch(() => undefined);
  }

  private tenantKey(tenant: string): Promise<Buffer> {
    const now = this.nowMs();
    const cached = this.cache.get(tenant);
    if (cached && cached.until > now) {
      // Read again, so last in the order in which the cache forgets.
      this.cache.delete(tenant);
      this.cache.set(tenant, cached);
      return cached.key;
    }
    const key = this.fetchKey(tenant);
    this.cache.delete(tenant);
    this.cache.set(tenant, { key, until: now + CACHE_MS });
    key.catch(() => this.cache.delete(tenant));
    const oldest = this.cache.keys().next().value;
    if (this.cache.size > CACHE_TENANTS && oldest !== undefined) this.cache.delete(oldest);
    return key;
  }

  private async fetchKey(tenant: string): Promise<Buffer> {
    const known = await this.store.load(tenant);
    if (known.state === 'live') return this.wrapper.unwrap(known.wrapped, aadOfKey(tenant));
    if (known.state === 'shredded') throw shredded();
    const fresh = randomBytes(KEY_BYTES);
    const wrapped = await this.wrapper.wrap(fresh, aadOfKey(tenant));
    fresh.fill(0);
    // Another process may have been first: what is on record counts.
    const stored = await this.store.insertIfAbsent(tenant, wrapped);
    if (stored.state !== 'live') throw shredded();
    return this.wrapper.unwrap(stored.wrapped, aadOfKey(tenant));
  }
}

const shredded = (): Fault =>
  new Fault(
    'not_found',
    'platform.key_shredded',
    'The keys of this workspace were destroyed; its data can no longer be read.',
  );
