import type { Registry } from 'prom-client';
import { DOCUMENT_BODY_MAX_BYTES } from '@smartscan/contracts/extraction';
import { DOCUMENT_MODELS } from '@smartscan/documents/models';
import { defaultDeadline, JobOutcomes, startModels, TierMetrics, type ProcessModels } from '@smartscan/inference';
import type { ActiveJobs, Log } from '@smartscan/platform/ports';
import type { Admission, Admitted, Extract } from '../app/extract.ts';
import { DocumentWorkers } from './document-workers.ts';
import type { ExtractionSettings } from './settings.ts';

interface Surroundings {
  readonly settings: ExtractionSettings;
  readonly log: Log;
  readonly metrics: Registry;
  readonly active: Pick<ActiveJobs, 'idle'>;
}

/** Reads in this process's worker threads. */
export class WorkerExtract implements Extract {
  constructor(
    private readonly workers: DocumentWorkers,
    private readonly models: ProcessModels,
    private readonly around: Surroundings,
    private readonly outcomes: JobOutcomes,
  ) {}

  /** Starts the threads and loads the models: the process is not ready before they are. */
  static async start(around: Surroundings): Promise<WorkerExtract> {
    const { settings, log, metrics } = around;
    const models = await startModels({ wanted: DOCUMENT_MODELS, settings, log, metrics });
    const tier = new TierMetrics(metrics, 'document');
    const { workers: size, modelsDirectory, maxDocuments, maxHeldBytes, weights } = settings;
    const workers = await DocumentWorkers.start({
      size,
      modelsDirectory,
      models: models.repository,
      maxBodyBytes: DOCUMENT_BODY_MAX_BYTES,
      maxDocuments,
      maxHeldBytes,
      weights,
      watch: tier,
      onDefect: (defect) => log.error('extraction.worker_defect', { defect }),
    }).catch(async (error: unknown) => {
      await models.close();
      throw error;
    });
    tier.watch(workers);
    const outcomes = new JobOutcomes(metrics, {
      total: { name: 'extraction_documents_total', help: 'Documents by how they ended' },
      seconds: {
        name: 'extraction_document_duration_seconds',
        help: 'From the first byte of the body to what was read',
        buckets: [0.1, 0.3, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120],
      },
    });
    return new WorkerExtract(workers, models, around, outcomes);
  }

  admit(admission: Admission): Admitted {
    const { deadlineSeconds = defaultDeadline(this.around.settings, admission.lane) } = admission;
    const place = this.workers.admit({ ...admission, deadlineSeconds });
    return {
      run: (body, wishes, watch) => this.outcomes.counted(() => this.workers.run(body, wishes, { place, ...watch })),
      leave: () => this.workers.leave(place),
    };
  }

  /** Called by Nest when the last request is answered: documents whose callers did not wait are finished first. */
  async onApplicationShutdown(): Promise<void> {
    await this.around.active.idle();
    await this.workers.close();
    await this.models.close();
  }
}
