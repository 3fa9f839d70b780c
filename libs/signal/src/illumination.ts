import type { FaceTraces, PatchTrace } from './analysis.ts';
import type { Grid } from './clock.ts';
import { greenOf } from './patches.ts';
import { NOISE_REACHES, spectraOf, templateAt, templateBins, type Spectrum } from './spectrum.ts';
import { meanOfSeen, medianOf } from './variability.ts';

/**
 * Of a pulse, what stands beside the face has nothing: 0 but for noise. Under a lamp that swings both have the same: 0.7-1.1
 * (measured). Between these two it is the lamp; what swings by more than the face is no light on both (ours).
 */
const LEAST_SHARE = 0.5;
const LARGEST_SHARE = 1.6;

/** So many standard errors of the share keep one pulse in seven hundred from being taken for a lamp by chance. */
const LEAST_ERRORS = 3;

/** Red, green and blue over their sum nearer to the skin's than this, and a bald head may have got into the place (ours). */
const SKIN_COLOURED = 0.02;

/** Shares of red and green in all light. */
const hueOf = ({ red, green, blue }: PatchTrace): readonly [number, number] => {
  const [r, g, b] = [meanOfSeen(red), meanOfSeen(green), meanOfSeen(blue)];
  return [r / (r + g + b), g / (r + g + b)];
};

/** The places beside a face that can bear witness of the light: not those of the colour of its skin. */
const lightWitnesses = (backdrop: readonly PatchTrace[], patches: readonly PatchTrace[]): readonly PatchTrace[] => {
  const skin = patches.map(hueOf);
  const [red, green] = [meanOfSeen(skin.map(([r]) => r)), meanOfSeen(skin.map(([, g]) => g))];
  return backdrop.filter((place) => {
    const [r, g] = hueOf(place);
    return Math.hypot(r - red, g - green) >= SKIN_COLOURED;
  });
};

/** How far a trace follows a reference at a rate, in units of the reference, and the variance of that. */
const gainOn = (reference: Spectrum, trace: Spectrum, rateHz: number): readonly [number, number] => {
  const [first, last] = templateBins(reference, rateHz);
  const reach = NOISE_REACHES * templateAt(reference, rateHz);
  const low = Math.max(1, Math.ceil((rateHz - reach) / reference.binHz));
  const high = Math.min(trace.re.length - 1, Math.floor((rateHz + reach) / reference.binHz));
  let [together, ofReference, noise, bins] = [0, 0, 0, 0];
  for (let k = low; k <= high; k++) {
    if (k >= first && k <= last) {
      together += reference.re[k]! * trace.re[k]! + reference.im[k]! * trace.im[k]!;
      ofReference += reference.re[k]! ** 2 + reference.im[k]! ** 2;
    } else {
      noise += trace.re[k]! ** 2 + trace.im[k]! ** 2;
      bins++;
    }
  }
  // Half of the noise is in phase with the reference.
  return [together / ofReference, noise / bins / 2 / ofReference];
};

/** What GREEN shows of a face: the sum of its patches, and each by itself. */
export interface GreenFace {
  readonly fusion: { readonly spectrum: Spectrum };
  readonly spectra: readonly Spectrum[];
}

/**
 * How strongly what stands beside a face swings with it at a rate, against the face itself, and the standard error of that.
 * The witnesses are heard together, each as clearly as it can be made out; without any the error is infinite.
 */
const lightShare = (witnesses: readonly Spectrum[], { fusion, spectra }: GreenFace, rateHz: number) => {
  const ofFace = medianOf(spectra.map((patch) => gainOn(fusion.spectrum, patch, rateHz)[0]));
  let [sum, weights] = [0, 0];
  for (const witness of witnesses) {
    const [gain, variance] = gainOn(fusion.spectrum, witness, rateHz);
    const weight = ofFace ** 2 / (variance * witness.readingBins);
    if (!Number.isFinite(weight)) continue;
    sum += (weight * gain) / ofFace;
    weights += weight;
  }
  return weights > 0 ? { share: sum / weights, error: 1 / Math.sqrt(weights) } : { share: 0, error: Infinity };
};

/**
 * Whether the light swings at a rate, and no blood: what stands beside the face swings with it, and as strongly. By the eyes
 * of GREEN, which sees every lamp, of whatever colour, most clearly; what POS lets through of a white one is by chance, on a
 * face and on a wall.
 */
export const lightFlickers = (traces: FaceTraces, grid: Grid, green: GreenFace, rateHz: number): boolean => {
  const beside = lightWitnesses(traces.backdrop ?? [], traces.patches);
  const witnesses = spectraOf(greenOf(beside, traces.timesSeconds, grid));
  const { share, error } = lightShare(witnesses, green, rateHz);
  return share >= Math.max(LEAST_SHARE, LEAST_ERRORS * error) && share <= LARGEST_SHARE;
};
