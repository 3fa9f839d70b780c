import { DATA_CATEGORIES, Fault, SECOND_MS } from '@smartscan/kernel';
import type { ObjectName, PutOptions } from '../ports/objects.ts';

/** Ours: a sealed value at its largest (`Keys`: 64 MiB), and more than what sealing adds to it. One object is held in memory. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024 + 1024;

/** Ours: file systems hold 255 bytes in a name, S3 1,024 in a key; ids joined by `/` take a quarter of this. */
const MAX_NAME_CHARS = 200;
const TENANT = /^[A-Za-z0-9_-]{1,64}$/;
/** Parts between `/` do not begin with a dot, so none is `.`, `..` or hidden. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

export type Drawer = Pick<ObjectName, 'tenant' | 'category'>;

/** `tenant/category/`: what all names of it begin with, and no other. Fault `platform.object_name`. */
export function prefixOf({ tenant, category }: Drawer): string {
  if (!TENANT.test(tenant) || !Object.hasOwn(DATA_CATEGORIES, category)) throw badName();
  return `${tenant}/${category}/`;
}

export const isName = (name: string): boolean => name.length <= MAX_NAME_CHARS && NAME.test(name);

/** `tenant/category/name`. Fault `platform.object_name`. */
export function keyOf(object: ObjectName): string {
  if (!isName(object.name)) throw badName();
  return prefixOf(object) + object.name;
}

/** Fault `platform.object_too_large`. */
export function checkSize(bytes: number): void {
  if (bytes > MAX_OBJECT_BYTES)
    throw new Fault('invalid', 'platform.object_too_large', 'The object is too large to be kept in one piece.', {
      members: { max_bytes: MAX_OBJECT_BYTES },
    });
}

/** The end of a lock in milliseconds, 0 for none: a whole second, never before what was asked. S3 keeps no finer time. */
export function lockEndMs({ lockedUntil }: PutOptions = {}): number {
  if (lockedUntil === undefined) return 0;
  const end = Math.ceil(lockedUntil.getTime() / SECOND_MS) * SECOND_MS;
  if (Number.isFinite(end) && end > 0) return end;
  throw new Fault('invalid', 'platform.object_lock', 'The lock of an object has no date to end at.');
}

/** What was asked for names nothing that could be kept; what it was is not told. */
const badName = (): Fault =>
  new Fault('invalid', 'platform.object_name', 'The object has no name that could be kept.', {
    remedy: 'A name is made of ids: letters, digits, `.`, `_` and `-`, joined by `/`, 200 characters at most.',
  });

export const notFound = (): Fault => new Fault('not_found', 'platform.object_not_found', 'There is no such object.');

export const locked = (): Fault =>
  new Fault('conflict', 'platform.object_locked', 'The object can not be changed or removed before its lock ends.');

/** `cause`: what the store calls it, a word out of a closed list. */
export const objectsUnavailable = (cause: string): Fault =>
  new Fault('unavailable', 'platform.objects_unavailable', 'The object store is not available just now.', {
    retryAfterSeconds: 5,
    members: { cause },
  });
