export { DocumentReader } from './adapters/read-document.ts';
export type { DocumentReading } from './adapters/read-document.ts';
export { jpegOf } from './adapters/encode-picture.ts';
export { GlyphReader } from './adapters/display/glyph-reader.ts';
export { linesOf } from './domain/display/lines.ts';
export type { DisplaySight, Glyph } from './domain/display/glyphs.ts';
export { decodePicture } from './adapters/decode/decode-picture.ts';
export type { ListItems, ReadDocument } from './domain/extract/document.ts';
export type { Field, MeasuredField } from './domain/extract/fields.ts';
