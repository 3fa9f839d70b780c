import { Fault } from '@smartscan/kernel';

/** What decides whether a key works. Nothing set: it works until somebody revokes it. */
export interface KeyLife {
  readonly expiresAt?: Date | null | undefined;
  readonly revokedAt?: Date | null | undefined;
}

export type KeyState = 'live' | 'revoked' | 'expired';

/** A key works up to the instant of its expiry, not at it. Revocation says more than expiry, so it is told first. */
export function stateOf({ expiresAt, revokedAt }: KeyLife, nowMs: number): KeyState {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt.getTime() <= nowMs ? 'expired' : 'live';
}

const UNUSABLE = {
  revoked: ['identity.api_key_revoked', 'This API key was revoked.'],
  expired: ['identity.api_key_expired', 'This API key has expired.'],
} as const;

/** Throws `identity.api_key_revoked` or `identity.api_key_expired`. */
export function refuseUnlessLive(life: KeyLife, nowMs: number): void {
  const state = stateOf(life, nowMs);
  if (state === 'live') return;
  const [code, message] = UNUSABLE[state];
  throw new Fault('unauthenticated', code, message, { remedy: 'Use another key.' });
}

/** Nobody gives away what they don't hold. Throws `identity.scope_not_held`. */
export function refuseScopesNotHeld(held: readonly string[], wanted: readonly string[]): void {
  if (wanted.every((scope) => held.includes(scope))) return;
  throw new Fault('forbidden', 'identity.scope_not_held', 'A key can grant no scope that it does not hold itself.', {
    remedy: 'Ask for scopes of the calling key only.',
  });
}

/** Throws `identity.expiry_in_past` where the key would never have worked. */
export function refuseExpiryInPast(expiresAt: Date | null, nowMs: number): void {
  if (stateOf({ expiresAt }, nowMs) === 'live') return;
  throw new Fault('invalid', 'identity.expiry_in_past', 'The expiry is not in the future.');
}
