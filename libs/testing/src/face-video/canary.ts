import type { Picture } from './picture.ts';

/** Side of a bar in pixels: two macroblock columns, so that coding leaves its brightness alone. */
const BAR = 16;
const DARK = 30;
const BRIGHT = 220;

/** Bits of a text, as many as asked for; the text goes round. */
const bitsOf = (text: string, count: number): readonly boolean[] => {
  const bytes = Buffer.from(text, 'utf8');
  return Array.from({ length: count }, (_, i) => ((bytes[(i >> 3) % bytes.length]! >> (i & 7)) & 1) === 1);
};

/** Paints a text as dark and bright bars along the lower edge: a pattern to look for in whatever a frame may leak to. */
export const drawCanaryBars = (picture: Picture, text: string): void => {
  const { width, height, y, u, v } = picture;
  const bits = bitsOf(text, Math.floor(width / BAR));
  for (let row = height - BAR; row < height; row++) {
    bits.forEach((bit, i) => y.fill(bit ? BRIGHT : DARK, row * width + i * BAR, row * width + (i + 1) * BAR));
  }
  const from = ((height - BAR) / 2) * (width / 2);
  u.fill(128, from);
  v.fill(128, from);
};

/** Bars in a row that must be right, so that chance doesn't find them: 2⁻²⁴ at each place looked at. */
const BARS_WANTED = 24;

/** Are the bars of a text anywhere in these bytes, as luma of a raw frame of whatever size, coded or not? */
export const holdsCanaryBars = (bytes: Uint8Array, text: string): boolean => {
  const bits = bitsOf(text, BARS_WANTED);
  const matches = (at: number): boolean =>
    bits.every((bit, i) => {
      // The middle of each bar: its edges ring after coding.
      const sample = bytes[at + i * BAR + BAR / 2]!;
      return bit ? sample > BRIGHT - 40 : sample < DARK + 40;
    });
  for (let at = 0; at + BARS_WANTED * BAR <= bytes.length; at++) if (matches(at)) return true;
  return false;
};
