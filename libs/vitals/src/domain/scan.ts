import { Fault } from '@smartscan/kernel';

/** Where a scan stands. All but the first are final. */
export const SCAN_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;
export type ScanStatus = (typeof SCAN_STATUSES)[number];

/** What ends a scan: its vitals, a problem (by its code), or somebody's wish. */
export type ScanEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'failed'; readonly problem: string }
  | { readonly status: 'cancelled' };

/** The life of one scan; times in milliseconds since 1970. */
export interface ScanLife {
  readonly status: ScanStatus;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  /** Code of the problem that it failed with; null otherwise. */
  readonly problem: string | null;
}

export const beginScan = (nowMs: number): ScanLife => ({
  status: 'running',
  startedAtMs: nowMs,
  finishedAtMs: null,
  problem: null,
});

export const isOver = ({ status }: ScanLife): boolean => status !== 'running';

/**
 * The scan after its end. What is over never changes: a completion after a cancel, or a second end, is a conflict.
 *
 * @throws Fault `vitals.scan_over` (conflict)
 */
export const endScan = (scan: ScanLife, end: ScanEnd, nowMs: number): ScanLife => {
  if (isOver(scan)) {
    throw new Fault('conflict', 'vitals.scan_over', 'The scan is over already.', { members: { status: scan.status } });
  }
  return { ...scan, status: end.status, finishedAtMs: nowMs, problem: end.status === 'failed' ? end.problem : null };
};

/** How a scan ends that met an error: a wish to cancel is no failure. */
export const endOf = (code: string): ScanEnd =>
  code === 'vitals.cancelled' ? { status: 'cancelled' } : { status: 'failed', problem: code };

/** Whether a result's time is over, `ttlSeconds` after its scan began; at once where nothing is kept. */
export const isPastRetention = (startedAtMs: number, ttlSeconds: number, nowMs: number): boolean =>
  startedAtMs + ttlSeconds * 1_000 <= nowMs;
