import { Counter, Histogram, type HistogramConfiguration, type Registry } from 'prom-client';
import { asFault } from '@smartscan/kernel';

export interface OutcomeMetrics {
  /** Of the counter by `outcome`: `completed`, or the code of the problem. */
  readonly total: { readonly name: string; readonly help: string };
  readonly seconds: Pick<HistogramConfiguration<string>, 'name' | 'help' | 'buckets'>;
}

/** How the jobs of a context ended, and how long they took from the first byte of their body. */
export class JobOutcomes {
  private readonly total: Counter<'outcome'>;
  private readonly seconds: Histogram;

  constructor(metrics: Registry, { total, seconds }: OutcomeMetrics) {
    const registers = [metrics];
    this.total = new Counter({ ...total, labelNames: ['outcome'], registers });
    this.seconds = new Histogram({ ...seconds, registers });
  }

  async counted<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    const end = this.seconds.startTimer();
    try {
      const outcome = await work();
      this.total.inc({ outcome: 'completed' });
      return outcome;
    } catch (error) {
      this.total.inc({ outcome: asFault(error).code });
      throw error;
    } finally {
      end();
    }
  }
}
