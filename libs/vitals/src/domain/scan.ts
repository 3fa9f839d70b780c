import { Fault } from '@smartscan/kernel';
import { problemCode, type ScanProblemName } from './scan-problems.ts';

/** Where a scan stands. The last three are final. */
export const SCAN_STATES = ['accepted', 'running', 'completed', 'failed', 'cancelled'] as const;
export type ScanState = (typeof SCAN_STATES)[number];

/** What happens to a scan. */
export type ScanStep =
  | { readonly kind: 'start' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'fail'; readonly problem: ScanProblemName }
  | { readonly kind: 'cancel' };

/** The life of one scan; times in milliseconds since 1970. */
export interface ScanLife {
  readonly state: ScanState;
  readonly acceptedAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  /** Code of the problem that it failed with; null otherwise. */
  readonly problem: string | null;
}

/** Where each step leads from each state. What is not here can not happen. */
const STEPS: Readonly<Record<ScanState, Partial<Record<ScanStep['kind'], ScanState>>>> = {
  accepted: { start: 'running', fail: 'failed', cancel: 'cancelled' },
  running: { complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
};

export const isFinal = (state: ScanState): boolean => Object.keys(STEPS[state]).length === 0;

export const acceptScan = (nowMs: number): ScanLife => ({
  state: 'accepted',
  acceptedAtMs: nowMs,
  startedAtMs: null,
  finishedAtMs: null,
  problem: null,
});

/**
 * The scan after a step. A final scan never changes: a second cancel, or a completion after one, is a conflict.
 *
 * @throws Fault `vitals.scan_over` (conflict) where the state does not allow the step
 */
export const advance = (scan: ScanLife, step: ScanStep, nowMs: number): ScanLife => {
  const state = STEPS[scan.state][step.kind];
  if (state === undefined) {
    throw new Fault('conflict', 'vitals.scan_over', 'The scan is in a state that does not allow this.', {
      members: { state: scan.state },
    });
  }
  return {
    ...scan,
    state,
    startedAtMs: step.kind === 'start' ? nowMs : scan.startedAtMs,
    finishedAtMs: isFinal(state) ? nowMs : null,
    problem: step.kind === 'fail' ? problemCode(step.problem) : null,
  };
};
