export { DocumentReader } from './adapters/read-document.ts';
export type { DocumentReading } from './adapters/read-document.ts';
export { TEXT_MODELS } from './adapters/text/text-reader.ts';
