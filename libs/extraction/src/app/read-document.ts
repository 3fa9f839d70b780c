import type { Clock } from '@smartscan/kernel';
import type { JobSummary } from '@smartscan/contracts/job';
import type { InputOf } from '@smartscan/contracts/operation';
import { documentCompleted, type readDocument } from '@smartscan/contracts/extraction';
import {
  Reply,
  summaryOf,
  type Call,
  type Chunks,
  type Ids,
  type Job,
  type Jobs,
  type JobState,
  type Task,
  type Tx,
} from '@smartscan/platform/ports';
import { dateOrderOf } from '../domain/language.ts';
import { atLeast } from '../domain/reading.ts';
import { NO_SECRETS, type DocumentSecrets } from './documents.ts';
import type { Extract, Extracted } from './extract.ts';
import { addImages } from './page-images.ts';
import { answerOf, type DocumentAnswer } from './present.ts';

type Asked = InputOf<typeof readDocument>;

export interface ReadParts {
  readonly jobs: Jobs<DocumentSecrets>;
  readonly extract: Extract;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** One document from the first byte of its body to its answer. */
export class ReadDocument {
  constructor(private readonly parts: ReadParts) {}

  async run(input: Asked, call: Call, body: Chunks): Promise<DocumentAnswer | Reply<JobSummary>> {
    const { jobs } = this.parts;
    const [ttlSeconds, imageSeconds] = await Promise.all([
      jobs.ttlSeconds(call),
      jobs.ttlSeconds(call, 'document_images'),
    ]);
    const secrets = { ...NO_SECRETS, patient_id: input.patient_id ?? null, visit_id: input.visit_id ?? null };
    const job: Job<DocumentSecrets, Extracted> = jobs.begin(call, {
      task: this.task({ input, call, body, images: imageSeconds > 0 }, () => job.state),
      askedAgain: call.respondAsync ? 'result' : 'nothing',
      ttlSeconds,
      secrets,
    });
    const isNamed = secrets.patient_id !== null || secrets.visit_id !== null;
    const sight = await jobs.serve(job, { person: secrets.patient_id, isNamed });
    return call.respondAsync ? new Reply(202, summaryOf(sight)) : answerOf(sight);
  }

  private task(
    { input, call, body, images }: { input: Asked; call: Call; body: Chunks; images: boolean },
    state: () => JobState<DocumentSecrets>,
  ): Task<DocumentSecrets, Extracted> {
    const admitted = this.parts.extract.admit({
      tenant: call.tenant,
      // Whoever waits for the answer is waited for.
      lane: call.respondAsync ? (input.lane ?? 'interactive') : 'interactive',
      declaredBytes: input.declared_bytes,
      type: input.type,
      deadlineSeconds: input.deadline_seconds,
    });
    const wishes = { type: input.type, dateOrder: dateOrderOf(input.language), images };
    return {
      work: (watch) => admitted.run(body, wishes, watch),
      finish: (tx, extracted, keptSeconds) => this.finish(tx, extracted, { input, keptSeconds, state: state() }),
      leave: () => admitted.leave(),
    };
  }

  private async finish(
    tx: Tx,
    extracted: Extracted,
    { input, keptSeconds, state }: { input: Asked; keptSeconds: number; state: JobState<DocumentSecrets> },
  ): Promise<DocumentSecrets> {
    const { readings, pages, images, models, timings_ms, cpuMs } = extracted;
    const { clock, ids } = this.parts;
    const { id: documentId, subjectRef } = state;
    // A picture without the document that it is of could be found by nobody.
    const kept = keptSeconds > 0 ? images : [];
    await addImages(tx, kept, { documentId, subjectRef, at: new Date(clock.nowMs()), ids });
    tx.emit(documentCompleted, {
      workspace_id: state.tenant,
      document_id: documentId,
      retained: keptSeconds > 0,
      pages: pages.length,
      readings: readings.length,
      cpu_ms: Math.round(cpuMs),
    });
    return {
      ...state.secrets,
      readings: atLeast(readings, input.confidence_threshold ?? 0),
      pages,
      images_retained: kept.length > 0,
      timings_ms,
      models,
    };
  }
}
