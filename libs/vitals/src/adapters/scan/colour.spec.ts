import fc from 'fast-check';
import { colourWeights, matrixOf, type ColourSpace } from './colour.ts';

const toRgb = (space: ColourSpace, y: number, u: number, v: number): readonly number[] => {
  const { black, luma, redV, greenU, greenV, blueU } = colourWeights(space);
  const light = (y - black) * luma;
  return [light + redV * (v - 128), light + greenU * (u - 128) + greenV * (v - 128), light + blueU * (u - 128)];
};

const spaces = fc.record({
  fullRange: fc.boolean(),
  matrix: fc.constantFrom<ColourSpace['matrix']>('bt601', 'bt709', 'bt2020'),
});

describe('colourWeights', () => {
  it('makes a grey of a sample without chroma, black to white', () => {
    fc.assert(
      fc.property(spaces, fc.double({ min: 0, max: 1, noNaN: true }), (space, share) => {
        const y = space.fullRange ? 255 * share : 16 + 219 * share;
        for (const channel of toRgb(space, y, 128, 128)) expect(channel).toBeCloseTo(255 * share, 9);
      }),
    );
  });

  it('gives back the colour that the standard codes', () => {
    // Pure red in 8-bit limited range, ITU-R BT.601 and BT.709.
    expect(toRgb({ fullRange: false, matrix: 'bt601' }, 81.481, 90.203, 240)).toEqual([
      expect.closeTo(255, 1),
      expect.closeTo(0, 1),
      expect.closeTo(0, 1),
    ]);
    expect(toRgb({ fullRange: false, matrix: 'bt709' }, 62.559, 102.336, 240)).toEqual([
      expect.closeTo(255, 1),
      expect.closeTo(0, 1),
      expect.closeTo(0, 1),
    ]);
  });
});

describe('matrixOf', () => {
  it('believes what a video says, and else goes by its lines', () => {
    expect(matrixOf('bt709', 480)).toBe('bt709');
    expect(matrixOf('smpte170m', 1080)).toBe('bt601');
    expect(matrixOf('bt2020-ncl', 1080)).toBe('bt2020');
    expect(matrixOf(undefined, 480)).toBe('bt601');
    expect(matrixOf(null, 720)).toBe('bt709');
    expect(matrixOf('constructor', 480)).toBe('bt601');
  });
});
