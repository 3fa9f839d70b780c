import fc from 'fast-check';
import { newWindow, policyHeader, stateHeader, take } from './rate-window.ts';

const quotas = fc.record({
  requests: fc.integer({ min: 1, max: 50 }),
  windowSeconds: fc.integer({ min: 1, max: 120 }),
});
/** Milliseconds between requests. */
const pauses = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 200 });

describe('the rate window', () => {
  it('admits at most the quota in each window, and says exactly how many are left', () => {
    fc.assert(
      fc.property(quotas, pauses, (quota, gaps) => {
        let nowMs = 1_000_000;
        const window = newWindow(nowMs);
        let used = 0;
        let startMs = window.startMs;
        for (const gap of gaps) {
          nowMs += gap;
          const taken = take(window, quota, nowMs);
          if (window.startMs !== startMs) [used, startMs] = [0, window.startMs];
          used += taken.admitted ? 1 : 0;
          expect(used).toBeLessThanOrEqual(quota.requests);
          expect(taken.remaining).toBe(quota.requests - used);
          if (!taken.admitted) expect(taken.remaining).toBe(0);
        }
      }),
    );
  });

  it('never refuses who waits for as long as it said', () => {
    fc.assert(
      fc.property(quotas, pauses, (quota, gaps) => {
        let nowMs = 1_000_000;
        const window = newWindow(nowMs);
        for (const gap of gaps) {
          nowMs += gap;
          const taken = take(window, quota, nowMs);
          expect(taken.resetSeconds).toBeGreaterThan(0);
          expect(taken.resetSeconds).toBeLessThanOrEqual(quota.windowSeconds);
          if (taken.remaining > 0) continue;
          nowMs += taken.resetSeconds * 1_000;
          expect(take(window, quota, nowMs).admitted).toBe(true);
        }
      }),
    );
  });

  it('begins anew when the clock is set back', () => {
    const quota = { requests: 1, windowSeconds: 60 };
    const window = newWindow(10_000_000);
    take(window, quota, 10_000_000);
    expect(take(window, quota, 5_000_000).admitted).toBe(true);
  });

  it('writes the headers as draft-ietf-httpapi-ratelimit-headers-11 has them', () => {
    expect(policyHeader({ requests: 600, windowSeconds: 60 })).toBe('"default";q=600;w=60');
    expect(stateHeader({ admitted: true, remaining: 599, resetSeconds: 57 })).toBe('"default";r=599;t=57');
  });
});
