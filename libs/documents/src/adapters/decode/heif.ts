import { createRequire } from 'node:module';
import { programOf, type Instantiate } from './program.ts';

/** What is used of libheif (libheif/heif.h, 1.23). Pointers are numbers; an error is written to where the first one points. */
export interface Heif {
  _heif_context_alloc(): number;
  _heif_context_set_maximum_image_size_limit(context: number, side: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    ...args: [context: number, data: number, size: number, options: number]
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handleAt: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_decode_image(
    error: number,
    handle: number,
    ...args: [imageAt: number, colourSpace: number, chroma: number, options: number]
  ): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_plane_readonly(image: number, channel: number, strideAt: number): number;
  _malloc(size: number): number;
  readonly HEAPU8: Uint8Array;
  readonly HEAP32: Int32Array;
}

const LIBRARY = 'libheif-js/libheif-wasm/libheif';
// It is CommonJS, and without a default export that a compiler could see.
const open = createRequire(import.meta.url)(`${LIBRARY}.js`) as (options: { instantiateWasm: Instantiate }) => Heif;
const program = programOf(`${LIBRARY}.wasm`);

/** libheif for one picture. It has no way to files or the network. */
export const openHeif = async (): Promise<Heif> => open({ instantiateWasm: await program() });
