import type { FaceTraces } from './analysis.ts';
import { GRID_RATE_HZ, ontoGrid, type Grid } from './clock.ts';
import {
  decibels,
  powerOf,
  pulsePeak,
  spectraOf,
  splitAt,
  swingOf,
  templateBins,
  type Power,
  type Spectrum,
} from './spectrum.ts';

/**
 * A face that rocks at a rate by more than this, in face widths, may make that rate itself. The heart nods a head by less than
 * 0.03 widths a second (see `motion`), which is 0.004 at 72 a minute (ours).
 */
const LEAST_ROCKING = 0.005;

/**
 * One that rocks by more than this at any rate of a pulse is moved about on its patches, which follow it only as fast as
 * landmarks are looked for: what comes out then may be the rhythm of the looks (seen: a photo in a hand at 72 a minute gave
 * 120). Ours.
 */
const TOO_FAST_TO_FOLLOW = 0.01;

/** Amplitude of the swing at a rate of a trace under a Hann window. */
const amplitudeAt = (spectrum: Spectrum, power: Power, rateHz: number, count: number): number => {
  const [first, last] = templateBins(spectrum, rateHz);
  let sum = 0;
  for (let k = first; k <= last; k++) sum += power.bins[k]!;
  return swingOf(sum, GRID_RATE_HZ / spectrum.binHz, count);
};

/**
 * Whether a face rocks at a rate, more than a heart can rock it and more than at any other rate; or at any rate of a pulse, so
 * far that nothing can be read off it.
 */
export const rocksAt = ({ timesSeconds, position }: FaceTraces, grid: Grid, rateHz: number): boolean => {
  const paths = [position?.x, position?.y].flatMap((path) => {
    const gridded = path === undefined ? null : ontoGrid(timesSeconds, path, grid);
    return gridded === null ? [] : [gridded.values];
  });
  return spectraOf(paths).some((spectrum) => {
    const power = powerOf(spectrum);
    const rocks = (hertz: number, least: number): boolean =>
      amplitudeAt(spectrum, power, hertz, grid.count) >= least && decibels(splitAt(power, hertz)) > 0;
    return rocks(rateHz, LEAST_ROCKING) || rocks(pulsePeak(power), TOO_FAST_TO_FOLLOW);
  });
};
