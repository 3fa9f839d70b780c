export * from './canary/canary.ts';
export { makeFaceVideo, type FaceVideo, type FaceVideoOptions } from './face-video/face-video.ts';
export * from './house/build-house.ts';
export { callOf } from './house/call.ts';
export { TravelClock } from './house/travel-clock.ts';
export { startCollector, type CollectedSpan, type Collector } from './traces/collector.ts';
