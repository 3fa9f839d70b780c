import { Fault } from '@smartscan/kernel';

export const unsupportedType = (): Fault =>
  new Fault('invalid', 'documents.unsupported_type', 'The file is none of the types that can be read.', {
    status: 415,
    remedy: 'Send a JPEG, PNG, WebP, GIF or HEIC picture, or a PDF.',
  });

export const fileTooLarge = (maxBytes: number): Fault =>
  new Fault('invalid', 'documents.file_too_large', 'The file is too large.', {
    status: 413,
    members: { max_bytes: maxBytes },
  });

export const unreadable = (): Fault =>
  new Fault('invalid', 'documents.unreadable', 'The file is damaged or not what it says it is.', {
    status: 422,
    remedy: 'Send the picture or PDF as the camera or program wrote it.',
  });

export const pictureTooLarge = (maxPixels: number): Fault =>
  new Fault('invalid', 'documents.picture_too_large', 'The picture has too many pixels.', {
    status: 413,
    remedy: 'Send it smaller.',
    members: { max_pixels: maxPixels },
  });

export const encrypted = (): Fault =>
  new Fault('invalid', 'documents.encrypted', 'The PDF is protected by a password.', {
    status: 422,
    remedy: 'Send it without one.',
  });

export const tooManyPages = (maxPages: number): Fault =>
  new Fault('invalid', 'documents.too_many_pages', 'The PDF has too many pages.', {
    status: 413,
    remedy: 'Send the pages that are to be read.',
    members: { max_pages: maxPages },
  });
