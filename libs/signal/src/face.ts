import type { FaceTraces, PulseAnalysis } from './analysis.ts';

export declare function analyseFace(traces: FaceTraces): PulseAnalysis;
