import { Fault } from '@smartscan/kernel';
import type { Picture } from '../../domain/picture/picture.ts';
import { textLayerLines, type PlacedCharacter } from '../../domain/text/text-layer.ts';
import type { PageLine } from '../../domain/layout/spans.ts';
import { encrypted, tooManyPages, unreadable } from './decode-faults.ts';
import { MAX_SIDE } from './decode-picture.ts';
import { openPdfium, type Pdfium } from './pdfium.ts';

/** Pages that a PDF may have. */
export const MAX_PAGES = 30;

/** Print this small is as high as the recogniser needs at 200 dpi. */
const DOTS_PER_POINT = 200 / 72;
/** FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY. */
const LOCKED: readonly number[] = [4, 5];
/** FPDFBitmap_BGRx, and FPDF_ANNOT: annotations belong to what is seen. */
const BGRX = 3;
const WITH_ANNOTATIONS = 1;
const WHITE = 0xffffffff;
/** A page has fewer characters than this; beyond, the layer is not looked at. Ours: small print of A4 has 10,000. */
const MAX_CHARACTERS = 50_000;
/** Text that is neither filled nor stroked: a scanner's own reading lies below its picture. ISO 32000-1, table 106. */
const INVISIBLE = 3;
/** PageToDevice answers in whole pixels: it is asked for so many times the size. */
const FINER = 16;

/** A page of a PDF: as a picture, and the text that it holds. */
export interface PdfPage {
  readonly picture: Picture;
  /** Undefined where it has none, or one that can't be trusted: then the picture is read. */
  readonly text: readonly PageLine[] | undefined;
}

interface OpenPage {
  readonly pdfium: Pdfium;
  readonly page: number;
  readonly width: number;
  readonly height: number;
}

const render = ({ pdfium, page, width, height }: OpenPage): Picture => {
  const pixels = pdfium.wasmExports.malloc(4 * width * height);
  if (pixels === 0) throw unreadable();
  const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, BGRX, pixels, 4 * width);
  if (bitmap === 0) throw unreadable();
  pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
  pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS);
  const data = new Uint8Array(3 * width * height);
  const source = pdfium.HEAPU8.subarray(pixels, pixels + 4 * width * height);
  for (let at = 0; at < width * height; at++) {
    for (let c = 0; c < 3; c++) data[3 * at + c] = source[4 * at + 2 - c]!;
  }
  pdfium._FPDFBitmap_Destroy(bitmap);
  pdfium.wasmExports.free(pixels);
  return { width, height, data };
};

/** Where a point of the page lies in its picture, turned as the page is. */
const inPicture = ({ pdfium, page, width, height }: OpenPage, x: number, y: number, at: number) => {
  pdfium._FPDF_PageToDevice(page, 0, 0, FINER * width, FINER * height, 0, x, y, at, at + 4);
  return { x: pdfium.HEAP32[at >> 2]! / FINER, y: pdfium.HEAP32[(at >> 2) + 1]! / FINER };
};

const characterAt = (open: OpenPage, text: number, index: number, memory: number): PlacedCharacter | undefined => {
  const { pdfium } = open;
  const character = String.fromCodePoint(pdfium._FPDFText_GetUnicode(text, index) || 32);
  if (pdfium._FPDFText_GetLooseCharBox(text, index, memory) === 0) return undefined;
  // FS_RECTF: left, top, right, bottom.
  const [left, top, right, bottom] = pdfium.HEAPF32.slice(memory >> 2, (memory >> 2) + 4);
  const a = inPicture(open, left!, top!, memory);
  const b = inPicture(open, right!, bottom!, memory);
  return { character, left: a.x, top: a.y, right: b.x, bottom: b.y };
};

const isTrusted = ({ pdfium }: OpenPage, text: number, index: number): boolean => {
  if (pdfium._FPDFText_HasUnicodeMapError(text, index) === 1) return false;
  const object = pdfium._FPDFText_GetTextObject(text, index);
  return object === 0 || pdfium._FPDFTextObj_GetTextRenderMode(object) !== INVISIBLE;
};

const charactersOf = (open: OpenPage): PlacedCharacter[] | undefined => {
  const { pdfium, page } = open;
  const text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return undefined;
  const memory = pdfium.wasmExports.malloc(16);
  try {
    const count = pdfium._FPDFText_CountChars(text);
    if (count <= 0 || count > MAX_CHARACTERS) return undefined;
    const characters: PlacedCharacter[] = [];
    for (let index = 0; index < count; index++) {
      if (!isTrusted(open, text, index)) return undefined;
      const character = characterAt(open, text, index, memory);
      if (character !== undefined) characters.push(character);
    }
    return characters;
  } finally {
    pdfium.wasmExports.free(memory);
    pdfium._FPDFText_ClosePage(text);
  }
};

const readPage = (pdfium: Pdfium, document: number, index: number): PdfPage => {
  const page = pdfium._FPDF_LoadPage(document, index);
  if (page === 0) throw unreadable();
  try {
    const points = [pdfium._FPDF_GetPageWidth(page), pdfium._FPDF_GetPageHeight(page)] as const;
    const scale = Math.min(DOTS_PER_POINT, MAX_SIDE / Math.max(...points));
    const [width, height] = points.map((size) => Math.max(1, Math.round(size * scale))) as [number, number];
    const open = { pdfium, page, width, height };
    const characters = charactersOf(open);
    return { picture: render(open), text: characters && textLayerLines(characters, index + 1) };
  } finally {
    pdfium._FPDF_ClosePage(page);
  }
};

const openDocument = (pdfium: Pdfium, bytes: Uint8Array): number => {
  const data = pdfium.wasmExports.malloc(bytes.length);
  if (data === 0) throw unreadable();
  pdfium.HEAPU8.set(bytes, data);
  const document = pdfium._FPDF_LoadMemDocument(data, bytes.length, 0);
  if (document === 0) throw LOCKED.includes(pdfium._FPDF_GetLastError()) ? encrypted() : unreadable();
  return document;
};

/**
 * The pages of a PDF, one after the other: the next is decoded when it is asked for. Scripts, links, attachments and forms in
 * it are not run, followed or opened.
 *
 * @throws Fault invalid documents.unreadable, documents.encrypted, documents.too_many_pages
 */
export async function* decodePdf(bytes: Uint8Array): AsyncGenerator<PdfPage, void> {
  const pdfium = await openPdfium();
  const document = guarded(() => openDocument(pdfium, bytes));
  const count = guarded(() => pdfium._FPDF_GetPageCount(document));
  if (count > MAX_PAGES) throw tooManyPages(MAX_PAGES);
  if (count < 1) throw unreadable();
  for (let index = 0; index < count; index++) yield guarded(() => readPage(pdfium, document, index));
}

/** PDFium that runs out of its memory, or into a trap, ends with an error of WebAssembly. */
const guarded = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw error instanceof Fault ? error : unreadable();
  }
};
