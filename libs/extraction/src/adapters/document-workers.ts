import {
  builtFile,
  JobThread,
  ownModels,
  portsOf,
  Tier,
  UNWATCHED,
  WorkerPool,
  type JobModels,
  type Lane,
  type OnDefect,
  type Place,
  type TierFaults,
  type TierRequest,
  type TierWatch,
} from '@smartscan/inference';
import { DOCUMENT_MODELS, fileTooLarge, isPdf } from '@smartscan/documents/models';
import type { DocumentType } from '@smartscan/kernel';
import { collectBody, type Body } from '@smartscan/platform/ports';
import { problem } from '../domain/document-problems.ts';
import { workOf } from '../domain/work.ts';
import type { Extracted, ReadingWishes } from '../app/extract.ts';
import type { DocumentJob, DocumentOutcome, DocumentStage, WorkerStart } from './worker-messages.ts';

/** The tier speaks of documents. */
const FAULTS: TierFaults = {
  refused: problem,
  cancelled: () => problem('cancelled'),
  interrupted: () => problem('interrupted'),
};

/** A document that takes longer is given up. Thirty pages take a minute on one slow core; twice that is one made to take long. Ours. */
const MAX_READING_MS = 120_000;

/** The longest run of a model takes 0.5 s where nothing else runs; forty times that on a machine that is overloaded. Ours. */
const STOP_WITHIN_MS = 20_000;

export interface DocumentWorkersOptions {
  /** Threads, and so documents at a time. Each takes up to 600 MB in a large picture. */
  readonly size: number;
  readonly modelsDirectory: string;
  /** Where the models are. By default each thread holds those of the source tree, on the CPU. */
  readonly models?: JobModels;
  /** Bytes of a body beyond which it is refused. */
  readonly maxBodyBytes: number;
  readonly maxDocuments: number;
  readonly maxHeldBytes: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly onDefect: OnDefect;
  readonly watch?: TierWatch;
}

/** What is known of a document when it asks to be let in. */
export interface DocumentRequest extends Omit<TierRequest, 'expectedSeconds'> {
  readonly type: DocumentType | undefined;
}

type DocumentThread = JobThread<WorkerStart, DocumentJob, DocumentOutcome, DocumentStage>;

/** Threads that read documents, one each at a time; more wait, and are served fairly by tenant and lane. */
export class DocumentWorkers {
  readonly #models: JobModels;
  readonly #pool: WorkerPool<DocumentThread>;
  readonly #tier: Tier;
  readonly #maxBodyBytes: number;

  private constructor(options: DocumentWorkersOptions, models: JobModels, pool: WorkerPool<DocumentThread>) {
    const { size: workers, maxDocuments: maxJobs, maxHeldBytes, maxBodyBytes, weights, watch = UNWATCHED } = options;
    this.#models = models;
    this.#pool = pool;
    this.#maxBodyBytes = maxBodyBytes;
    this.#tier = new Tier({
      limits: { workers, maxJobs, maxHeldBytes, maxBodyBytes, weights },
      watch,
      faults: FAULTS,
      nowMs: () => performance.now(),
    });
  }

  /** Starts all threads and loads the models. @throws Fault internal inference.model_missing, inference.model_altered */
  static async start(options: DocumentWorkersOptions): Promise<DocumentWorkers> {
    const { size, modelsDirectory, onDefect, models = ownModels(DOCUMENT_MODELS, modelsDirectory) } = options;
    const newWorker = async (): Promise<DocumentThread> => {
      const inference = await models.start();
      return JobThread.start({
        name: 'document',
        file: builtFile(import.meta.url, './worker.js'),
        start: { inference, modelsDirectory },
        ports: portsOf(inference),
        maxMs: MAX_READING_MS,
        stopWithinMs: STOP_WITHIN_MS,
        faults: FAULTS,
        onDefect,
      });
    };
    return new DocumentWorkers(options, models, await WorkerPool.start({ size, newWorker, faults: FAULTS }));
  }

  /** Documents that are read now. */
  get busy(): number {
    return this.#pool.busy;
  }

  /** Documents that wait for a thread. */
  get waiting(): number {
    return this.#pool.waiting;
  }

  queuedSeconds(lane: Lane): number {
    return this.#tier.queuedSeconds(lane);
  }

  /** Lets a document in before its body is read. @throws Fault extraction.overloaded, tenant_share, deadline_too_short */
  admit(request: DocumentRequest): Place {
    const { type, declaredBytes } = request;
    return this.#tier.admit({ ...request, expectedSeconds: workOf({ bytes: declaredBytes, isPdf: false, type }) });
  }

  leave(place: Place): void {
    this.#tier.leave(place);
  }

  /**
   * Reads one document. Its bytes are read into memory at once, whether or not a thread is free.
   *
   * @throws Fault what is wrong with it; as `admit` where it is more than was announced; extraction.cancelled where the signal
   *   was aborted; extraction.interrupted where the thread died or took too long
   */
  run(body: Body, wishes: ReadingWishes, { place, signal, onProgress }: Running): Promise<Extracted> {
    if (this.#pool.closed) return Promise.reject(problem('interrupted'));
    return this.#pool.kept(this.#run(body, wishes, { place, signal, onProgress }));
  }

  /** Lets what runs end, takes no more, ends the threads. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #run(body: Body, wishes: ReadingWishes, { place, signal, onProgress }: Running): Promise<Extracted> {
    const limit = {
      maxBytes: this.#maxBodyBytes,
      tooLarge: () => fileTooLarge(this.#maxBodyBytes),
      cancelled: FAULTS.cancelled,
    };
    const bytes = await collectBody(body, limit, signal);
    if (bytes.length === 0) throw problem('empty');
    this.#tier.describe(place, workOf({ bytes: bytes.length, isPdf: isPdf(bytes), type: wishes.type }));
    onProgress('received', 1);
    return this.#pool.run(place.ticket, signal, async (thread) => {
      this.#tier.start(place);
      const { versions, release } = this.#models.lease();
      try {
        // The body is handed over: it can't be read here any more.
        const outcome = await thread.run({ bytes, wishes, versions }, { signal, onProgress }, [bytes.buffer]);
        this.#tier.complete(place);
        return outcome;
      } finally {
        release();
      }
    });
  }
}

interface Running {
  readonly place: Place;
  readonly signal: AbortSignal;
  readonly onProgress: (stage: string, share: number) => void;
}
