import type { Inference } from '@smartscan/platform/ports';
import { extractDocument, type ExtractedDocument, type ExtractionHints } from '../domain/extract/document.ts';
import { rowsOf, type Row } from '../domain/layout/rows.ts';
import { decodePicture } from './decode/decode-picture.ts';
import { loadAlphabet } from './text/characters.ts';
import { PageReader } from './text/page-reader.ts';
import { TextReader } from './text/text-reader.ts';
import { convertUnits } from './units.ts';

export interface PageSize {
  readonly width: number;
  readonly height: number;
}

export interface DocumentReading {
  readonly document: ExtractedDocument;
  /** Pixels of each page: polygons are in them. */
  readonly pages: readonly PageSize[];
}

/** Reads clinical documents out of pictures and PDFs, in memory only. */
export class DocumentReader {
  readonly #pages: PageReader;

  private constructor(pages: PageReader) {
    this.#pages = pages;
  }

  /** @param inference has the models of text */
  static async open(inference: Inference, modelsDirectory: string): Promise<DocumentReader> {
    return new DocumentReader(new PageReader(new TextReader(inference, await loadAlphabet(modelsDirectory))));
  }

  async read(bytes: Uint8Array, hints: ExtractionHints = {}): Promise<DocumentReading> {
    const rows: Row[] = [];
    const pages: PageSize[] = [];
    const picture = await decodePicture(bytes);
    const { lines, toFlat } = await this.#pages.read(picture, 1);
    rows.push(...rowsOf(lines, toFlat));
    pages.push({ width: picture.width, height: picture.height });
    return { document: extractDocument(rows, hints, convertUnits), pages };
  }
}
