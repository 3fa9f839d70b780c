/** A piece of text on a page, in points from the top left corner of an A4 page, at its baseline. */
export interface PageText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size?: number;
  readonly font?: keyof typeof FONTS;
}

/** Fonts that every reader of PDFs has itself: pages look alike wherever they are rendered (ISO 32000-1, 9.6.2.2). */
const FONTS = { sans: 'Helvetica', bold: 'Helvetica-Bold', serif: 'Times-Roman', mono: 'Courier' } as const;
const FONT_NAMES = Object.keys(FONTS) as readonly (keyof typeof FONTS)[];

/** A4, in points. */
export const PAGE = { width: 595, height: 842 } as const;

const drawn = ({ x, y, text, size = 11, font = 'sans' }: PageText, height: number): string =>
  `BT /${font} ${size} Tf ${x} ${height - y} Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`;

const stream = (content: string): string => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;

/** The bytes of a PDF out of its objects, the first of which is the catalogue. */
export const pdfOfObjects = (objects: readonly string[], trailer = ''): Buffer => {
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body + table + end, 'latin1');
};

/** A PDF with a text layer: pages of text in Latin-1, of A4's width, and height where no other is said. */
export const pdfOf = (pages: readonly (readonly PageText[])[], height: number = PAGE.height): Buffer => {
  const fonts = FONT_NAMES.map((_, i) => `/${FONT_NAMES[i]} ${3 + i} 0 R`).join(' ');
  const first = 3 + FONT_NAMES.length;
  const kids = pages.map((_, i) => `${first + 2 * i} 0 R`).join(' ');
  return pdfOfObjects([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    ...FONT_NAMES.map((name) => `<< /Type /Font /Subtype /Type1 /BaseFont /${FONTS[name]} >>`),
    ...pages.flatMap((texts, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${height}] ` +
        `/Resources << /Font << ${fonts} >> >> /Contents ${first + 2 * i + 1} 0 R >>`,
      stream(texts.map((text) => drawn(text, height)).join('\n')),
    ]),
  ]);
};
