import type { FingerTrace, PulseAnalysis } from './analysis.ts';
import { transformPair } from './band.ts';
import { gridOf, ontoGrid, type Grid } from './clock.ts';
import { relativeChange } from './colour.ts';
import { powerOf, pulsePeak, spectraOf, waveformDecibels } from './spectrum.ts';
import { read, type Reading } from './reading.ts';

export const fingerReading = (trace: FingerTrace, harmonics: number): { readonly reading: Reading; readonly snr: number; readonly rate: number; readonly channel: number; grid: Grid } | null => {
  const grid = gridOf(trace.timesSeconds);
  if (grid === null) return null;
  let best: { reading: Reading; snr: number; rate: number; channel: number; grid: Grid } | null = null;
  trace.channels.forEach((channel, c) => {
    const gridded = ontoGrid(trace.timesSeconds, channel, grid);
    if (gridded === null) return;
    let mn = Infinity, mx = -Infinity;
    for (const v of gridded.values) { mn = Math.min(mn, v); mx = Math.max(mx, v); }
    if (mx - mn < 0.05) return;
    const steady = relativeChange(gridded.values.map((v) => -v));
    const [spectrum] = spectraOf([steady]);
    const rate = pulsePeak(powerOf(spectrum!), spectrum!.binHz);
    const inverted = gridded.values.map((v) => -v);
    const [t] = transformPair(inverted, inverted);
    const reading = read(t, { rateHz: rate, harmonics, covered: gridded.covered, unevenCounts: true });
    if (best === null || reading.cleanShare > best.reading.cleanShare) best = { reading, snr: waveformDecibels(steady), rate: rate * 60, channel: c, grid };
  });
  return best;
};
export declare function analyseFinger(trace: FingerTrace): PulseAnalysis;
