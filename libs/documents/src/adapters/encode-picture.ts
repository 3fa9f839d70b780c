import sharp from 'sharp';
import type { Picture } from '../domain/picture/picture.ts';

/** Enough to read a page by: print stays sharp, and a page at 200 dpi has some 300 kB. Ours. */
const QUALITY = 80;

/** A picture as JPEG: its pixels, and no metadata. In memory only. */
export const jpegOf = async ({ width, height, data }: Picture): Promise<Uint8Array> =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, mozjpeg: false })
    .toBuffer();
