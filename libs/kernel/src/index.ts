export * from './api-key.ts';
export * from './fault.ts';
export * from './ids.ts';
export * from './marker-names.ts';
export * from './privacy.ts';
export * from './region.ts';
export * from './time.ts';
