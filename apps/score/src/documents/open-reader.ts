import { DocumentReader } from '@smartscan/documents';
import { DOCUMENT_MODELS } from '@smartscan/documents/models';
import { MODELS } from '../learned/network.ts';
import { openThread } from '../open-thread.ts';

export interface OpenReader {
  readonly reader: DocumentReader;
  close(): Promise<void>;
}

/** A reader of documents. */
export const openReader = async (): Promise<OpenReader> => {
  const thread = await openThread(DOCUMENT_MODELS);
  return {
    reader: await DocumentReader.open(thread.holder, MODELS),
    close: () => thread.close(),
  };
};
