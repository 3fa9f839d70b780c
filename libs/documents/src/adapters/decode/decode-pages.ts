import { fileTooLarge } from './decode-faults.ts';
import { decodePdf, type PdfPage } from './decode-pdf.ts';
import { decodePicture } from './decode-picture.ts';
import { mediaTypeOf } from './media-type.ts';

/** Bytes that a document may have: the company's published limit. */
export const MAX_BYTES = 10_000_000;

/**
 * The pages of a picture or a PDF, one after the other.
 *
 * @throws Fault invalid documents.unsupported_type, documents.file_too_large, documents.unreadable,
 *   documents.picture_too_large, documents.encrypted, documents.too_many_pages
 */
export async function* decodePages(bytes: Uint8Array): AsyncGenerator<PdfPage, void> {
  if (bytes.length > MAX_BYTES) throw fileTooLarge(MAX_BYTES);
  if (mediaTypeOf(bytes) === 'application/pdf') yield* decodePdf(bytes);
  else yield { picture: await decodePicture(bytes), text: undefined };
}
