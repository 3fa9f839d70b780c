import { startScan } from '@smartscan/contracts/vitals';
import { problemCode, SCAN_PROBLEMS, type ScanProblemName } from '../domain/scan-problems.ts';

/** Met when a scan is read again, not as the answer to starting one. */
const LATER: readonly ScanProblemName[] = ['interrupted', 'recording_abandoned', 'cancelled'];

describe('the contract of a scan', () => {
  it('names every problem that a video, or what a device made of one, can have, and no other', () => {
    const names = (Object.keys(SCAN_PROBLEMS) as ScanProblemName[]).filter((name) => !LATER.includes(name));
    expect([...startScan.errors].sort()).toEqual(
      [...names.map(problemCode), 'vitals.bad_chunk', 'vitals.bad_telemetry'].sort(),
    );
  });
});
