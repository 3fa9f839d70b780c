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

/** A pixel of a picture, interpolated; `table` beyond its edge. */
const colourAt = (
  { width, height, data }: Raster,
  x: number,
  y: number,
  table: readonly number[],
): readonly number[] => {
  if (x < 0 || y < 0 || x >= width - 1 || y >= height - 1) return table;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const at = (dx: number, dy: number, c: number): number => data[3 * ((top + dy) * width + left + dx) + c]!;
  return [0, 1, 2].map((c) => {
    const upper = at(0, 0, c) * (1 - fx) + at(1, 0, c) * fx;
    return upper * (1 - fy) + (at(0, 1, c) * (1 - fx) + at(1, 1, c) * fx) * fy;
  });
};

/** A page as a camera sees it from aslant: its corners moved, on a table. */
export const photographed = (page: Raster, { corners, table, margin }: Camera): Raster => {
  const [width, height] = [Math.round(page.width * (1 + 2 * margin)), Math.round(page.height * (1 + 2 * margin))];
  const data = new Uint8Array(3 * width * height);
  const places = corners.map(([dx, dy], i): Shift => [(i === 1 || i === 2 ? 1 : 0) + dx, (i > 1 ? 1 : 0) + dy]);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const [u, v] = unitPoint(places, x / page.width - margin, y / page.height - margin);
    data.set(colourAt(page, u * page.width, v * page.height, table), 3 * at);
  }
  return { width, height, data };
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
