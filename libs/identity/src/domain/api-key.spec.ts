import fc from 'fast-check';
import type { Fault } from '@smartscan/kernel';
import { refuseExpiryInPast, refuseScopesNotHeld, refuseUnlessLive, stateOf } from './api-key.ts';

const instants = fc.integer({ min: 0, max: 4_102_444_800_000 });
const maybe = fc.option(instants.map((ms) => new Date(ms)));
const scopes = fc.subarray(['scans:write', 'scans:read', 'keys:write', 'audit:read']);

const codeOf = (work: () => void): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as Fault).code;
  }
};

describe('an API key', () => {
  it('works until the instant of its expiry and not at it', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        const expiresAt = new Date(ms);
        expect(stateOf({ expiresAt }, ms - 1)).toBe('live');
        expect(stateOf({ expiresAt }, ms)).toBe('expired');
      }),
    );
  });

  it('never works again once it is revoked, whatever the clock says', () => {
    fc.assert(
      fc.property(maybe, instants, instants, (expiresAt, revoked, now) => {
        expect(stateOf({ expiresAt, revokedAt: new Date(revoked) }, now)).toBe('revoked');
      }),
    );
  });

  it('once over, stays over: time never brings a key back', () => {
    fc.assert(
      fc.property(maybe, maybe, instants, fc.nat(), (expiresAt, revokedAt, now, later) => {
        fc.pre(stateOf({ expiresAt, revokedAt }, now) !== 'live');
        expect(stateOf({ expiresAt, revokedAt }, now + later)).not.toBe('live');
      }),
    );
  });

  it('is refused with the reason', () => {
    const at = new Date(1_000);
    expect(codeOf(() => refuseUnlessLive({}, 5_000))).toBeUndefined();
    expect(codeOf(() => refuseUnlessLive({ expiresAt: at }, 5_000))).toBe('identity.api_key_expired');
    expect(codeOf(() => refuseUnlessLive({ expiresAt: at, revokedAt: at }, 5_000))).toBe('identity.api_key_revoked');
  });

  it('grants exactly the scopes that it holds', () => {
    fc.assert(
      fc.property(scopes, scopes, (held, wanted) => {
        const refused = codeOf(() => refuseScopesNotHeld(held, wanted));
        const excess = wanted.filter((scope) => !held.includes(scope));
        expect(refused).toBe(excess.length > 0 ? 'identity.scope_not_held' : undefined);
      }),
    );
  });

  it('is not made with an expiry that has passed', () => {
    fc.assert(
      fc.property(maybe, instants, (expiresAt, now) => {
        const refused = codeOf(() => refuseExpiryInPast(expiresAt, now));
        expect(refused).toBe(expiresAt && expiresAt.getTime() <= now ? 'identity.expiry_in_past' : undefined);
      }),
    );
  });
});
