export { DocumentReader } from './adapters/read-document.ts';
export type { DocumentReading, ReadHints } from './adapters/read-document.ts';
export { TEXT_MODELS } from './adapters/text/text-reader.ts';
export { DISPLAY_MODELS, GlyphReader } from './adapters/display/glyph-reader.ts';
export { linesOf, type DisplayLine } from './domain/display/lines.ts';
export type { DisplaySight, Glyph } from './domain/display/glyphs.ts';
export { decodePicture } from './adapters/decode/decode-picture.ts';
