export { heicOf, type HeicOptions } from './heic-of.ts';
export { pdfOf, pdfOfObjects, PAGE, type PageText } from './pdf-of.ts';
export { jpegOf, photographed, pngOf, rasterOf, turnedBy, type Camera, type Raster } from './photograph.ts';
