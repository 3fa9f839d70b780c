import type { Actor } from '@smartscan/platform/ports';
import { Allowances } from './allowances.ts';
import { gatewaySettings } from './settings.ts';
import type { VerifiedKey } from './verified-keys.ts';

const keyOf = (id: string, plan: VerifiedKey['plan'] = 'free'): VerifiedKey => ({
  id,
  digest: id,
  plan,
  tenant: 'wsp_1',
  scopes: new Map(),
  actor: { kind: 'api_key', id } satisfies Actor,
  expiresAtMs: Number.POSITIVE_INFINITY,
});

describe('allowances', () => {
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const settings = gatewaySettings.parse({
    requestsPerMinuteFree: '2',
    requestsPerMinuteAnonymous: '1',
    inFlightPerKey: '3',
  });
  const admitted = (allowances: Allowances, id: string): boolean => {
    const allowance = allowances.takeForKey(keyOf(id));
    allowances.settle(allowance);
    return allowance.taken.admitted;
  };

  it('are each key’s own, by its plan', () => {
    const allowances = new Allowances(settings, clock);
    expect([1, 2, 3].map(() => admitted(allowances, 'a'))).toEqual([true, true, false]);
    expect(admitted(allowances, 'b')).toBe(true);
    expect(allowances.takeForKey(keyOf('c', 'enterprise')).policy).toBe('"default";q=6000;w=60');
  });

  it('are each address’s own where no key is needed, and no key’s', () => {
    const allowances = new Allowances(settings, clock);
    expect(allowances.takeForAddress('192.0.2.1').taken.admitted).toBe(true);
    expect(allowances.takeForAddress('192.0.2.1').taken.admitted).toBe(false);
    expect(allowances.takeForAddress('192.0.2.2').taken.admitted).toBe(true);
    expect(allowances.takeForKey(keyOf('192.0.2.1')).taken.admitted).toBe(true);
  });

  it('say when too many run at the same time, and count them down as they end', () => {
    const allowances = new Allowances(gatewaySettings.parse({ inFlightPerKey: 2 }), clock);
    const [first, second, third] = [1, 2, 3].map(() => allowances.takeForKey(keyOf('a')));
    expect([first?.crowded, second?.crowded, third?.crowded]).toEqual([false, false, true]);
    for (const allowance of [first, third]) if (allowance) allowances.settle(allowance);
    expect(allowances.takeForKey(keyOf('a')).crowded).toBe(false);
  });

  it('are forgotten for those who are gone, not for those who come, however many callers there are', () => {
    const allowances = new Allowances(settings, clock);
    for (let at = 0; at < 9_999; at += 1) admitted(allowances, `key ${at}`);
    clock.now += 60_000;
    expect([1, 2, 3].map(() => admitted(allowances, 'a'))).toEqual([true, true, false]);
    for (let at = 0; at < 5_000; at += 1) admitted(allowances, `later ${at}`);
    expect(admitted(allowances, 'a')).toBe(false);
  });
});
