import type { Clock } from '@smartscan/kernel';
import { scanCancelled, scanDeleted, scanFailed } from '@smartscan/contracts/vitals';
import { HELD_SILENT_MS, type Call, type Holdings, type Scope, type UnitOfWork } from '@smartscan/platform/ports';
import { isOver } from '../domain/scan.ts';
import { problemCode } from '../domain/scan-problems.ts';
import type { ActiveScans } from './active-scan.ts';
import { itemOfRow, itemOfState, type ScanItem } from './present.ts';
import { scanNotFound } from './read-scans.ts';
import type { RecordScan } from './record-scan.ts';
import { beatFor, closeScan, removeScan, runningAmong, scanRow, silentSince } from './scans.ts';

/** Cancelling and deleting, on request. */
export class EndScans {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly active: ActiveScans,
    private readonly holdings: Holdings,
  ) {}

  async cancel(id: string, call: Call): Promise<ScanItem> {
    const state = this.active.find(id, call.tenant);
    if (state && !isOver(state.life)) {
      this.active.cancel(id);
      // The scan ends itself and tells of it; wait until it has.
      while (!isOver(state.life) && !call.signal.aborted) await this.active.changed(id, call.signal);
    }
    if (state) return itemOfState(state);
    return this.cancelRow(id, call);
  }

  /** A scan that runs elsewhere: closing its row is what makes its process give up at the next beat. */
  private cancelRow(id: string, call: Call): Promise<ScanItem> {
    return this.work.run(call, async (tx) => {
      const end = { status: 'cancelled' as const, problem: null, at: new Date(this.clock.nowMs()), secrets: null };
      const cancelled = await closeScan(tx, id, end);
      if (cancelled) tx.emit(scanCancelled, { workspace_id: call.tenant, scan_id: id });
      const row = await scanRow(tx, id);
      if (!row) throw scanNotFound();
      return itemOfRow(row, 0);
    });
  }

  async delete(id: string, call: Call): Promise<{ id: string; deleted: true }> {
    const state = this.active.find(id, call.tenant);
    if (state && !isOver(state.life)) await this.cancel(id, call);
    this.active.forget(id);
    await this.work.run(call, async (tx) => {
      const removed = await removeScan(tx, id);
      if (!removed && !state) throw scanNotFound();
      await this.holdings.release(tx, id);
      tx.emit(scanDeleted, { workspace_id: call.tenant, scan_id: id });
    });
    return { id, deleted: true };
  }
}

export interface TendParts {
  readonly work: UnitOfWork;
  readonly clock: Clock;
  readonly active: ActiveScans;
  readonly recordings: Pick<RecordScan, 'has'>;
  readonly holdings: Holdings;
}

/**
 * A scan lives in the memory of one process. Each process beats for the scans it runs; one that has fallen silent died
 * with its frames, and its scan is closed as interrupted so that nobody waits for it.
 */
export class TendScans {
  constructor(private readonly parts: TendParts) {}

  async run(): Promise<void> {
    const { work, clock, active, recordings, holdings } = this.parts;
    const now = clock.nowMs();
    const scope: Scope = {
      tenant: '*',
      actor: { kind: 'system', id: 'vitals.tend_scans' },
      purpose: 'provide_service',
      requestId: 'none',
    };
    await holdings.tend(scope, (id) => active.has(id) || recordings.has(id));
    await this.beat(scope, new Date(now));
    const code = problemCode('interrupted');
    await work.run(scope, async (tx) => {
      for (const row of await silentSince(tx, new Date(now - HELD_SILENT_MS))) {
        const end = { status: 'failed' as const, problem: code, at: new Date(now), secrets: null };
        const closed = await closeScan(tx, row.id, end);
        if (closed) tx.emit(scanFailed, { workspace_id: row.workspaceId, scan_id: row.id, problem: code });
      }
    });
  }

  private async beat(scope: Scope, at: Date): Promise<void> {
    const { work, active } = this.parts;
    for (const ids of active.runningRows().values()) {
      const alive = await work.run(scope, async (tx) => {
        await beatFor(tx, ids, at);
        return runningAmong(tx, ids);
      });
      // Cancelled or swept by somebody else meanwhile.
      for (const id of ids) if (!alive.has(id)) active.cancel(id);
    }
  }
}
