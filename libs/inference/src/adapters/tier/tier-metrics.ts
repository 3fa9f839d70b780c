import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Refusal } from '../../domain/admission.ts';
import { LANES, type Lane } from '../../domain/fair-queue.ts';
import type { Check, TierWatch } from './tier.ts';

/** What tiers are made of: their metrics are named after it. */
export const JOBS = ['scan', 'document'] as const;
export type JobName = (typeof JOBS)[number];

/** What is asked of a tier when somebody looks. */
export interface TierState {
  /** Jobs that run. */
  readonly busy: number;
  /** Jobs that wait for a worker. */
  readonly waiting: number;
  queuedSeconds(lane: Lane): number;
}

/** What those who run the tier watch: docs/tier.md says what each is for. None names a tenant (P15). */
export class TierMetrics implements TierWatch {
  private readonly refusals: Counter<'reason' | 'check'>;
  private readonly ages: Histogram<'lane'>;
  private readonly ratios: Histogram;

  constructor(
    private readonly metrics: Registry,
    private readonly job: JobName,
  ) {
    const registers = [metrics];
    this.refusals = new Counter({
      name: `${job}_refusals_total`,
      help: 'Jobs that were not let in, by why and by which check',
      labelNames: ['reason', 'check'],
      registers,
    });
    this.ages = new Histogram({
      name: `${job}_queue_age_seconds`,
      help: 'From when a job could have run to when it did',
      labelNames: ['lane'],
      buckets: [0.1, 0.3, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640],
      registers,
    });
    this.ratios = new Histogram({
      name: `${job}_work_predicted_ratio`,
      help: 'Seconds that a completed job kept its worker, over those that were predicted when it was queued',
      buckets: [0.25, 0.5, 0.71, 0.83, 1, 1.2, 1.4, 2, 4],
      registers,
    });
  }

  watch(workers: TierState): void {
    const { job, metrics } = this;
    const registers = [metrics];
    new Gauge({
      name: `${job}_queue_work_seconds`,
      help: 'Predicted seconds of a worker of the jobs that were let in and do not run yet',
      labelNames: ['lane'],
      registers,
      collect() {
        for (const lane of LANES) this.set({ lane }, workers.queuedSeconds(lane));
      },
    });
    new Gauge({
      name: `${job}_in_flight`,
      help: 'Jobs that run in a worker, or wait for one',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'running' }, workers.busy);
        this.set({ state: 'waiting' }, workers.waiting);
      },
    });
  }

  readonly onRefused = (reason: Refusal, check: Check): void => this.refusals.inc({ reason, check });
  readonly onStarted = (lane: Lane, queuedSeconds: number): void => this.ages.observe({ lane }, queuedSeconds);
  readonly onEnded = (ratio: number): void => this.ratios.observe(ratio);
}
