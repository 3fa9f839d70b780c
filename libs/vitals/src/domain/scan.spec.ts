import fc from 'fast-check';
import { Fault, FAULT_KINDS } from '@smartscan/kernel';
import { MAX_FRAMES, MAX_SECONDS, MIN_SECONDS } from './limits.ts';
import { beginScan, endOf, endScan, isOver, isPastRetention, type ScanEnd } from './scan.ts';
import { problem, problemCode, SCAN_PROBLEMS, type ScanProblemName } from './scan-problems.ts';

const NAMES = Object.keys(SCAN_PROBLEMS) as ScanProblemName[];
const end: fc.Arbitrary<ScanEnd> = fc.oneof(
  fc.constantFrom<ScanEnd>({ status: 'completed' }, { status: 'cancelled' }),
  fc.constantFrom(...NAMES).map((name): ScanEnd => ({ status: 'failed', problem: problemCode(name) })),
);

describe('a scan', () => {
  it('ends once and then refuses every other end', () => {
    fc.assert(
      fc.property(end, end, (first, second) => {
        const begun = beginScan(1000);
        expect(isOver(begun)).toBe(false);
        const over = endScan(begun, first, 2000);
        expect(isOver(over)).toBe(true);
        expect(over).toMatchObject({ status: first.status, startedAtMs: 1000, finishedAtMs: 2000 });
        expect(over.problem === null).toBe(first.status !== 'failed');
        expect(() => endScan(over, second, 3000)).toThrow(expect.objectContaining({ code: 'vitals.scan_over' }));
      }),
    );
  });

  it('that is cancelled has not failed, and every other problem is a failure with its code', () => {
    expect(endOf(problemCode('cancelled'))).toEqual({ status: 'cancelled' });
    for (const name of NAMES.filter((name) => name !== 'cancelled')) {
      expect(endOf(problemCode(name))).toEqual({ status: 'failed', problem: `vitals.${name}` });
    }
  });

  it('is past its retention at the second that its time is over, and at once where nothing is kept', () => {
    expect(isPastRetention(0, 10, 9_999)).toBe(false);
    expect(isPastRetention(0, 10, 10_000)).toBe(true);
    expect(isPastRetention(5, 0, 5)).toBe(true);
  });
});

describe('the problems of a scan', () => {
  it('are faults with a code, a status, a title and a remedy of their own', () => {
    for (const name of NAMES) {
      const fault = problem(name);
      expect(fault).toBeInstanceOf(Fault);
      expect(FAULT_KINDS).toContain(fault.kind);
      expect(fault.code).toBe(problemCode(name));
      expect(fault.status).toBe(SCAN_PROBLEMS[name].status);
      expect(fault.message).toBe(SCAN_PROBLEMS[name].title);
      expect(fault.extras.remedy!.length).toBeGreaterThan(10);
    }
    expect(new Set(NAMES.map((name) => SCAN_PROBLEMS[name].title)).size).toBe(NAMES.length);
  });

  it('tell the caller when to come back only where waiting helps', () => {
    const waiting = NAMES.filter((name) => problem(name).extras.retryAfterSeconds !== undefined);
    expect(waiting).toEqual(['overloaded', 'tenant_share']);
  });
});

describe('the limits', () => {
  it('leave room for a scan of 30 s at any camera rate', () => {
    expect(MIN_SECONDS).toBeLessThan(30);
    expect(MAX_SECONDS).toBeGreaterThan(30);
    expect(MAX_FRAMES).toBeGreaterThanOrEqual(MAX_SECONDS * 60);
  });
});
