import { BLOOD } from './blood.ts';
import type { Colour } from './colour.ts';
import { NOISE_TOP_HZ, SLOWEST_HZ, spectraOf, type Spectrum } from './spectrum.ts';

/** Weights of the changes of red, green and blue. */
export type ColourWeights = readonly [number, number, number];

/** Added to the power of each colour, as a share of their mean: colours that hold nothing but a pulse are no basis (ours). */
const RIDGE = 0.01;

/** Sum over 40-240 per minute of what two spectra have in common. */
const inCommon = (a: Spectrum, b: Spectrum): number => {
  const last = Math.floor(NOISE_TOP_HZ / a.binHz);
  let sum = 0;
  for (let k = Math.ceil(SLOWEST_HZ / a.binHz); k <= last; k++) sum += a.re[k]! * b.re[k]! + a.im[k]! * b.im[k]!;
  return sum;
};

const cross = (a: ColourWeights, b: ColourWeights): ColourWeights => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

const dot = (a: ColourWeights, b: ColourWeights): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/**
 * Weights by which PBV sums the relative changes of red, green and blue: of all that let blood through whole, those that let
 * through the least of anything else, whatever swings between 40 and 240 per minute (de Haan and van Leest 2014, Physiol Meas
 * 35:1913: the inverse of the colours' covariance times the signature of blood). Zeros where no colour changes.
 */
export const pbvWeights = (changes: Colour): ColourWeights => {
  const spectra = spectraOf([changes.red, changes.green, changes.blue]) as [Spectrum, Spectrum, Spectrum];
  const rows = spectra.map((a) => spectra.map((b) => inCommon(a, b))) as [number[], number[], number[]];
  const ridge = (RIDGE * rows.reduce((sum, row, c) => sum + row[c]!, 0)) / rows.length;
  const [r, g, b] = rows.map((row, c) => row.map((value, at) => (at === c ? value + ridge : value))) as unknown as [
    ColourWeights,
    ColourWeights,
    ColourWeights,
  ];
  const blood: ColourWeights = [BLOOD.red, BLOOD.green, BLOOD.blue];
  // The inverse of a symmetric matrix but for a factor: the cross products of its rows.
  const raw: ColourWeights = [dot(cross(g, b), blood), dot(cross(b, r), blood), dot(cross(r, g), blood)];
  const through = dot(raw, blood);
  return through > 0 ? [raw[0] / through, raw[1] / through, raw[2] / through] : [0, 0, 0];
};

/** PBV: the changes of a patch by the weights of its face. Blood volume grows upwards. */
export const pbv = ({ red, green, blue }: Colour, [r, g, b]: ColourWeights): Float64Array =>
  red.map((value, i) => -(r * value + g * green[i]! + b * blue[i]!));
