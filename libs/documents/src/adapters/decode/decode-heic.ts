import { Fault } from '@smartscan/kernel';
import type { Picture } from '../../domain/picture/picture.ts';
import { pictureTooLarge, unreadable } from './decode-faults.ts';
import { openHeif, type Heif } from './heif.ts';

/** libheif's heif_colorspace_RGB, heif_chroma_interleaved_RGB, heif_channel_interleaved, heif_error_Ok. */
const RGB = 1;
const INTERLEAVED = 10;
const OK = 0;
/** heif_error: code, subcode, message, four bytes each; behind it the pointer or number that is asked for. */
const ERROR_BYTES = 12;

const POINTER_BYTES = 4;

/** One picture in libheif's memory. */
class HeicPicture {
  readonly #heif: Heif;
  readonly #error: number;

  constructor(heif: Heif) {
    this.#heif = heif;
    this.#error = heif._malloc(ERROR_BYTES + POINTER_BYTES);
  }

  /** @param call given where the error goes and where the pointer */
  #asked(call: (error: number, answerAt: number) => void): number {
    const answerAt = this.#error + ERROR_BYTES;
    call(this.#error, answerAt);
    // Memory may have grown, and moved, meanwhile.
    const { HEAP32 } = this.#heif;
    if (HEAP32[this.#error >> 2] !== OK) throw unreadable();
    return HEAP32[answerAt >> 2]!;
  }

  /** The picture that a viewer would show, as it was held: libheif turns it itself. */
  decode(bytes: Uint8Array, maxPixels: number): Picture {
    const heif = this.#heif;
    const context = heif._heif_context_alloc();
    heif._heif_context_set_maximum_image_size_limit(context, Math.floor(Math.sqrt(maxPixels)));
    const data = heif._malloc(bytes.length);
    heif.HEAPU8.set(bytes, data);
    this.#asked((error) => heif._heif_context_read_from_memory_without_copy(error, context, data, bytes.length, 0));
    const handle = this.#asked((error, at) => heif._heif_context_get_primary_image_handle(error, context, at));
    const pixels = heif._heif_image_handle_get_width(handle) * heif._heif_image_handle_get_height(handle);
    if (pixels > maxPixels) throw pictureTooLarge(maxPixels);
    const image = this.#asked((error, at) => heif._heif_decode_image(error, handle, at, RGB, INTERLEAVED, 0));
    return this.#rowsOf(image);
  }

  #rowsOf(image: number): Picture {
    const heif = this.#heif;
    const width = heif._heif_image_get_width(image, INTERLEAVED);
    const height = heif._heif_image_get_height(image, INTERLEAVED);
    const strideAt = this.#error + ERROR_BYTES;
    const plane = heif._heif_image_get_plane_readonly(image, INTERLEAVED, strideAt);
    const stride = heif.HEAP32[strideAt >> 2]!;
    if (plane === 0 || width <= 0 || height <= 0 || stride < 3 * width) throw unreadable();
    const data = new Uint8Array(3 * width * height);
    for (let y = 0; y < height; y++) {
      const start = plane + y * stride;
      data.set(heif.HEAPU8.subarray(start, start + 3 * width), 3 * width * y);
    }
    return { width, height, data };
  }
}

/**
 * Decodes the first picture of a HEIC file in memory. Its colours stay in their own space: a phone's is a little wider than
 * sRGB, which no digit minds.
 *
 * @throws Fault invalid `documents.unreadable`, `documents.picture_too_large`
 */
export const decodeHeic = async (bytes: Uint8Array, maxPixels: number): Promise<Picture> => {
  const heif = await openHeif();
  try {
    return new HeicPicture(heif).decode(bytes, maxPixels);
  } catch (error) {
    // What its code can't go on with ends in a trap, or in an exception that is a number.
    throw error instanceof Fault ? error : unreadable();
  }
};
