export * from './analysis.ts';
export * from './chance.ts';
export * from './synthesis.ts';
export * from './synthetic-face.ts';
export * from './variability.ts';
export {
  BREATHING_SECONDS,
  HEART_RATE_SECONDS,
  RATE_CLEAN_SHARE,
  VARIABILITY_CLEAN_SHARE,
  VARIABILITY_SECONDS,
} from './estimates.ts';
export { BLOOD } from './blood.ts';
export { analyseFace } from './face.ts';
export { isNearLocal } from './intervals.ts';
export { colourRatio, publishedSaturation, type ColourRatio } from './oximetry.ts';
export { analyseContact, analyseFinger, analyseWaveform } from './finger.ts';
export { bandPowersOf, FREQUENCY_SECONDS, lowOverHighOf, type BandPowers, type IntervalSeries } from './frequency.ts';
export { longAxis, shortAxis, sympatheticIndex, vagalIndex } from './poincare.ts';
export { pulseRegularityOf } from './regularity.ts';
export { stressIndex } from './stress.ts';
export { rateTogether } from './together.ts';
