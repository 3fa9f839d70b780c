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

/** A picture of a device with what it shows; what follows `unit` is known of rendered pictures alone. */
export interface LabelledPicture {
  readonly file: string;
  /** `none` for a picture of no medical device. */
  readonly device: string;
  readonly values: Readonly<Record<string, string>>;
  /** UCUM, of the first value. */
  readonly unit: string | null;
  readonly kind?: string;
  readonly turn?: number;
  /** Whether a person who is told the kind could read all of it, as `scenes.py` measures it. */
  readonly readable?: boolean;
  readonly glyphs?: readonly DrawnGlyph[];
  readonly factors?: Readonly<Record<string, number | boolean | string>>;
}

export const readTruth = (file: string): LabelledPicture[] =>
  JSON.parse(readFileSync(file, 'utf8')) as LabelledPicture[];

/** Bounds between groups of a factor: of blur and size in parts of a digit's height and of the picture. */
export const FACTORS: Readonly<Record<string, readonly number[]>> = {
  size: [0.05, 0.1, 0.2],
  digit_px: [12, 20, 40, 80],
  blur: [0.02, 0.05, 0.1],
  glare: [0.01, 0.1, 0.3, 0.6],
  tilt: [10, 20, 30],
};

/** Between which bounds a factor lies; undefined where the picture does not tell. */
export const stepOf = (bounds: readonly number[], value: unknown): string | undefined => {
  if (typeof value !== 'number') return undefined;
  const at = bounds.filter((bound) => value >= bound).length;
  if (at === 0) return `below ${bounds[0]!}`;
  return at === bounds.length ? `from ${bounds.at(-1)!}` : `${bounds[at - 1]!} to ${bounds[at]!}`;
};
