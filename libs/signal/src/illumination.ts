import type { FaceTraces, PatchTrace } from './analysis.ts';
import type { Grid } from './clock.ts';
import { combine, gainOn } from './fuse.ts';
import { greenOf } from './patches.ts';
import { spectraOf, type Spectrum } from './spectrum.ts';
import { meanOfSeen, medianOf } from './variability.ts';

/**
 * How strongly what stands beside a face swings with it, in units of the face's own swing, and by how much that scatters:
 * under a lamp that lights both, and beside a pulse, of which a wall has nothing. Ours: photos under lamps gave 0.9-1.2,
 * living faces 0.06 to either side of nothing, coded as video.
 */
const LAMP = { share: 1, scatter: 0.2 } as const;
const PULSE = { share: 0, scatter: 0.1 } as const;

/** What swings by more than the face is no light on both: a screen, or something that moves there (ours). */
const LARGEST_SHARE = 1.6;

/**
 * A lamp must be so many times likelier than a pulse by what the places show. They tell them apart by hundreds where they show
 * a wall; where there is only hair, noise alone makes this of a pulse once in two hundred scans (ours).
 */
const LEAST_ODDS = 20;

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

/** What the methods show of a face that the light is judged by. */
export interface LitFace {
  /** The fused signal of POS: whose swing is asked about. */
  readonly pos: Spectrum;
  /** Each patch by GREEN. */
  readonly green: readonly Spectrum[];
}

interface Share {
  readonly share: number;
  readonly error: number;
}

/**
 * How strongly what stands beside a face swings with it at a rate, against the face itself, and the standard error of that.
 * The places are heard as one, each by what its own noise leaves of it; the error is that of the whole, since a coder's and a
 * camera's noise is in all of them. Null without any place.
 */
const lightShare = (places: readonly Spectrum[], { pos, green }: LitFace, rateHz: number): Share | null => {
  const heard = places
    .map((spectrum) => ({ spectrum, weight: gainOn(pos, spectrum, rateHz).error ** -2 }))
    .filter(({ weight }) => Number.isFinite(weight));
  const weights = heard.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return null;
  const together = combine(
    heard.map(({ spectrum }) => spectrum),
    heard.map(({ weight }) => ({ gain: weight / weights })),
  );
  const ofFace = medianOf(green.map((patch) => gainOn(pos, patch, rateHz).gain));
  const { gain, error } = gainOn(pos, together, rateHz);
  return { share: gain / ofFace, error: error / ofFace };
};

/** Logarithm of the likelihood of a share that was seen, less what all have in common. */
const logLikelihood = (of: { readonly share: number; readonly scatter: number }, { share, error }: Share): number => {
  const variance = of.scatter ** 2 + error ** 2;
  return -((share - of.share) ** 2 / variance + Math.log(variance)) / 2;
};

/**
 * Whether the light swings at a rate, and no blood: what stands beside the face swings with it, and as strongly. By the eyes
 * of GREEN, which sees every lamp, of whatever colour, most clearly; what POS lets through of a white one is by chance, on a
 * face and on a wall. But in step with POS: in that of GREEN a white lamp of nearly the rate outshines the pulse of a living
 * face (1 % at 7 a minute from a pulse of 0.6 %: 0.7-0.8, in step with POS 0.1-0.2).
 */
export const lightFlickers = (traces: FaceTraces, grid: Grid, face: LitFace, rateHz: number): boolean => {
  const beside = lightWitnesses(traces.backdrop ?? [], traces.patches);
  const seen = lightShare(spectraOf(greenOf(beside, traces.timesSeconds, grid)), face, rateHz);
  if (seen === null || seen.share > LARGEST_SHARE) return false;
  return logLikelihood(LAMP, seen) - logLikelihood(PULSE, seen) >= Math.log(LEAST_ODDS);
};
