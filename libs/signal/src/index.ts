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
export { analyseFace } from './face.ts';
export { analyseContact, analyseFinger, analyseWaveform } from './finger.ts';
