import type { DataCategory } from '@smartscan/kernel';

/** What a round of enforcement tells those who operate it. */
export interface SweepReport {
  deleted(category: DataCategory, count: number): void;
  failed(owner: string, category: DataCategory, error: unknown): void;
  /** `oldestSeconds`: the age of the oldest record that the owner keeps of the category; `null` where it keeps none. */
  kept(owner: string, category: DataCategory, oldestSeconds: number | null): void;
}
