import { Counter, Gauge, type Registry } from 'prom-client';
import { asFault, type DataCategory } from '@smartscan/kernel';
import type { Log } from '@smartscan/platform/ports';

/** What enforcement tells those who operate it. */
export class SweepReport {
  private readonly oldestAge: Gauge<'category'>;
  private readonly deletedTotal: Counter<'category'>;
  private readonly failedTotal: Counter<'owner'>;
  private readonly lastAges = new Map<DataCategory, number>();

  constructor(
    metrics: Registry,
    private readonly log: Log,
  ) {
    const registers = [metrics];
    this.oldestAge = new Gauge({
      name: 'retention_oldest_age_seconds',
      help: 'Age of the oldest record of each category that was kept after the last sweep; 0 where none is',
      labelNames: ['category'],
      registers,
    });
    this.deletedTotal = new Counter({
      name: 'retention_deleted_total',
      help: 'Records deleted because their time was over',
      labelNames: ['category'],
      registers,
    });
    this.failedTotal = new Counter({
      name: 'retention_sweep_failed_total',
      help: 'Sweeps that an owner of data did not carry out',
      labelNames: ['owner'],
      registers,
    });
  }

  deleted(category: DataCategory, count: number): void {
    this.deletedTotal.inc({ category }, count);
  }

  failed(owner: string, category: DataCategory, error: unknown): void {
    this.failedTotal.inc({ owner });
    this.log.warn('retention.sweep_failed', { owner, category, code: asFault(error).code });
  }

  /** `complete`: every owner answered. What only some of them say never lowers the age that was known. */
  oldest(category: DataCategory, ageSeconds: number, complete: boolean): void {
    const known = complete ? ageSeconds : Math.max(ageSeconds, this.lastAges.get(category) ?? 0);
    this.lastAges.set(category, known);
    this.oldestAge.set({ category }, known);
  }
}
