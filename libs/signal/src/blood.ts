import { COLOURS, type Colour } from './colour.ts';
import type { Part } from './fuse.ts';
import { spectraOf, templateBins, type Spectrum } from './spectrum.ts';

/** How deep blood cuts into each colour, relative to each other (de Haan and van Leest 2014, Physiol Meas 35:1913). */
export const BLOOD = { red: 0.33, green: 0.77, blue: 0.53 } as const;

/** What of blood's colour is left when the part that all colours share is taken off, as a unit vector. */
const HUE = ((): Readonly<Record<(typeof COLOURS)[number], number>> => {
  const mean = (BLOOD.red + BLOOD.green + BLOOD.blue) / 3;
  const norm = Math.hypot(BLOOD.red - mean, BLOOD.green - mean, BLOOD.blue - mean);
  return {
    red: (BLOOD.red - mean) / norm,
    green: (BLOOD.green - mean) / norm,
    blue: (BLOOD.blue - mean) / norm,
  };
})();

/** Part of a spectrum that swings with a reference over its template. */
const swingWith = (spectrum: Spectrum, reference: Spectrum, rateHz: number): number => {
  const [first, last] = templateBins(spectrum, rateHz);
  let sum = 0;
  for (let k = first; k <= last; k++) sum += spectrum.re[k]! * reference.re[k]! + spectrum.im[k]! * reference.im[k]!;
  return sum;
};

/** What a rate was found in: the fused trace, and each patch's part in it. */
interface Found {
  readonly rateHz: number;
  readonly spectrum: Spectrum;
  readonly parts: readonly Part[];
}

/** How the colour that swings lies to that of blood. */
export interface SwingColour {
  /** Its share where blood differs from light, -1 … 1: 0.31 of blood, 0 of light that sways, which changes all colours alike. */
  readonly bloodShare: number;
  /** By how much green changes beyond blue, as a share of it: 0.25 of blood, 0 of light that sways, below 0 of gloss. */
  readonly greenOverBlue: number;
}

/**
 * The colour that swings at the found rate: over all patches by their weight, in step with the fused trace, so that noise at
 * other phases cancels. Zeros where nothing swings.
 */
export const swingColour = (
  patches: readonly { readonly changes: Colour }[],
  { rateHz, spectrum, parts }: Found,
): SwingColour => {
  const heard = patches.flatMap(({ changes }, i) => (parts[i]!.share > 0 ? [{ changes, ...parts[i]! }] : []));
  const spectra = spectraOf(heard.flatMap(({ changes }) => COLOURS.map((name) => changes[name])));
  const sums = { red: 0, green: 0, blue: 0 };
  heard.forEach(({ gain }, i) => {
    COLOURS.forEach((name, c) => {
      // Minus: the fused trace rises as blood comes, and light falls.
      sums[name] -= gain * swingWith(spectra[i * COLOURS.length + c]!, spectrum, rateHz);
    });
  });
  const size = Math.hypot(sums.red, sums.green, sums.blue);
  if (!(size > 0)) return { bloodShare: 0, greenOverBlue: 0 };
  return {
    bloodShare: COLOURS.reduce((sum, name) => sum + HUE[name] * sums[name], 0) / size,
    greenOverBlue: (sums.green - sums.blue) / size,
  };
};
