import { faceQuality } from './outcome.ts';
import type { FaceSummary } from './trace-builder.ts';

const good: FaceSummary = {
  seenShare: 1,
  patchSamples: 1_249,
  luminance: 150,
  shownShare: 1,
  clippedShare: 0,
  motion: 0.001,
};

describe('the quality of a face', () => {
  it('counts in full from the pixels on that its patches need, and not beyond', () => {
    for (const patchSamples of [113, 311, 1_249]) expect(faceQuality({ ...good, patchSamples })).toBe(1);
  });

  it('falls with the pixels below that, to nothing where the noise of a patch is its pulse', () => {
    const values = [100, 63, 40, 36, 0].map((patchSamples) => faceQuality({ ...good, patchSamples }));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values[0]).toBeLessThan(1);
    expect(values.slice(-2)).toEqual([0, 0]);
  });

  it('is that of its worst property', () => {
    const dim = faceQuality({ ...good, luminance: 50 });
    expect(dim).toBeLessThan(1);
    expect(faceQuality({ ...good, luminance: 50, motion: 0.004 })).toBe(dim);
  });
});
