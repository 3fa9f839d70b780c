import fc from 'fast-check';
import { DEVICE_TYPES, FAULT_KINDS } from '@smartscan/kernel';
import { DOCUMENT_PROBLEMS, problem, type DocumentProblemName } from './document-problems.ts';
import { dateOrderOf } from './language.ts';
import { workOf } from './work.ts';

describe('predicted work', () => {
  it('grows with a PDF, up to its most pages, and is above 0 whatever is announced', () => {
    fc.assert(
      fc.property(fc.nat(20_000_000), fc.boolean(), (bytes, isPdf) => {
        const work = workOf({ bytes, isPdf, type: undefined });
        expect(work).toBeGreaterThan(0);
        expect(workOf({ bytes: bytes + 200_000, isPdf, type: undefined })).toBeGreaterThanOrEqual(work);
      }),
      { seed: 3 },
    );
    expect(workOf({ bytes: 1e9, isPdf: true, type: undefined })).toBe(
      workOf({ bytes: 1e8, isPdf: true, type: undefined }),
    );
  });

  it('of a photo of a device is less than of a page of print', () => {
    for (const type of DEVICE_TYPES) {
      const device = workOf({ bytes: undefined, isPdf: false, type });
      expect(device).toBeLessThan(workOf({ bytes: undefined, isPdf: false, type: 'lab_report' }));
    }
  });
});

describe('the language of a document', () => {
  it.each([
    ['en-US', 'month_first'],
    ['es-US', 'month_first'],
    ['en-GB', 'day_first'],
    ['de', 'day_first'],
    ['fr-CA', 'day_first'],
    ['en', undefined],
    ['zh-Hans-CN', 'day_first'],
    [undefined, undefined],
  ] as const)('%s: %s', (tag, order) => {
    expect(dateOrderOf(tag)).toBe(order);
  });
});

describe('the problems of a document', () => {
  const names = Object.keys(DOCUMENT_PROBLEMS) as DocumentProblemName[];

  it('are faults with a code, a status, a title and a remedy of their own', () => {
    for (const name of names) {
      const fault = problem(name);
      expect(FAULT_KINDS).toContain(fault.kind);
      expect([fault.code, fault.status]).toEqual([`extraction.${name}`, DOCUMENT_PROBLEMS[name].status]);
      expect(fault.extras.remedy!.length).toBeGreaterThan(10);
    }
    expect(new Set(names.map((name) => DOCUMENT_PROBLEMS[name].title)).size).toBe(names.length);
  });

  it('tell the caller when to come back only where waiting helps', () => {
    const waiting = names.filter((name) => problem(name).extras.retryAfterSeconds !== undefined);
    expect(waiting).toEqual(['overloaded', 'tenant_share']);
  });
});
