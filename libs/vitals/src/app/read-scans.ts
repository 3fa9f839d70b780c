import { Fault, type Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import type { getScan, listScans } from '@smartscan/contracts/vitals';
import type { Call, Holdings, Services, UnitOfWork } from '@smartscan/platform/ports';
import { isOver, isPastRetention } from '../domain/scan.ts';
import type { ActiveScans, Progress } from './active-scan.ts';
import { itemOfRow, itemOfState, withSecrets, type ScanAnswer, type ScanItem } from './present.ts';
import { openSecrets, scanPage, scanRow, scanTable } from './scans.ts';
import { vitalsTtl } from './vitals-ttl.ts';

export const scanNotFound = (): Fault =>
  new Fault('not_found', 'vitals.scan_not_found', 'There is no such scan.', {
    remedy: 'It may never have existed, be past its retention, deleted, or, if nothing is retained, fetched already.',
  });

/** Ours: how often the row is looked at for a scan that runs in another process. */
const POLL_MS = 1_000;

export interface ReadParts {
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly active: ActiveScans;
  readonly holdings: Holdings;
}

/** Reads of scans, wherever they are: in memory while they run or wait for their fetch, in the table where kept. */
export class ReadScans {
  constructor(private readonly parts: ReadParts) {}

  async one({ id }: InputOf<typeof getScan>, call: Call): Promise<ScanAnswer> {
    const state = this.parts.active.find(id, call.tenant);
    if (state?.retainedSeconds === 0) return this.fromMemory(id, call);
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    return this.parts.work.run(call, async (tx) => {
      const row = await scanRow(tx, id);
      if (!row || this.isPast(row.createdAt, ttlSeconds)) throw scanNotFound();
      return withSecrets(itemOfRow(row, ttlSeconds), await openSecrets(tx, row), row.subjectRef ?? null);
    });
  }

  /** A result that isn't kept is handed over once. Noted first: a disclosure without its audit entry must not be. */
  private async fromMemory(id: string, call: Call): Promise<ScanAnswer> {
    const state = this.parts.active.find(id, call.tenant);
    if (!state) throw scanNotFound();
    if (!isOver(state.life)) return withSecrets(itemOfState(state), null, state.subjectRef);
    const answer = withSecrets(itemOfState(state), state.secrets, state.subjectRef);
    this.parts.active.forget(id);
    await this.parts.work.run(call, async (tx) => {
      tx.noteAccess(scanTable, id, 'read');
      await this.parts.holdings.release(tx, id);
    });
    return answer;
  }

  async page(
    { limit, cursor }: InputOf<typeof listScans>,
    call: Call,
  ): Promise<{ items: ScanItem[]; next_cursor: string | null }> {
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    const rows = await this.parts.work.run(call, (tx) => scanPage(tx, limit, cursor));
    const kept = rows.filter((row) => !this.isPast(row.createdAt, ttlSeconds));
    const page = cutPage(kept, limit);
    return { items: page.items.map((row) => itemOfRow(row, ttlSeconds)), next_cursor: page.next_cursor };
  }

  async *follow(id: string, call: Call): AsyncGenerator<Progress> {
    while (!call.signal.aborted) {
      const state = this.parts.active.find(id, call.tenant);
      const progress = state
        ? { id, status: state.life.status, stage: state.stage, share: state.share }
        : await this.rowProgress(id, call);
      yield progress;
      if (progress.status !== 'running') return;
      await (state ? this.parts.active.changed(id, call.signal) : pause(POLL_MS, call.signal));
    }
  }

  /** Throws where there is no such scan, before anything is streamed. */
  async exists(id: string, call: Call): Promise<void> {
    if (!this.parts.active.find(id, call.tenant)) await this.rowProgress(id, call);
  }

  private async rowProgress(id: string, call: Call): Promise<Progress> {
    const row = await this.parts.work.run(call, (tx) => scanRow(tx, id));
    if (!row) throw scanNotFound();
    const { status } = row;
    return status === 'running' ? { id, status, stage: 'received', share: 0 } : { id, status, stage: 'done', share: 1 };
  }

  /** What is past its time is gone for readers at once, though the sweep may take some minutes. */
  private isPast(createdAt: Date, ttlSeconds: number): boolean {
    return isPastRetention(createdAt.getTime(), ttlSeconds, this.parts.clock.nowMs());
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
