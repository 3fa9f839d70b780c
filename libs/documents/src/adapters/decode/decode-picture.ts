import sharp from 'sharp';
import type { Picture } from '../../domain/picture/picture.ts';
import { pictureTooLarge, unreadable } from './decode-faults.ts';
import { decodeHeic } from './decode-heic.ts';
import { mediaTypeOf } from './media-type.ts';

/** Pixels that a picture may have: a phone's largest photo has 50 million. More are not decoded. Ours. */
export const MAX_PIXELS = 64_000_000;

/** A page is read at no more than this on its longer side: A4 at 200 dpi is 2339. Ours: more reads no better. */
export const MAX_SIDE = 2400;

/** Nothing of a picture is kept between two, and one picture is decoded by one thread. */
sharp.cache(false);
sharp.concurrency(1);
// What this library is not asked for can't be reached by a file that says it is something else.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});

/** libvips has no code for it. */
const exceedsPixels = (error: unknown): boolean => error instanceof Error && /pixel limit/.test(error.message);

/**
 * Decodes a picture in memory. It stands as its EXIF says that it was held, on white where it was transparent, and nothing
 * else of its metadata goes further. Of an animation, the first frame.
 *
 * @throws Fault invalid `documents.unreadable`, `documents.picture_too_large`
 */
export const decodePicture = async (bytes: Uint8Array): Promise<Picture> => {
  if (mediaTypeOf(bytes) === 'image/heic') {
    // libvips as it is built here has no HEVC.
    const { data, width, height } = await decodeHeic(bytes, MAX_PIXELS);
    return pictureOf(sharp(data, { raw: { width, height, channels: 3 } }));
  }
  // limitInputPixels is checked against the header, before anything is decoded.
  const source = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1, sequentialRead: true });
  return pictureOf(source.rotate());
};

/** As much of it as a reading needs. */
const pictureOf = async (source: sharp.Sharp): Promise<Picture> => {
  try {
    const { data, info } = await source
      .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw unreadable();
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw exceedsPixels(error) ? pictureTooLarge(MAX_PIXELS) : unreadable();
  }
};
