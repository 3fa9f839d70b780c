import type { Inference } from '@smartscan/platform/ports';
import { extractDocument, type ExtractedDocument, type ExtractionHints } from '../domain/extract/document.ts';
import { folded } from '../domain/layout/labels.ts';
import { rowsOf, type Row } from '../domain/layout/rows.ts';
import type { PageLine } from '../domain/layout/spans.ts';
import type { Picture } from '../domain/picture/picture.ts';
import { decodePages } from './decode/decode-pages.ts';
import { loadAlphabet } from './text/characters.ts';
import { PageReader, type ReadPage } from './text/page-reader.ts';
import { TextReader } from './text/text-reader.ts';
import { convertUnits } from './units.ts';

export interface PageOfDocument {
  /** In pixels: polygons are in them. */
  readonly width: number;
  readonly height: number;
  /** Whether its text was read from its picture, or stood in the PDF. */
  readonly source: 'picture' | 'text_layer';
}

export interface DocumentReading {
  readonly document: ExtractedDocument;
  readonly pages: readonly PageOfDocument[];
}

/** Lines of a text layer that are read from the picture as well, and how many of them must agree. Ours. */
const CHECKED_LINES = 6;
const AGREEING = 2 / 3;

const textOf = (characters: PageLine['characters']): string => characters.map(({ character }) => character).join('');

/** Reads clinical documents out of pictures and PDFs, in memory only. One at a time. */
export class DocumentReader {
  readonly #text: TextReader;
  readonly #pages: PageReader;

  private constructor(text: TextReader) {
    this.#text = text;
    this.#pages = new PageReader(text);
  }

  /**
   * @param inference has the models of text: `TEXT_MODELS`
   * @param modelsDirectory the folder that they lie in, with the characters that they read
   * @throws Fault internal documents.model_missing, documents.model_altered
   */
  static async open(inference: Inference, modelsDirectory: string): Promise<DocumentReader> {
    return new DocumentReader(new TextReader(inference, await loadAlphabet(modelsDirectory)));
  }

  /**
   * @throws Fault as `decodePages`, and as `Inference`
   */
  async read(bytes: Uint8Array, hints: ExtractionHints = {}): Promise<DocumentReading> {
    const rows: Row[] = [];
    const pages: PageOfDocument[] = [];
    for await (const { picture, text } of decodePages(bytes)) {
      const trusted = text !== undefined && (await this.#agrees(picture, text));
      const { lines, toFlat }: ReadPage = trusted
        ? { lines: text, toFlat: [1, 0, 0, 0, 1, 0, 0, 0] }
        : await this.#pages.read(picture, pages.length + 1);
      rows.push(...rowsOf(lines, toFlat));
      const source = trusted ? 'text_layer' : 'picture';
      pages.push({ width: picture.width, height: picture.height, source });
    }
    return { document: extractDocument(rows, hints, convertUnits), pages };
  }

  /** A font can show one thing and say another: some lines with digits are read as they look. */
  async #agrees(picture: Picture, lines: readonly PageLine[]): Promise<boolean> {
    const telling = lines.filter(({ characters }) => /\d/.test(textOf(characters)));
    const checked = (telling.length > 0 ? telling : lines).filter(
      (_, i, all) => i % Math.max(1, Math.floor(all.length / CHECKED_LINES)) === 0,
    );
    let agreeing = 0;
    for (const { quad, characters } of checked) {
      const seen = textOf(await this.#text.read(picture, quad));
      if (folded(seen) === folded(textOf(characters))) agreeing++;
    }
    return checked.length > 0 && agreeing >= AGREEING * checked.length;
  }
}
