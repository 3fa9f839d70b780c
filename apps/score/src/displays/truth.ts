import { readFileSync } from 'node:fs';

/** A glyph that was drawn, as `scenes.py` writes it: pixels of the upright picture. */
export interface DrawnGlyph {
  readonly symbol: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of which value it is a part. */
  readonly role?: string;
}

/** A picture of a list of truths; what follows `unit` is known of rendered pictures alone. */
export interface LabelledPicture {
  readonly file: string;
  readonly device: string;
  readonly values: Readonly<Record<string, string>>;
  readonly unit: string | null;
  readonly kind?: string;
  readonly turn?: number;
  readonly glyphs?: readonly DrawnGlyph[];
  readonly factors?: Readonly<Record<string, number | boolean | string>>;
}

export const readTruth = (file: string): LabelledPicture[] =>
  JSON.parse(readFileSync(file, 'utf8')) as LabelledPicture[];
