import type { Colour } from './colour.ts';
import type { Part } from './fuse.ts';
import { spectraOf, templateBins, type Spectrum } from './spectrum.ts';

/** How deep blood cuts into each colour, relative to each other (de Haan and van Leest 2014, Physiol Meas 35:1913). */
export const BLOOD = { red: 0.33, green: 0.77, blue: 0.53 } as const;

const COLOURS = ['red', 'green', 'blue'] as const;

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

/** Part of a spectrum that swings with a reference over its template, the trace moved forward by its delay. */
const swingWith = (spectrum: Spectrum, reference: Spectrum, rateHz: number, delaySeconds: number): number => {
  const [first, last] = templateBins(spectrum, rateHz);
  let sum = 0;
  for (let k = first; k <= last; k++) {
    const turn = 2 * Math.PI * k * spectrum.binHz * delaySeconds;
    const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
    const re = spectrum.re[k]! * cosine - spectrum.im[k]! * sine;
    const im = spectrum.re[k]! * sine + spectrum.im[k]! * cosine;
    sum += re * reference.re[k]! + im * reference.im[k]!;
  }
  return sum;
};

/** What a rate was found in: the fused trace, and each patch's part in it. */
interface Found {
  readonly rateHz: number;
  readonly spectrum: Spectrum;
  readonly parts: readonly Part[];
}

/**
 * How much of the colour that swings at the found rate lies where blood differs from light, -1 … 1. Blood takes more
 * green than red: the triple of its depths gives 0.31. Light that sways changes all colours by one share: 0, ±0.01 by
 * noise. Taken over all patches by their weight, in step with the fused trace, so that noise at other phases cancels.
 */
export const bloodShare = (
  patches: readonly { readonly changes: Colour }[],
  { rateHz, spectrum, parts }: Found,
): number => {
  const heard = patches.flatMap(({ changes }, i) => (parts[i]!.share > 0 ? [{ changes, ...parts[i]! }] : []));
  const spectra = spectraOf(heard.flatMap(({ changes }) => COLOURS.map((name) => changes[name])));
  const sums = { red: 0, green: 0, blue: 0 };
  heard.forEach(({ share, delaySeconds }, i) => {
    COLOURS.forEach((name, c) => {
      const own = spectra[i * COLOURS.length + c]!;
      // Minus: the fused trace rises as blood comes, and light falls.
      sums[name] -= share * swingWith(own, spectrum, rateHz, delaySeconds);
    });
  });
  const size = Math.hypot(sums.red, sums.green, sums.blue);
  return size > 0 ? COLOURS.reduce((sum, name) => sum + HUE[name] * sums[name], 0) / size : 0;
};
