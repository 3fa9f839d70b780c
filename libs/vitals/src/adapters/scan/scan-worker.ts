import { builtFile, JobThread, portsOf, type OnDefect, type TierFaults } from '@smartscan/inference';
import { problem } from '../../domain/scan-problems.ts';
import type { ScanOutcome, ScanStage } from './outcome.ts';
import type { ScanJob, WorkerStart } from './worker-messages.ts';

/** The tier speaks of scans. */
export const SCAN_FAULTS: TierFaults = {
  refused: problem,
  cancelled: () => problem('cancelled'),
  interrupted: () => problem('interrupted'),
};

/**
 * A scan that takes longer is stopped. A minute of 1080p HEVC takes 40 s on one slow core; three times that is a machine
 * that can't keep up, or a video made to take long. Ours.
 */
const MAX_SCAN_MS = 120_000;

/** The longest step takes 0.2 s, a run of a model 5 ms (measured). */
const STOP_WITHIN_MS = 2_000;

/** A thread that scans. */
export type ScanWorker = JobThread<WorkerStart, ScanJob, ScanOutcome, ScanStage>;

/** @throws Fault where the models can't be loaded */
export const startScanWorker = (start: WorkerStart, onDefect: OnDefect): Promise<ScanWorker> =>
  JobThread.start({
    name: 'scan',
    file: builtFile(import.meta.url, './worker.js'),
    start,
    ports: portsOf(start.inference),
    maxMs: MAX_SCAN_MS,
    stopWithinMs: STOP_WITHIN_MS,
    faults: SCAN_FAULTS,
    onDefect,
  });
