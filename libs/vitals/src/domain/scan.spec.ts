import fc from 'fast-check';
import { beginScan, endOf, endScan, isOver, isPastRetention, type ScanEnd } from './scan.ts';

const end: fc.Arbitrary<ScanEnd> = fc.oneof(
  fc.constant({ status: 'completed' } as const),
  fc.constant({ status: 'cancelled' } as const),
  fc.constant({ status: 'failed', problem: 'vitals.no_face' } as const),
);
const time = fc.integer({ min: 0, max: 2 ** 40 });

describe('the life of a scan', () => {
  it('ends once, whatever comes afterwards', () => {
    fc.assert(
      fc.property(end, end, time, (first, second, nowMs) => {
        const over = endScan(beginScan(nowMs), first, nowMs);
        expect(isOver(over)).toBe(true);
        expect(() => endScan(over, second, nowMs + 1)).toThrow('over already');
      }),
    );
  });

  it('has a problem exactly where it failed', () => {
    fc.assert(
      fc.property(end, time, (given, nowMs) => {
        const { status, problem } = endScan(beginScan(nowMs), given, nowMs);
        expect(problem !== null).toBe(status === 'failed');
      }),
    );
  });

  it('takes a wish to cancel for no failure', () => {
    expect([endOf('vitals.cancelled'), endOf('vitals.corrupt')]).toEqual([
      { status: 'cancelled' },
      { status: 'failed', problem: 'vitals.corrupt' },
    ]);
  });

  it('P23: is past its retention from the very millisecond on, and at once where nothing is kept', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 10 ** 8 }), (startedAtMs, ttlSeconds) => {
        const over = startedAtMs + ttlSeconds * 1_000;
        expect([
          isPastRetention(startedAtMs, ttlSeconds, over - 1),
          isPastRetention(startedAtMs, ttlSeconds, over),
        ]).toEqual([false, true]);
      }),
    );
  });
});
