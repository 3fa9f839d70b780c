import { beginJob, endJob } from '@smartscan/kernel';
import { ActiveJobs } from './active-jobs.ts';
import type { JobState } from './job.ts';

const MINUTE_MS = 60_000;

const stateOf = (more: Partial<JobState> = {}): JobState => ({
  id: 'scn',
  tenant: 'a',
  subjectRef: null,
  retainedSeconds: 0,
  life: beginJob(0),
  accepted: true,
  stage: 'received',
  share: 0,
  secrets: {},
  ...more,
});

describe('the jobs that a process has', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('P39: a result that waits for its fetch is gone after 15 minutes, and so the process has nothing to be asked for', () => {
    const active = new ActiveJobs();
    const state = stateOf();
    active.add(state);
    state.life = endJob(state.life, { status: 'completed' }, 1);
    active.end(state, true);
    jest.advanceTimersByTime(15 * MINUTE_MS - 1);
    expect([active.has('scn'), active.find('scn', 'a')]).toEqual([true, state]);
    jest.advanceTimersByTime(1);
    expect([active.has('scn'), active.find('scn', 'a')]).toEqual([false, undefined]);
  });

  it('is not looked for among the rows before there is one: nobody can have closed it', () => {
    const active = new ActiveJobs();
    const state = stateOf({ retainedSeconds: 60, accepted: false });
    active.add(state);
    expect(active.runningRows()).toEqual(new Map());
    state.accepted = true;
    expect(active.runningRows()).toEqual(new Map([['a', ['scn']]]));
  });
});
