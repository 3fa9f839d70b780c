export * from './face-video/index.ts';
export * from './house/build-house.ts';
export { TravelClock } from './house/travel-clock.ts';
