import { PDFiumModule } from '@hyzyla/pdfium';
import { programOf, type Instantiate } from './program.ts';

/** What is used of PDFium (public/fpdfview.h, fpdf_text.h, fpdf_edit.h). Pointers are numbers, booleans 0 and 1. */
export interface Pdfium {
  _FPDF_InitLibraryWithConfig(config: number): void;
  _FPDF_LoadMemDocument(data: number, size: number, password: number): number;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: number): number;
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_GetPageWidth(page: number): number;
  _FPDF_GetPageHeight(page: number): number;
  _FPDF_PageToDevice(
    ...args: [
      page: number,
      startX: number,
      startY: number,
      width: number,
      height: number,
      rotate: number,
      ...at: number[],
    ]
  ): number;
  _FPDF_ClosePage(page: number): void;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetUnicode(text: number, index: number): number;
  _FPDFText_HasUnicodeMapError(text: number, index: number): number;
  _FPDFText_GetLooseCharBox(text: number, index: number, rect: number): number;
  _FPDFText_GetTextObject(text: number, index: number): number;
  _FPDFTextObj_GetTextRenderMode(object: number): number;
  _FPDFBitmap_CreateEx(...args: [width: number, height: number, format: number, data: number, stride: number]): number;
  _FPDFBitmap_FillRect(
    bitmap: number,
    ...args: [x: number, y: number, width: number, height: number, colour: number]
  ): void;
  _FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    ...args: [x: number, y: number, width: number, height: number, rotate: number, flags: number]
  ): void;
  _FPDFBitmap_Destroy(bitmap: number): void;
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
  readonly HEAPF32: Float32Array;
  readonly wasmExports: { malloc(size: number): number; free(pointer: number): void };
}

const open = PDFiumModule as unknown as (options: { instantiateWasm: Instantiate }) => Promise<Pdfium>;
const program = programOf('@hyzyla/pdfium/pdfium.wasm');

/** PDFium for one document. It has no way to files or the network. */
export const openPdfium = async (): Promise<Pdfium> => {
  const pdfium = await open({ instantiateWasm: await program() });
  pdfium._FPDF_InitLibraryWithConfig(0);
  return pdfium;
};
