import type { DataCategory } from '@smartscan/kernel';

/** Where an object belongs. Its name says whose it is, so that one tenant's can be found and removed as a whole. */
export interface ObjectName {
  readonly tenant: string;
  readonly category: DataCategory;
  /**
   * Letters, digits, `.`, `_`, `-` and `/`, 200 characters at most, no part empty or beginning with a dot; an id, never
   * anything that a person wrote.
   */
  readonly name: string;
}

export interface StoredObject extends ObjectName {
  readonly bytes: number;
  /** RFC 3339, UTC. */
  readonly storedAt: string;
}

export interface PutOptions {
  /**
   * Nobody can change or remove the object before then, rounded up to a second: the audit's records (S3 Object Lock,
   * compliance mode). Putting the same bytes once more under the same lock is no change, and no fault.
   */
  readonly lockedUntil?: Date;
}

/**
 * Bytes too large for a row, sealed by whoever puts them (`Keys`): 64 MiB at most. A put replaces what was there, whole or
 * not at all. Faults: `platform.object_not_found`, `platform.object_locked` (conflict), `platform.objects_unavailable`;
 * for whoever wrote the caller `platform.object_name`, `platform.object_lock` and `platform.object_too_large` (invalid);
 * for whoever operates the place `platform.objects_denied` and `platform.object_broken` (internal).
 */
export interface Objects {
  put(object: ObjectName, content: Uint8Array, options?: PutOptions): Promise<void>;
  get(object: ObjectName): Promise<Buffer>;
  /** For good, with whatever the store still has of it. Removing what isn't there is no error. */
  remove(object: ObjectName): Promise<void>;
  /** By name, in order. */
  list(of: Pick<ObjectName, 'tenant' | 'category'>): AsyncIterable<StoredObject>;
}
