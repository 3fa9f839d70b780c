/** A picture in planar YUV 4:2:0. Chroma planes are half as wide and high, rounded up. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** A rectangle in pixels of a photo. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One plane of a picture before it is rounded to bytes. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Luma and the two colours, these half as wide and high. */
export type Planes = readonly [Plane, Plane, Plane];

/** The part of a photo that planes of some size show. */
export interface Camera {
  readonly region: Region;
  readonly width: number;
  readonly height: number;
}

/** The planes of a picture over the bytes of a frame as ffmpeg's `rawvideo` and WebCodecs' `I420` lay them out. */
export const pictureOver = (bytes: Uint8Array, width: number, height: number): Picture => {
  const luma = width * height;
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  return {
    width,
    height,
    y: bytes.subarray(0, luma),
    u: bytes.subarray(luma, luma + chroma),
    v: bytes.subarray(luma + chroma, luma + 2 * chroma),
  };
};

export const bytesOfI420 = (width: number, height: number): number =>
  width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);

interface Resampling {
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly region: Region;
  readonly width: number;
  readonly height: number;
}

/** Cuts a region out of a plane and scales it, bilinear; beyond the edge the edge goes on. */
export const resample = ({ source, sourceWidth, region, width, height }: Resampling): Plane => {
  const sourceHeight = source.length / sourceWidth;
  const values = new Float32Array(width * height);
  const clampTo = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
  for (let row = 0; row < height; row++) {
    const y = clampTo(region.y + ((row + 0.5) * region.height) / height - 0.5, sourceHeight);
    const y0 = Math.floor(y);
    const y1 = Math.min(y0 + 1, sourceHeight - 1);
    for (let column = 0; column < width; column++) {
      const x = clampTo(region.x + ((column + 0.5) * region.width) / width - 0.5, sourceWidth);
      const x0 = Math.floor(x);
      const x1 = Math.min(x0 + 1, sourceWidth - 1);
      const above = source[y0 * sourceWidth + x0]! * (x0 + 1 - x) + source[y0 * sourceWidth + x1]! * (x - x0);
      const below = source[y1 * sourceWidth + x0]! * (x0 + 1 - x) + source[y1 * sourceWidth + x1]! * (x - x0);
      values[row * width + column] = above * (y0 + 1 - y) + below * (y - y0);
    }
  }
  return { width, height, values };
};
