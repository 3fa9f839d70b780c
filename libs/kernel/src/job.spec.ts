import fc from 'fast-check';
import { beginJob, endJob, endOf, isOver, isPastRetention, type JobEnd } from './job.ts';

const end: fc.Arbitrary<JobEnd> = fc.oneof(
  fc.constantFrom<JobEnd>({ status: 'completed' }, { status: 'cancelled' }),
  fc.constantFrom('vitals.no_face', 'x.interrupted').map((problem): JobEnd => ({ status: 'failed', problem })),
);

describe('a job', () => {
  it('ends once and then refuses every other end', () => {
    fc.assert(
      fc.property(end, end, (first, second) => {
        const begun = beginJob(1000);
        expect(isOver(begun)).toBe(false);
        const over = endJob(begun, first, 2000);
        expect(isOver(over)).toBe(true);
        expect(over).toMatchObject({ status: first.status, startedAtMs: 1000, finishedAtMs: 2000 });
        expect(over.problem === null).toBe(first.status !== 'failed');
        expect(() => endJob(over, second, 3000)).toThrow(expect.objectContaining({ code: 'platform.job_over' }));
      }),
    );
  });

  it('that is cancelled has not failed, and every other problem is a failure with its code', () => {
    expect(endOf('vitals.cancelled')).toEqual({ status: 'cancelled' });
    expect(endOf('vitals.interrupted')).toEqual({ status: 'failed', problem: 'vitals.interrupted' });
  });

  it('is past its retention at the second that its time is over, and at once where nothing is kept', () => {
    expect(isPastRetention(0, 10, 9_999)).toBe(false);
    expect(isPastRetention(0, 10, 10_000)).toBe(true);
    expect(isPastRetention(5, 0, 5)).toBe(true);
  });
});
