import { beginScan, endScan } from '../domain/scan.ts';
import { ActiveScans, type ScanState } from './active-scan.ts';
import { NO_SECRETS } from './present.ts';

const MINUTE_MS = 60_000;

const stateOf = (more: Partial<ScanState> = {}): ScanState => ({
  id: 'scn',
  tenant: 'a',
  subjectRef: null,
  wellness: false,
  retainedSeconds: 0,
  life: beginScan(0),
  accepted: true,
  stage: 'received',
  share: 0,
  secrets: NO_SECRETS,
  person: {},
  ...more,
});

describe('the scans that a process has', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('P39: a result that waits for its fetch is gone after 15 minutes, and so the process has nothing to be asked for', () => {
    const active = new ActiveScans();
    const state = stateOf();
    active.add(state);
    state.life = endScan(state.life, { status: 'completed' }, 1);
    active.end(state, true);
    jest.advanceTimersByTime(15 * MINUTE_MS - 1);
    expect([active.has('scn'), active.find('scn', 'a')]).toEqual([true, state]);
    jest.advanceTimersByTime(1);
    expect([active.has('scn'), active.find('scn', 'a')]).toEqual([false, undefined]);
  });

  it('is not looked for among the rows before there is one: nobody can have closed it', () => {
    const active = new ActiveScans();
    const state = stateOf({ retainedSeconds: 60, accepted: false });
    active.add(state);
    expect(active.runningRows()).toEqual(new Map());
    state.accepted = true;
    expect(active.runningRows()).toEqual(new Map([['a', ['scn']]]));
  });
});
