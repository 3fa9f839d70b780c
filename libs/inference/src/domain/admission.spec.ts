import fc from 'fast-check';
import { drainSeconds, judge, noRoom, type Load } from './admission.ts';
import type { Lane, Ticket } from './fair-queue.ts';

const SEED = 12;
const ticket = fc.record({
  id: fc.nat(),
  tenant: fc.constantFrom('a', 'b', 'c'),
  lane: fc.constantFrom<Lane>('interactive', 'batch'),
  weight: fc.constant(1),
  work: fc.double({ min: 0.1, max: 20, noNaN: true }),
});
const load: fc.Arbitrary<Load> = fc.record({
  workers: fc.integer({ min: 1, max: 8 }),
  running: fc.double({ min: 0, max: 50, noNaN: true }),
  pending: fc.array(ticket, { maxLength: 20 }),
});
const seconds = fc.double({ min: 1, max: 900, noNaN: true });
const one = (tenant: string, work: number, lane: Lane = 'interactive'): Ticket => ({
  id: 0,
  tenant,
  lane,
  weight: 1,
  work,
});

describe('admission', () => {
  it('lets in with more time whatever it lets in with less, and with less load what it lets in with more', () => {
    fc.assert(
      fc.property(load, ticket, fc.tuple(seconds, seconds), ticket, (given, asked, times, more) => {
        const [less, longer] = [Math.min(...times), Math.max(...times)];
        if (judge(given, asked, less).admitted) expect(judge(given, asked, longer).admitted).toBe(true);
        const fuller = { ...given, pending: [...given.pending, more] };
        if (judge(fuller, asked, less).admitted) expect(judge(given, asked, less).admitted).toBe(true);
      }),
      { seed: SEED },
    );
  });

  it('expects a scan to be over no later than if everything before it were done first', () => {
    fc.assert(
      fc.property(load, ticket, (given, asked) => {
        const verdict = judge(given, asked, Infinity);
        if (!verdict.admitted) throw new Error('nobody is refused who has for ever');
        expect(verdict.finishSeconds).toBeGreaterThanOrEqual(asked.work);
        expect(verdict.finishSeconds).toBeLessThanOrEqual(drainSeconds(given) + asked.work + 1e-9);
      }),
      { seed: SEED },
    );
  });

  it('tells a tenant that its own scans are in the way only where another would be let in', () => {
    let told = 0;
    fc.assert(
      fc.property(load, ticket, seconds, (given, asked, deadline) => {
        const verdict = judge(given, asked, deadline);
        if (verdict.admitted || verdict.refusal !== 'tenant_share') return;
        told++;
        expect(judge(given, { ...asked, tenant: 'nobody yet' }, deadline).admitted).toBe(true);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
    expect(told).toBeGreaterThan(10);
  });

  it('refuses the tenant that fills the tier, not the one that comes', () => {
    const given = { workers: 1, running: 2, pending: [...Array.from({ length: 20 }, () => one('a', 2)), one('b', 2)] };
    expect(judge(given, one('a', 2), 30)).toMatchObject({ admitted: false, refusal: 'tenant_share' });
    expect(judge(given, one('c', 2), 30)).toMatchObject({ admitted: true });
  });

  it('says that the tier is full where a tenant alone has all of it, and when it is worth to come back', () => {
    const given = { workers: 1, running: 2, pending: Array.from({ length: 20 }, () => one('a', 2)) };
    expect(judge(given, one('a', 2), 30)).toEqual({ admitted: false, refusal: 'overloaded', retryAfterSeconds: 14 });
  });

  it('says so where even an idle tier would be late', () => {
    const idle = { workers: 4, running: 0, pending: [] };
    expect(judge(idle, one('a', 5), 4)).toMatchObject({ refusal: 'deadline_too_short' });
  });

  it('counts of the batch lane, for one that is waited for, only the share that it is promised', () => {
    const given = { workers: 1, running: 0, pending: Array.from({ length: 50 }, () => one('b', 2, 'batch')) };
    expect(judge(given, one('a', 9), 10.001)).toMatchObject({ admitted: true, finishSeconds: expect.closeTo(10, 9) });
  });
});

describe('room', () => {
  it('is never more than there is, and always some for whoever comes while four fifths are taken by another', () => {
    expect(noRoom({ own: 0, all: 100, limit: 100 }, 1)).toBe('overloaded');
    let own = 0;
    while (noRoom({ own, all: own, limit: 100 }, 1) === undefined) own++;
    expect(own).toBe(80);
    expect(noRoom({ own, all: own, limit: 100 }, 1)).toBe('tenant_share');
    expect(noRoom({ own: 0, all: own, limit: 100 }, 1)).toBeUndefined();
  });
});
