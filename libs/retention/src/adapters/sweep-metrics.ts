import { Counter, Gauge, type Registry } from 'prom-client';
import { asFault, type DataCategory } from '@smartscan/kernel';
import type { Log } from '@smartscan/platform/ports';
import type { SweepReport } from '../app/sweep-report.ts';

export class SweepMetrics implements SweepReport {
  private readonly oldestAge: Gauge<'category'>;
  private readonly deletedTotal: Counter<'category'>;
  private readonly failedTotal: Counter<'owner'>;
  /** By category and owner, in seconds. */
  private readonly lastAges = new Map<DataCategory, Map<string, number>>();

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

  /** An owner that failed counts with what it kept when it last answered. */
  kept(owner: string, category: DataCategory, oldestSeconds: number | null): void {
    const ages = this.agesOf(category);
    ages.set(owner, oldestSeconds ?? 0);
    this.oldestAge.set({ category }, Math.max(...ages.values()));
  }

  private agesOf(category: DataCategory): Map<string, number> {
    const known = this.lastAges.get(category);
    if (known) return known;
    const ages = new Map<string, number>();
    this.lastAges.set(category, ages);
    return ages;
  }
}
