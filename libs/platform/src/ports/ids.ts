import type { Id, IdKind } from '@smartscan/kernel';

/** Where ids and other unguessable values come from. */
export interface Ids {
  next<K extends IdKind>(kind: K): Id<K>;
  /** Bytes from a cryptographically secure generator. */
  bytes(count: number): Uint8Array;
}
