import type { Registry } from 'prom-client';
import { SCAN_BODY_MAX_BYTES } from '@smartscan/contracts/vitals';
import {
  defaultDeadline,
  JobOutcomes,
  startModels,
  TierMetrics,
  usesGpu,
  type ProcessModels,
} from '@smartscan/inference';
import type { ActiveJobs, Chunks, Log } from '@smartscan/platform/ports';
import type {
  Admission,
  Admitted,
  AdmittedRecording,
  Content,
  Measure,
  Measured,
  MeasureWatch,
  RecordingAdmission,
} from '../app/measure.ts';
import { problem } from '../domain/scan-problems.ts';
import { unwitnessed } from '../domain/witnesses.ts';
import { GATHERINGS, wipe } from './gathered.ts';
import { findDecoder, onGpu, type Decoder } from './scan/decoder.ts';
import { FACE_MODELS } from './scan/face-models.ts';
import { ScanWorkers, type ScanRequest } from './scan/scan-workers.ts';
import type { ScanOutcome } from './scan/outcome.ts';
import type { VitalsSettings } from './settings.ts';

interface Surroundings {
  readonly settings: VitalsSettings;
  readonly log: Log;
  readonly metrics: Registry;
  readonly active: Pick<ActiveJobs, 'idle'>;
}

/** The decoder of this machine, on its GPU where models are to run there, too. */
const decoderFor = async ({ settings, log }: Surroundings): Promise<Decoder> => {
  const found = await findDecoder(settings.decoder);
  if (found.name !== 'ffmpeg') log.warn('vitals.fallback_decoder', { decoder: found.name });
  if (!usesGpu(settings.executionProviders)) return found;
  const decoder = await onGpu(found);
  if (decoder === found) log.warn('vitals.decoder_without_gpu', { decoder: found.name });
  return decoder;
};

/** Measures in this process's worker threads. */
export class WorkerMeasure implements Measure {
  constructor(
    private readonly workers: ScanWorkers,
    private readonly models: ProcessModels,
    private readonly around: Surroundings,
    private readonly outcomes: JobOutcomes,
  ) {}

  /** Starts the threads and loads the models: the process is not ready before they are. */
  static async start(around: Surroundings): Promise<WorkerMeasure> {
    const { settings, log, metrics } = around;
    const decoder = await decoderFor(around);
    const models = await startModels({ wanted: FACE_MODELS, settings, log, metrics });
    const tier = new TierMetrics(metrics, 'scan');
    const workers = await ScanWorkers.start({
      size: settings.workers,
      models: models.repository,
      decoder,
      maxBodyBytes: SCAN_BODY_MAX_BYTES,
      maxScans: settings.maxScans,
      maxHeldBytes: settings.maxHeldBytes,
      weights: settings.weights,
      watch: tier,
      onDefect: (defect) => log.error('vitals.worker_defect', { defect }),
    }).catch(async (error: unknown) => {
      await models.close();
      throw error;
    });
    tier.watch(workers);
    const outcomes = new JobOutcomes(metrics, {
      total: { name: 'vitals_scans_total', help: 'Scans by how they ended' },
      seconds: {
        name: 'vitals_scan_duration_seconds',
        help: 'From the first byte of the body to the analysis of the pulse',
        buckets: [1, 2, 3, 5, 8, 13, 21, 34, 60, 120],
      },
    });
    return new WorkerMeasure(workers, models, around, outcomes);
  }

  admit({ content, ...admission }: Admission): Admitted {
    const { deadlineSeconds = defaultDeadline(this.around.settings, admission.lane) } = admission;
    const request = { ...admission, deadlineSeconds };
    if (content !== 'video') return this.admitWhole(content, request);
    const place = this.workers.admit(request);
    return {
      run: (body, watch) => this.measured(() => this.workers.run(body, watch, place)),
      leave: () => this.workers.leave(place),
    };
  }

  /** A recording that comes in one piece. */
  private admitWhole(content: Content, request: ScanRequest): Admitted {
    const { maxBytesWhole: maxBytes, seconds } = GATHERINGS[content];
    const { declaredBytes = maxBytes } = request;
    if (declaredBytes > maxBytes) throw problem('too_large');
    const place = this.workers.admit({ ...request, declaredBytes, expectedSeconds: seconds });
    let frames: readonly Uint8Array[] = [];
    let doubts: Measured['doubts'] = [];
    const work = async (body: Chunks, watch: MeasureWatch): Promise<ScanOutcome> => {
      const recorded = await this.workers.receive(body, { content, maxBytes }, watch, place);
      if (recorded.kind === 'traces') doubts = unwitnessed(recorded.traces);
      else frames = recorded.parts;
      watch.onProgress('received', 1);
      return this.workers.analyse(recorded, watch, place);
    };
    return {
      run: async (body, watch) => ({ ...(await this.measured(() => work(body, watch))), doubts }),
      leave: () => {
        void wipe(frames);
        this.workers.leave(place);
      },
    };
  }

  admitRecording(admission: RecordingAdmission): AdmittedRecording {
    const { tenant, content, deadlineSeconds = this.around.settings.deadlineSeconds } = admission;
    const { Gathered, bytes, seconds } = GATHERINGS[content];
    const place = this.workers.admit({
      tenant,
      lane: 'interactive',
      declaredBytes: bytes,
      expectedSeconds: seconds,
      deadlineSeconds,
    });
    return new Gathered({
      run: (recorded, watch, doubts) => this.measured(() => this.workers.analyse(recorded, watch, place), doubts),
      // A preview that fails is one that there isn't: the recording goes on.
      glimpse: (recorded) => this.workers.glimpse(recorded).catch(() => undefined),
      leave: () => this.workers.leave(place),
    });
  }

  private async measured(work: () => Promise<ScanOutcome>, doubts: Measured['doubts'] = []): Promise<Measured> {
    const outcome = await this.outcomes.counted(work);
    const { analysis, colourRatio, quality, timings_ms, models, frames, cpuMs } = outcome;
    const secrets = { quality: { ...quality, regions: [...quality.regions] }, timings_ms, models };
    return { analysis, colourRatio, doubts, secrets, frames, cpuMs };
  }

  /** Called by Nest when the last request is answered: scans whose callers did not wait are finished first. */
  async onApplicationShutdown(): Promise<void> {
    await this.around.active.idle();
    await this.workers.close();
    await this.models.close();
  }
}
