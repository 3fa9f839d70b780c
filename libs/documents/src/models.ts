export { fileTooLarge } from './adapters/decode/decode-faults.ts';
import { mediaTypeOf } from './adapters/decode/media-type.ts';
import { DISPLAY_MODELS, TEXT_MODELS } from './adapters/model-versions.ts';

/** The models that documents are read with, and the versions that the reader was written for. */
export const DOCUMENT_MODELS = { ...TEXT_MODELS, ...DISPLAY_MODELS };

export { DISPLAY_MODELS };

/** Whether a file begins as a PDF does, whatever it is called. */
export const isPdf = (bytes: Uint8Array): boolean => {
  try {
    return mediaTypeOf(bytes) === 'application/pdf';
  } catch {
    return false;
  }
};
