import type { Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { cutPage } from '@smartscan/contracts/page';
import {
  documentReviewed,
  type getPageImage,
  type listDocuments,
  type reviewDocument,
} from '@smartscan/contracts/extraction';
import { summaryOf, type Call, type KnownJobs, type UnitOfWork } from '@smartscan/platform/ports';
import { problem } from '../domain/document-problems.ts';
import { reviewed } from '../domain/review.ts';
import type { DocumentSecrets } from './documents.ts';
import { openImage, removeImages } from './page-images.ts';
import { answerOf, type DocumentAnswer } from './present.ts';

export interface KnownParts {
  readonly jobs: KnownJobs<DocumentSecrets>;
  readonly work: UnitOfWork;
  readonly clock: Clock;
}

/** Documents that were read: found again, reviewed, deleted. */
export class KnownDocuments {
  constructor(private readonly parts: KnownParts) {}

  async one(id: string, call: Call): Promise<DocumentAnswer> {
    return answerOf(await this.parts.jobs.one(id, call));
  }

  async page({ limit, cursor }: InputOf<typeof listDocuments>, call: Call) {
    const { items, next_cursor } = cutPage(await this.parts.jobs.page(limit, cursor, call), limit);
    return { items: items.map(summaryOf), next_cursor };
  }

  async image({ id, page }: InputOf<typeof getPageImage>, call: Call) {
    const { jobs, work, clock } = this.parts;
    const seconds = await jobs.ttlSeconds(call, 'document_images');
    const notBefore = new Date(clock.nowMs() - seconds * 1_000);
    const image = await work.run(call, (tx) => openImage(tx, { documentId: id, page, notBefore }));
    return { media_type: 'image/jpeg' as const, ...image };
  }

  /** What a person says is kept beside what the machine read. */
  async review({ id, corrections }: InputOf<typeof reviewDocument>, call: Call): Promise<DocumentAnswer> {
    const { jobs, clock } = this.parts;
    const by = { reviewed_at: new Date(clock.nowMs()).toISOString(), reviewed_by: call.actor.id };
    const sight = await jobs.change(id, call, (tx, before) => {
      if (before === null) throw problem('not_completed');
      const { readings } = reviewed({ readings: before.readings }, corrections, by);
      tx.emit(documentReviewed, { workspace_id: call.tenant, document_id: id, fields: corrections.length });
      return { ...before, readings };
    });
    return answerOf(sight);
  }

  async delete(id: string, call: Call): Promise<{ id: string; deleted: true }> {
    await this.parts.jobs.delete(id, call, (tx) => removeImages(tx, id));
    return { id, deleted: true };
  }
}
