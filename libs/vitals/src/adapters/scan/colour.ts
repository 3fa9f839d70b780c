/** How the Y, U, V of a video stand for colours. */
export interface ColourSpace {
  /** Full range 0-255, or the limited range 16-235 of television. */
  readonly fullRange: boolean;
  readonly matrix: 'bt601' | 'bt709' | 'bt2020';
}

/** Weights from luma and centred chroma to R'G'B' 0-255. */
export interface ColourWeights {
  readonly black: number;
  readonly luma: number;
  readonly redV: number;
  readonly greenU: number;
  readonly greenV: number;
  readonly blueU: number;
}

/** Shares of red and blue in luma: ITU-R BT.601-7, BT.709-6 and BT.2020-2. */
const LUMA_SHARES = {
  bt601: { red: 0.299, blue: 0.114 },
  bt709: { red: 0.2126, blue: 0.0722 },
  bt2020: { red: 0.2627, blue: 0.0593 },
} as const;

/** The matrices as WebCodecs and mp4 name them. */
const DECLARED: ReadonlyMap<string, ColourSpace['matrix']> = new Map([
  ['smpte170m', 'bt601'],
  ['bt470bg', 'bt601'],
  ['bt709', 'bt709'],
  ['bt2020-ncl', 'bt2020'],
]);

export const colourWeights = ({ fullRange, matrix }: ColourSpace): ColourWeights => {
  const { red, blue } = LUMA_SHARES[matrix];
  const green = 1 - red - blue;
  const luma = fullRange ? 1 : 255 / 219;
  const chroma = fullRange ? 1 : 255 / 224;
  return {
    black: fullRange ? 0 : 16,
    luma,
    redV: 2 * (1 - red) * chroma,
    greenU: (-2 * blue * (1 - blue) * chroma) / green,
    greenV: (-2 * red * (1 - red) * chroma) / green,
    blueU: 2 * (1 - blue) * chroma,
  };
};

/**
 * Frames this high or higher carry BT.709 where they don't say what they carry: what cameras and decoders assume, since
 * television changed over between 576 and 720 lines.
 */
const HIGH_DEFINITION_LINES = 720;

/** The matrix of a video that may not say which. */
export const matrixOf = (declared: string | null | undefined, lines: number): ColourSpace['matrix'] =>
  DECLARED.get(declared ?? '') ?? (lines >= HIGH_DEFINITION_LINES ? 'bt709' : 'bt601');
