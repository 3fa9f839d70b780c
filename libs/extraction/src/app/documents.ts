import { documentAccepted, documentCancelled, documentDeleted, documentFailed } from '@smartscan/contracts/extraction';
import { heldTable, jobTable, type JobKey, type JobKind } from '@smartscan/platform/ports';
import { problem } from '../domain/document-problems.ts';
import type { Extracted } from './extract.ts';

/** The documents whose reading is kept. */
export const documentTable = jobTable({ owner: 'extraction', name: 'document', category: 'extracted_data' });

/** Documents that are not kept and are asked for later. */
export const held = heldTable('extraction');

/** What of a document is protected health information. It exists in memory and, where kept, in the sealed column. */
export interface DocumentSecrets {
  readonly patient_id: string | null;
  readonly visit_id: string | null;
  readonly readings: Extracted['readings'] | null;
  readonly pages: Extracted['pages'] | null;
  readonly images_retained: boolean;
  readonly timings_ms: Extracted['timings_ms'] | null;
  readonly models: Extracted['models'] | null;
}

export const NO_SECRETS: DocumentSecrets = {
  patient_id: null,
  visit_id: null,
  readings: null,
  pages: null,
  images_retained: false,
  timings_ms: null,
  models: null,
};

const told = ({ tenant, id }: JobKey) => ({ workspace_id: tenant, document_id: id });

/** The life of a document. */
export const DOCUMENTS: JobKind = {
  id: 'document',
  table: documentTable,
  kept: 'extracted_data',
  faults: {
    cancelled: () => problem('cancelled'),
    interrupted: () => problem('interrupted'),
    notFound: () => problem('document_not_found'),
  },
  tell: {
    accepted: (tx, key) => tx.emit(documentAccepted, told(key)),
    failed: (tx, key, code) => tx.emit(documentFailed, { ...told(key), problem: code }),
    cancelled: (tx, key) => tx.emit(documentCancelled, told(key)),
    deleted: (tx, key) => tx.emit(documentDeleted, told(key)),
  },
};
