import { p } from '@mikro-orm/core';
import { defineTable, type Ids, type Tx } from '@smartscan/platform/ports';
import { problem } from '../domain/document-problems.ts';
import type { PageImage } from './extract.ts';

/** Pictures of pages, where a workspace keeps them. Every way in or out of the sealed column passes the audit. */
export const pageImageTable = defineTable({
  owner: 'extraction',
  name: 'page_image',
  category: 'document_images',
  purpose: 'provide_service',
  tenant: 'workspaceId',
  subject: 'subjectRef',
  clock: { from: 'createdAt', ttlOf: 'document_images' },
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    subjectRef: p.text().nullable(),
    documentId: p.text(),
    /** From 1. */
    page: p.integer(),
    sealed: p.blob(),
    createdAt: p.datetime(),
  },
});

/** A picture as it is sealed. */
interface SealedImage {
  readonly width: number;
  readonly height: number;
  /** base64 */
  readonly data: string;
}

export interface ImagesOf {
  readonly documentId: string;
  readonly subjectRef: string | null;
  readonly at: Date;
  readonly ids: Ids;
}

export async function addImages(tx: Tx, images: readonly PageImage[], { documentId, subjectRef, at, ids }: ImagesOf) {
  for (const [index, { data, width, height }] of images.entries()) {
    const id = ids.next('pageImage');
    const secret: SealedImage = { width, height, data: Buffer.from(data).toString('base64') };
    await tx.em.insert(pageImageTable.entity, {
      id,
      workspaceId: tx.scope.tenant,
      subjectRef,
      documentId,
      page: index + 1,
      sealed: await tx.seal(pageImageTable, id, secret),
      createdAt: at,
    });
  }
}

export interface WantedImage {
  readonly documentId: string;
  readonly page: number;
  /** Older ones are past their time, though the sweep may take some minutes. */
  readonly notBefore: Date;
}

/** @throws Fault extraction.image_not_kept */
export async function openImage(tx: Tx, { documentId, page, notBefore }: WantedImage): Promise<SealedImage> {
  const row = await tx.em.findOne(pageImageTable.entity, { documentId, page });
  if (!row || row.createdAt <= notBefore) throw problem('image_not_kept');
  return (await tx.open(pageImageTable, row.id, row.sealed)) as SealedImage;
}

export async function removeImages(tx: Tx, documentId: string): Promise<void> {
  const rows = await tx.em.find(pageImageTable.entity, { documentId }, { fields: ['id'] });
  for (const { id } of rows) {
    await tx.em.nativeDelete(pageImageTable.entity, { id });
    tx.noteAccess(pageImageTable, id, 'delete');
  }
}
