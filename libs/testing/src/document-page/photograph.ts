import { PDFiumLibrary } from '@hyzyla/pdfium';
import sharp from 'sharp';

/** Pixels, red, green, blue. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The first page of a PDF as a picture. */
export const rasterOf = async (pdf: Uint8Array, dotsPerInch = 150): Promise<Raster> => {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdf);
  try {
    const { width, height, data } = await document.getPage(0).render({ scale: dotsPerInch / 72 });
    const rgb = new Uint8Array(3 * width * height);
    for (let at = 0; at < width * height; at++) {
      for (let c = 0; c < 3; c++) rgb[3 * at + c] = data[4 * at + 2 - c]!;
    }
    return { width, height, data: rgb };
  } finally {
    document.destroy();
    library.destroy();
  }
};

export interface Camera {
  /** Shares of the page's width and height by which its corners are moved: top left, top right, bottom right, bottom left. */
  readonly corners: readonly [Shift, Shift, Shift, Shift];
  /** Colour of the table that the page lies on, and how much of it is seen around. */
  readonly table: readonly [number, number, number];
  readonly margin: number;
}
type Shift = readonly [number, number];

/** Where a point of the unit square comes from, by bilinear interpolation between the corners, solved by steps of Newton. */
const unitPoint = (corners: readonly Shift[], x: number, y: number): readonly [number, number] => {
  let [u, v] = [0.5, 0.5];
  const [a, b, c, d] = corners as [Shift, Shift, Shift, Shift];
  for (let step = 0; step < 4; step++) {
    const at = (k: 0 | 1): number => (1 - u) * (1 - v) * a[k] + u * (1 - v) * b[k] + u * v * c[k] + (1 - u) * v * d[k];
    const du = (k: 0 | 1): number => (1 - v) * (b[k] - a[k]) + v * (c[k] - d[k]);
    const dv = (k: 0 | 1): number => (1 - u) * (d[k] - a[k]) + u * (c[k] - b[k]);
    const [ex, ey] = [x - at(0), y - at(1)];
    const determinant = du(0) * dv(1) - du(1) * dv(0);
    u += (ex * dv(1) - ey * dv(0)) / determinant;
    v += (ey * du(0) - ex * du(1)) / determinant;
  }
  return [u, v];
};

/** A page as a camera sees it from aslant: its corners moved, on a table. */
export const photographed = ({ width, height, data }: Raster, { corners, table, margin }: Camera): Raster => {
  const [outWidth, outHeight] = [Math.round(width * (1 + 2 * margin)), Math.round(height * (1 + 2 * margin))];
  const out = new Uint8Array(3 * outWidth * outHeight);
  const places = corners.map(([dx, dy], i): Shift => [(i === 1 || i === 2 ? 1 : 0) + dx, (i > 1 ? 1 : 0) + dy]);
  for (let at = 0; at < outWidth * outHeight; at++) {
    const [x, y] = [at % outWidth, Math.floor(at / outWidth)];
    const [u, v] = unitPoint(places, x / width - margin, y / height - margin);
    const inside = u >= 0 && v >= 0 && u < 1 && v < 1;
    const from = 3 * (Math.floor(v * height) * width + Math.floor(u * width));
    for (let c = 0; c < 3; c++) out[3 * at + c] = inside ? data[from + c]! : table[c]!;
  }
  return { width: outWidth, height: outHeight, data: out };
};

/** Quarters of a turn, clockwise. */
export const turnedBy = async (raster: Raster, quarters: number): Promise<Raster> => {
  const { data, info } = await imageOf(raster)
    .rotate(90 * quarters)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};

const imageOf = ({ width, height, data }: Raster): sharp.Sharp => sharp(data, { raw: { width, height, channels: 3 } });

export const jpegOf = (raster: Raster, quality = 85): Promise<Buffer> => imageOf(raster).jpeg({ quality }).toBuffer();
export const pngOf = (raster: Raster): Promise<Buffer> => imageOf(raster).png().toBuffer();
