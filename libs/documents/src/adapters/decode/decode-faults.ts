import { Fault } from '@smartscan/kernel';

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

export const isDecodable = (error: unknown): boolean => error instanceof Error && /pixel limit/.test(error.message);
