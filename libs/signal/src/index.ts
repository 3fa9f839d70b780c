export * from './analysis.ts';
export * from './chance.ts';
export * from './synthesis.ts';
export * from './variability.ts';
export { analyseFace } from './face.ts';
export { analyseFinger } from './finger.ts';
