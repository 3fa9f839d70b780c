import { Fault, FAULT_KINDS } from '@smartscan/kernel';
import { MAX_FRAMES, MAX_SECONDS, MIN_SECONDS } from './limits.ts';
import { problem, problemCode, SCAN_PROBLEMS, type ScanProblemName } from './scan-problems.ts';

const NAMES = Object.keys(SCAN_PROBLEMS) as ScanProblemName[];

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
