import fc from 'fast-check';
import { workOfBytes, workOfVideo } from './work.ts';

const size = fc.record({
  width: fc.integer({ min: 16, max: 1920 }),
  height: fc.integer({ min: 16, max: 1088 }),
  frames: fc.integer({ min: 1, max: 3600 }),
  codec: fc.constantFrom('h264', 'hevc', 'vp8', 'vp9', 'av1', 'constructor'),
});

describe('predicted work', () => {
  it('grows with pixels and frames, and is a number whatever the codec calls itself', () => {
    fc.assert(
      fc.property(size, (video) => {
        const work = workOfVideo(video);
        expect(work).toBeGreaterThan(0);
        expect(workOfVideo({ ...video, frames: video.frames + 1 })).toBeGreaterThan(work);
        expect(workOfVideo({ ...video, width: video.width + 2 })).toBeGreaterThan(work);
      }),
      { seed: 13 },
    );
  });

  it('of a body lies between the shortest and the longest video', () => {
    expect(workOfBytes(0)).toBeLessThan(workOfBytes(undefined));
    expect(workOfBytes(undefined)).toBeLessThan(workOfBytes(100_000_000));
    expect(workOfBytes(100_000_000)).toBe(workOfBytes(50_000_000));
  });
});
