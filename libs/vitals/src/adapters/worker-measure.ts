import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { asFault } from '@smartscan/kernel';
import { SCAN_BODY_MAX_BYTES } from '@smartscan/contracts/vitals';
import type { Chunks, Log } from '@smartscan/platform/ports';
import type { ActiveScans } from '../app/active-scan.ts';
import type { Measure, Measured } from '../app/run-scan.ts';
import { problem } from '../domain/scan-problems.ts';
import { findDecoder } from './scan/decoder.ts';
import { ScanWorkers } from './scan/scan-workers.ts';
import type { VitalsSettings } from './settings.ts';

interface Surroundings {
  readonly settings: VitalsSettings;
  readonly log: Log;
  readonly metrics: Registry;
  readonly active: ActiveScans;
}

/** Measures in this process's worker threads. */
export class WorkerMeasure implements Measure {
  constructor(
    private readonly workers: ScanWorkers,
    private readonly around: Surroundings,
    private readonly outcomes: Counter<'outcome'>,
    private readonly seconds: Histogram,
  ) {}

  /** Starts the threads and loads the models: the process is not ready before they are. */
  static async start(around: Surroundings): Promise<WorkerMeasure> {
    const { settings, log, metrics } = around;
    const decoder = await findDecoder(settings.decoder);
    if (decoder.name !== 'ffmpeg') log.warn('vitals.fallback_decoder', { decoder: decoder.name });
    const workers = await ScanWorkers.start({
      size: settings.workers,
      modelsDirectory: settings.modelsDirectory,
      decoder,
      maxBodyBytes: SCAN_BODY_MAX_BYTES,
      onDefect: (defect) => log.error('vitals.worker_defect', { defect }),
    });
    const registers = [metrics];
    new Gauge({
      name: 'vitals_scans_in_flight',
      help: 'Scans that run in a worker, or wait for one',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'running' }, workers.busy);
        this.set({ state: 'waiting' }, workers.waiting);
      },
    });
    const outcomes = new Counter({
      name: 'vitals_scans_total',
      help: 'Scans by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    const seconds = new Histogram({
      name: 'vitals_scan_duration_seconds',
      help: 'From the first byte of the body to the markers',
      buckets: [1, 2, 3, 5, 8, 13, 21, 34, 60, 120],
      registers,
    });
    return new WorkerMeasure(workers, around, outcomes, seconds);
  }

  admit(): void {
    if (this.around.active.count >= this.around.settings.maxScans) throw problem('overloaded');
  }

  async run(body: Chunks, watch: Parameters<Measure['run']>[1]): Promise<Measured> {
    const end = this.seconds.startTimer();
    try {
      const { markers, quality, timings_ms, models, frames, cpuMs } = await this.workers.run(body, watch);
      this.outcomes.inc({ outcome: 'completed' });
      return {
        secrets: { markers, quality: { ...quality, regions: [...quality.regions] }, timings_ms, models },
        frames,
        cpuMs,
      };
    } catch (error) {
      this.outcomes.inc({ outcome: asFault(error).code });
      throw error;
    } finally {
      end();
    }
  }

  /** Called by Nest when the last request is answered: scans whose callers did not wait are finished first. */
  async onApplicationShutdown(): Promise<void> {
    await this.around.active.idle();
    await this.workers.close();
  }
}
